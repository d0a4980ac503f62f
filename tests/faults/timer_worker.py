"""python -m tests.faults.timer_worker URL [stall]: a worker; `stall`: stops within a firing."""

from __future__ import annotations

import sys
import time
from typing import Any

from engine import timers
from engine.database import Database
from engine.execution import run
from tests.factories import use_keys

fire = run.fire


def stall(case: Any, task: Any) -> None:
    """Say so in the middle of the transaction, and wait to be killed."""
    fire(case, task)
    print("firing", flush=True)
    time.sleep(60)


def main(url: str, *how: str) -> None:
    use_keys()
    if "stall" in how:
        run.fire = stall
    else:
        print("ready", flush=True)
    timers.Worker(Database(url), pause=0.2).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
