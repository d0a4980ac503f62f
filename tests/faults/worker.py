"""python -m tests.faults.worker URL: works cases of W until it is killed; says each task it did."""

from __future__ import annotations

import sys
from typing import Any

from sqlalchemy import select

from engine.access import Actor, load_actor
from engine.commands import cases, tasks
from engine.database import Database
from engine.errors import Conflict
from engine.models import account, process_instance, user_task
from tests.bench.workload import answers
from tests.factories import use_keys


def main(url: str) -> None:
    use_keys()
    database = Database(url)
    with database.reading() as db:
        number = db.execute(select(account.c.id).where(account.c.username == "bench")).scalar_one()
        actor = load_actor(db, number)
    print("ready", flush=True)
    rounds = 0
    while True:
        rounds += 1
        with database.reading() as db:
            c = user_task.c
            row = db.execute(
                select(c.id, c.element_id, c.state)
                .join(process_instance, process_instance.c.id == c.instance_id)
                .where(c.state.in_(("created", "claimed")))
                .order_by(c.created_at)
                .limit(1)
            ).first()
        if row is None or rounds % 7 == 0:
            with database.transaction() as db:
                cases.start_case(db, "W", {}, actor=actor)
            if row is None:
                continue
        try:
            _work(database, row, actor)
        except Conflict:  # another worker was faster
            continue
        print(row.id, flush=True)


def _work(database: Database, row: Any, actor: Actor) -> None:
    if row.state == "created":
        with database.transaction() as db:
            tasks.claim_task(db, row.id, actor=actor)
    with database.transaction() as db:
        posted = answers(row.element_id, 99, review_max=3)
        tasks.complete_task(db, row.id, posted, actor=actor)


if __name__ == "__main__":
    main(sys.argv[1])
