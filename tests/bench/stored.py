"""What one case of W with 12 reviews leaves behind, and what its tasks write to PostgreSQL's log.

Bytes of a case: every row of every table of ours that belongs to it (by `instance_id`, by a task
of it, by its audit chain), every column: a text or bytes by their length as stored, a number or an
instant 8, a yes or no 1, nothing 0. No indexes and no row headers. The baseline's is the length of
its one text, as its own command counts it.

Log: bytes by which the log's end moved during each completion, on average over whole cases. First
a checkpoint and two cases that do not count: the whole pages that PostgreSQL writes at the first
change after a checkpoint are behind us then; one that is left shows in the average alone, not in
the median beside it. The log is the server's, so its tidying of what is measured is set aside.
"""

from __future__ import annotations

from statistics import fmean
from typing import Any

from sqlalchemy import Connection, Table, create_engine, text

from engine.access import Actor
from engine.database import Database
from engine.models import metadata
from tests.bench import workload as w
from tests.bench.baseline import Baseline, baseline
from tests.bench.databases import Place, opened
from tests.bench.targets import POSTGRESQL, Figure
from tests.bench.timing import median

KILO = 1000
CASES = 10
BY_TASK = "SELECT id FROM wm_user_task WHERE instance_id = :case"
BY_FILE = "SELECT id FROM wm_case_file WHERE instance_id = :case"


def measure(place: Place, *, short: bool) -> list[Figure]:
    with opened(place.url) as database, baseline(place) as naive:
        actor = w.set_up(database)
        case = w.start(database, actor)
        for name, n in w.steps():
            w.complete(database, actor, w.claim(database, actor, case, name), w.answers(name, n))
        other, _ = naive.start()
        for name, n in w.steps():
            naive.step(other, name, n)
        found = _bytes(database, case, naive.size(other))
        if place.kind == POSTGRESQL:
            found += _log(database, actor, naive, 1 if short else CASES)
    return found


def _bytes(database: Database, case: int, naive: int) -> list[Figure]:
    with database.reading() as db:
        sizes = {t.name.removeprefix("wm_"): rows(db, t, case) for t in metadata.sorted_tables}
    found = [Figure("bytes of a case", sum(map(sum, sizes.values())) / KILO, "kB", naive / KILO)]
    for name, each in sorted(sizes.items(), key=lambda one: -sum(one[1])):
        if each:
            found.append(Figure(f"  {name}, {len(each)} rows", sum(each) / KILO, "kB"))
    return found


def rows(db: Connection, table: Table, case: int) -> list[int]:
    """Bytes of each row of this table that belongs to the case."""
    where = _belongs(table)
    if where is None:
        return []
    statement = text(f"SELECT * FROM {table.name} WHERE {where}")  # noqa: S608  # our own names
    found = db.execute(statement, {"case": case, "chain": f"case:{case}"})
    return [sum(_length(value) for value in row) for row in found]


def _belongs(table: Table) -> str | None:
    """None: what belongs to a site, a version or a person."""
    if table.name == "wm_process_instance":
        return "id = :case"
    if table.name == "wm_audit_entry":
        return "chain = :chain"
    if table.name == "wm_message":
        return "thrown_by = :case OR delivered_to = :case"
    if "instance_id" in table.c:
        return "instance_id = :case"
    if "task_id" in table.c:
        return f"task_id IN ({BY_TASK})"
    return f"file_id IN ({BY_FILE})" if "file_id" in table.c else None


def _length(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes | memoryview):
        return len(value)
    return 1 if isinstance(value, bool) else 8


def _log(database: Database, actor: Actor, naive: Baseline, cases: int) -> list[Figure]:
    engine = create_engine(database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        for table in metadata.sorted_tables:
            db.execute(text(f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)"))
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
            db.execute(text(statement))
        for _ in range(2):
            _our_log(db, database, actor)
            _naive_log(db, naive)
        ours = [one for _ in range(cases) for one in _our_log(db, database, actor)]
        theirs = [one for _ in range(cases) for one in _naive_log(db, naive)]
    engine.dispose()
    completed, claimed = [c for c, _ in ours], [k for _, k in ours]
    return [
        Figure("log written a completed task", fmean(completed) / KILO, "kB", fmean(theirs) / KILO),
        Figure("the same, median", median(completed) / KILO, "kB", median(theirs) / KILO),
        Figure("log written a claim", fmean(claimed) / KILO, "kB"),
    ]


def _our_log(db: Connection, database: Database, actor: Actor) -> list[tuple[int, int]]:
    """Bytes of the log by each completion, and by the claim before it."""
    case, found = w.start(database, actor), []
    for name, n in w.steps():
        begin = _end(db)
        task = w.claim(database, actor, case, name)
        claimed = _end(db)
        w.complete(database, actor, task, w.answers(name, n))
        found.append((_end(db) - claimed, claimed - begin))
    return found


def _naive_log(db: Connection, naive: Baseline) -> list[int]:
    case, found = naive.start()[0], []
    for name, n in w.steps():
        begin = _end(db)
        naive.step(case, name, n)
        found.append(_end(db) - begin)
    return found


def _end(db: Connection) -> int:
    return int(db.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one())
