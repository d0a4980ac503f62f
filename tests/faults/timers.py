"""Several workers, ten due dates, one worker killed in the middle of a firing: ten firings."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack

from sqlalchemy import func, select

from engine.database import Database
from engine.models import history_event, timer
from tests.factories import model, ready
from tests.faults.processes import line, python, url_of

DUE = 10
PATIENCE = 30.0  # seconds for the other workers


def run(database: Database, *, workers: int) -> list[str]:
    """Every date that fired twice, or not in time, in words."""
    cases = ready(database, model("deadline"))
    for _ in range(DUE):
        cases.start("deadline", "ann", {})  # begun in the past: its date is over
    url = url_of(database)
    with ExitStack() as stack:
        victim = stack.enter_context(python("tests.faults.timer_worker", url, "stall"))
        said = line(victim)
        others = [
            stack.enter_context(python("tests.faults.timer_worker", url))
            for _ in range(workers - 1)
        ]
        for other in others:
            line(other)
        victim.kill()
        began = time.monotonic()
        while _left(database) and time.monotonic() - began < PATIENCE:
            time.sleep(0.1)
        took = time.monotonic() - began
        time.sleep(1.0)  # whoever would fire one twice does it now
    found = [] if said == "firing" else [f"the victim said {said}, not that it was firing"]
    found += _judge(database)
    print(
        f"{database.engine.dialect.name}: {workers} workers, {DUE} dates, one killed while firing: "
        f"all fired {took:.1f} s after it, {len(found)} faults"
    )
    return found


def _left(database: Database) -> int:
    with database.reading() as db:
        return int(db.execute(select(func.count()).select_from(timer)).scalar_one())


def _judge(database: Database) -> list[str]:
    with database.reading() as db:
        c = history_event.c
        fired = Counter(
            row.instance_id
            for row in db.execute(select(c.instance_id).where(c.kind == "timer.fired"))
        )
    found = [f"case {case}: its date fired {n} times" for case, n in fired.items() if n != 1]
    if len(fired) != DUE:
        found.append(f"{len(fired)} dates fired in {PATIENCE:g} s, not {DUE}")
    return found
