"""python -m tests.bench.worker URL first | many CASES | seconds SECONDS: a process that works on W.

It imports the engine alone, and what it is told to. Its keys and its account come as a line of
JSON, and it says one at its end: what it did.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from engine import audit, sealing
from engine.access import load_actor
from engine.commands import tasks
from engine.database import Database

KIBI = 1024


def main(url: str, what: str, number: str = "0") -> None:
    given = json.loads(sys.stdin.readline())
    audit.configure(bytes.fromhex(given["audit_key"]))
    sealing.configure([bytes.fromhex(given["data_key"])])
    database = Database(url)
    found = WORKS[what](database, given, float(number))
    database.close()
    print(json.dumps(found), flush=True)


def _first(database: Database, given: dict[str, Any], _: float) -> dict[str, Any]:
    """Complete the task that is named, and nothing else."""
    with database.reading() as db:
        actor = load_actor(db, given["account"])
    with database.transaction() as db:
        tasks.complete_task(db, given["task"], given["posted"], actor=actor)
    return {"completed": 1}


def _many(database: Database, given: dict[str, Any], cases: float) -> dict[str, Any]:
    """Whole cases, with a round of the worker's own loop after each; the memory it took."""
    from engine import timers
    from tests.bench import workload as w

    for name in given["imports"]:
        import_module(name)
    with database.reading() as db:
        actor = load_actor(db, given["account"])
    worker, completed = timers.Worker(database), 0
    for _ in range(int(cases)):
        completed += w.whole_case(database, actor)
        worker.round()
        worker.work()
    return {"completed": completed, "peak_mib": _peak() / KIBI}


def _peak() -> int:
    """The most KiB that were resident. What `getrusage` says is on Linux at least as much as the
    process had that started this one."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(said["VmHWM"].split()[0])


def _seconds(database: Database, given: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Whole cases for so long, from when a line says go; one case first, which does not count."""
    from tests.bench import workload as w

    with database.reading() as db:
        actor = load_actor(db, given["account"])
    w.whole_case(database, actor)
    print("ready", flush=True)
    sys.stdin.readline()
    began, completed = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        completed += w.whole_case(database, actor)
    return {"completed": completed, "a_second": completed / (time.perf_counter() - began)}


WORKS = {"first": _first, "many": _many, "seconds": _seconds}

if __name__ == "__main__":
    main(*sys.argv[1:])
