"""States that earlier versions stored, brought up to date: every case opens and goes on. A
migration killed half-way finishes when it is run again; a newer database is refused."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from engine import clock, migrations, timers
from engine.access import SYSTEM, load_actor
from engine.advance import preview
from engine.commands import tasks
from engine.database import Database
from engine.errors import Conflict, EngineError
from engine.migrations import NewerDatabase, migrate
from engine.models import account, metadata, process_instance, user_task
from tests.faults import kill
from tests.faults.processes import line, python, url_of

RELEASED = (
    Path(__file__).parent / "released"
)  # <revision>.sql: databases as those versions left them
VERSION = "wm_schema_version"


def run(database: Database) -> list[str]:
    """Every case that does not open or go on, and every half-done migration, in words."""
    found: list[str] = []
    stored = sorted(RELEASED.glob("*.sql"))
    for file in stored:
        found += _upgraded(database, file, migrate)
        found += _upgraded(database, file, _killed_then_migrated)
    print(
        f"{database.engine.dialect.name}: {len(stored)} released states, each upgraded at once and "
        f"after a kill: {len(found)} faults"
    )
    return found


def _upgraded(
    database: Database, file: Path, how: Callable[[Database], str | None]
) -> Iterator[str]:
    _emptied(database)
    _as_released(database, file)
    how(database)
    with database.reading() as db:
        context = MigrationContext.configure(db, opts={"version_table": VERSION})
        left = [d for d in compare_metadata(context, metadata) if not _is_version(d)]
    yield from (f"{file.name}: the tables differ: {each}" for each in left)
    yield from _open_and_go_on(database, file.name)
    yield from kill.losses(database, [])
    with database.schema_change() as db:
        db.execute(text("UPDATE wm_schema_version SET version_num = 'newer'"))
    try:
        migrate(database)
        yield f"{file.name}: a newer database was not refused"
    except NewerDatabase:
        pass


def _emptied(database: Database) -> None:
    """No table is left."""
    with database.schema_change() as db:
        if database.is_sqlite:
            db.execute(text("PRAGMA defer_foreign_keys = ON"))
            for name in inspect(db).get_table_names():
                db.execute(text(f'DROP TABLE "{name}"'))
        else:
            db.execute(text("DROP SCHEMA public CASCADE"))
            db.execute(text("CREATE SCHEMA public"))


def _as_released(database: Database, file: Path) -> None:
    """The rows of that version, in the tables of its revision."""
    config = migrations._config()
    with database.schema_change() as db:
        config.attributes["connection"] = db
        command.upgrade(config, file.stem)
        tables = MetaData()
        tables.reflect(db)
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "released.db"
            with closing(sqlite3.connect(source)) as filled:
                filled.executescript(file.read_text())
            old = Database(f"sqlite:///{source}")
            with old.reading() as rows:
                for table in tables.sorted_tables:
                    if table.name != VERSION:
                        _copied(rows, db, table, database.is_sqlite)
            old.close()


def _copied(rows: Any, db: Any, table: Any, is_sqlite: bool) -> None:
    found = [dict(row._mapping) for row in rows.execute(select(table))]
    if not found:
        return
    db.execute(insert(table), found)
    if not is_sqlite and "id" in table.c and isinstance(found[0]["id"], int):
        last = max(row["id"] for row in found)
        wanted = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last})"
        db.execute(text(wanted))


def _killed_then_migrated(database: Database) -> None:
    """A process is killed when its migrations have run and nothing is committed yet."""
    with python("tests.faults.upgrade_worker", url_of(database)) as half:
        said = line(half)
        assert said == "half-way", said
    migrate(database)


def _is_version(difference: Any) -> bool:
    return difference[0] == "remove_table" and difference[1].name == VERSION


def _open_and_go_on(database: Database, name: str) -> Iterator[str]:
    with database.reading() as db:
        cases = db.execute(select(process_instance.c.id, process_instance.c.reference)).all()
        who = load_actor(
            db, db.execute(select(account.c.id).where(account.c.username == "ann")).scalar_one()
        )
    if not cases:
        yield f"{name}: no case is in it"
    for case in cases:
        try:
            with database.reading() as db, preview(db, case.id, actor=SYSTEM) as step:
                opened = bool(step.before) or step.case.completed
            if not opened:
                yield f"{name}: {case.reference} rests on nothing"
            _work(database, case.id, who)
        except (EngineError, DBAPIError) as error:
            yield f"{name}: {case.reference}: {type(error).__name__}: {error}"
    with database.reading() as db:
        began = db.execute(select(process_instance.c.started_at)).scalars().first()
    with clock.at(began + timedelta(days=60)):
        timers.run_due(database)


def _work(database: Database, instance_id: int, who: Any) -> None:
    """Take and complete what is open, where no form needs answers."""
    t = user_task.c
    with database.reading() as db:
        rows = db.execute(
            select(t.id, t.state).where(t.instance_id == instance_id, t.ended_at.is_(None))
        ).all()
    for row in rows:
        try:
            with database.transaction() as db:
                if row.state == "created":
                    tasks.claim_task(db, row.id, actor=who)
                tasks.complete_task(db, row.id, {}, actor=who)
        except Conflict:  # the task before has ended it
            continue
