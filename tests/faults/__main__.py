"""python -m tests.faults NAME: prints what was done and found; status 1 on any loss."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.database import Database
from engine.migrations import migrate
from tests.bench.workload import postgres
from tests.factories import use_keys
from tests.faults import (
    backup,
    clock,
    diagrams,
    disk,
    expressions,
    jobs,
    kill,
    long,
    migration,
    repeat,
    restart,
    rush,
    timers,
    upgrade,
)

ALONE: dict[str, Callable[[], list[str]]] = {  # these make their own databases
    "diagrams": lambda: diagrams.run(cuts=6),
    "disk": lambda: disk.run(after=20),
    "expressions": lambda: expressions.run(part=1),
    "restart": lambda: restart.run(stops=8),
}
FULL: dict[str, Callable[[Database], list[str]]] = {
    "kill": lambda database: kill.run(database, rounds=40),
    "rush": lambda database: rush.run(database, rounds=20),
    "upgrade": upgrade.run,
    "timers": lambda database: timers.run(database, workers=8),
    "backup": lambda database: backup.run(database, seconds=10),
    "clock": clock.run,
    "jobs": lambda database: jobs.run(database, kills=20, cases=500),
    "long": long.run,
    "migration": lambda database: migration.run(database, cases=100, kills=20),
    "repeat": lambda database: repeat.run(database, times=100),
}


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in (*FULL, *ALONE):
        print(f"usage: python -m tests.faults {'|'.join((*FULL, *ALONE))}")
        return 2
    use_keys()
    losses = ALONE[name]() if name in ALONE else _on_each_database(FULL[name])
    for line in losses:
        print(f"LOST: {line}")
    print(f"{len(losses)} losses")
    return 1 if losses else 0


def _on_each_database(make: Callable[[Database], list[str]]) -> list[str]:
    losses = []
    with tempfile.TemporaryDirectory(prefix="waymark-faults-") as folder, postgres() as server:
        for url in (f"sqlite:///{Path(folder)}/waymark.db", server):
            database = Database(url)
            migrate(database)
            losses += make(database)
            database.close()
    return losses


if __name__ == "__main__":
    sys.exit(main())
