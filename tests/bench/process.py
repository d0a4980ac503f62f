"""One worker process: the memory it takes, and how soon after its start a task is done.

Memory: the most that was resident at any time while it worked whole cases of W (start, claim,
complete) and turned the worker's own loop; with what the command `waymark` imports, as a worker is
run, and with the engine alone. Start: the engine alone, from before the interpreter is started
until the process has said that its task is stored; fresh processes on a database in use.
"""

from __future__ import annotations

from typing import Any

from engine.access import Actor
from engine.database import Database
from tests.bench import workload as w
from tests.bench.databases import Place, opened
from tests.bench.processes import answer, worker
from tests.bench.targets import Figure
from tests.bench.timing import median, milliseconds

CASES = 20  # 400 tasks
TIMES = 9


def measure(place: Place, *, short: bool) -> list[Figure]:
    with opened(place.url) as database:
        actor = w.set_up(database)
        w.whole_case(database, actor)
        _start(database, actor)  # compiles the modules, as an installation does
        starts = [_start(database, actor) for _ in range(1 if short else TIMES)]
        cases = 1 if short else CASES
        whole, alone = _under_load(place, actor, cases, "web.cli"), _under_load(place, actor, cases)
    return [
        Figure("memory under load, as the command runs it", whole["peak_mib"], "MiB"),
        Figure("memory under load, the engine alone", alone["peak_mib"], "MiB"),
        Figure("tasks each completed", alone["completed"], ""),
        Figure("start to first task done", median(starts) / 1000, "s"),
    ]


def _under_load(place: Place, actor: Actor, cases: int, *imports: str) -> dict[str, Any]:
    with worker(place.url, actor, "many", str(cases), imports=imports) as process:
        return answer(process)


def _start(database: Database, actor: Actor) -> float:
    case = w.start(database, actor)
    task = w.claim(database, actor, case, "referral")

    def first() -> None:
        given = {"task": task, "posted": w.answers("referral")}
        with worker(database.url, actor, "first", **given) as process:
            assert answer(process) == {"completed": 1}

    return milliseconds(first)[1]
