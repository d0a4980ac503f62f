"""kill -9 at random moments while tasks are completed: what was acknowledged must be there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from engine import audit, state
from engine.access import SYSTEM
from engine.advance import preview
from engine.database import Database
from engine.models import history_event, process_instance, user_task
from tests.bench import workload

ROOT = Path(__file__).parents[2]
LONGEST = 1.5  # seconds a worker lives at most


def run(database: Database, *, rounds: int) -> list[str]:
    """Kill that many workers, one after the other; every loss found, in words."""
    workload.set_up(database)
    url = database.engine.url.render_as_string(hide_password=False)
    dice = random.Random(5)  # noqa: S311  # moments to kill at, not secrets
    acknowledged: list[str] = []
    for _ in range(rounds):
        acknowledged += _killed_worker(url, dice.uniform(0.05, LONGEST))
    found = losses(database, acknowledged)
    print(
        f"{database.engine.dialect.name}: {rounds} kills, {len(acknowledged)} acknowledged steps, "
        f"{len(found)} losses"
    )
    return found


def _killed_worker(url: str, lives: float) -> list[str]:
    """Task ids that a worker said were done before it was killed."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker", url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert worker.stdout is not None
    worker.stdout.readline()  # "ready"
    time.sleep(lives)
    worker.send_signal(signal.SIGKILL)
    said, _ = worker.communicate()
    whole = said[: said.rfind("\n") + 1]  # a line cut off by the kill was not said
    return whole.split()


def losses(database: Database, acknowledged: list[str]) -> list[str]:
    found = []
    with database.reading() as db:
        done = {
            row.id
            for row in db.execute(select(user_task.c.id).where(user_task.c.state == "completed"))
        }
        found += [f"task {name} was acknowledged and is not done" for name in acknowledged
                  if name not in done]  # fmt: skip
        counted = Counter(
            row.task_id
            for row in db.execute(
                select(history_event.c.task_id).where(history_event.c.kind == "task.completed")
            )
        )
        found += [f"task {name} was done {n} times" for name, n in counted.items() if n != 1]
        found += [f"task {name} is done without its history" for name in done - set(counted)]
        found += audit.verify(db)
        for row in db.execute(select(process_instance.c.id, process_instance.c.status)).all():
            found += _case_losses(database, row.id, row.status)
    return found


def _case_losses(database: Database, instance_id: int, status: str) -> list[str]:
    """A case must open, agree with its rows, and have a history without gaps."""
    found = []
    with database.reading() as db, preview(db, instance_id, actor=SYSTEM) as step:
        rows = {
            row.id
            for row in db.execute(
                select(user_task.c.id).where(
                    user_task.c.instance_id == instance_id,
                    user_task.c.state.in_(("created", "claimed")),
                )
            )
        }
        waiting = {token for token, wait in step.before.items() if wait.kind == "task"}
        if rows != waiting:
            found.append(f"case {instance_id}: rows and state disagree")
        if status == "active" and not step.before:
            found.append(f"case {instance_id}: nothing can move it")
        numbers = [
            row.seq
            for row in db.execute(
                select(history_event.c.seq)
                .where(history_event.c.instance_id == instance_id)
                .order_by(history_event.c.seq)
            )
        ]
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"case {instance_id}: its history has gaps")
        state.dump(step.case)
    return found
