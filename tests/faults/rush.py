"""16 people complete one task at once, in 2 processes: one success a round, the rest are told."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from engine.access import load_actor
from engine.commands import cases, tasks
from engine.database import Database
from engine.errors import Conflict, EngineError
from engine.models import user_task
from tests.factories import deploy, model, person, plain_roles, use_keys

PEOPLE, PROCESSES = 16, 2


def run(database: Database, *, rounds: int) -> list[str]:
    """Every round that did not end with one success and named conflicts, in words."""
    url = database.engine.url.render_as_string(hide_password=False)
    with database.transaction() as db:
        plain_roles(db)
        deploy(db, {"sequence": model("sequence")})
        starter = person(db, "starter", "worker")
        people = [person(db, f"person{n}", "worker").account_id for n in range(PEOPLE)]
    found: list[str] = []
    context = multiprocessing.get_context("spawn")
    half = PEOPLE // PROCESSES
    with context.Pool(PROCESSES) as pool:
        for round_ in range(rounds):
            with database.transaction() as db:
                started = cases.start_case(db, "sequence", {}, actor=starter)
                task_id = db.execute(
                    select(user_task.c.id).where(user_task.c.instance_id == started.instance_id)
                ).scalar_one()
            shares = [(url, task_id, people[n * half : (n + 1) * half]) for n in range(PROCESSES)]
            answers = [a for share in pool.starmap(_rush, shares) for a in share]
            found += _judge(round_, answers)
    print(f"{database.engine.dialect.name}: {rounds} rounds of {PEOPLE}, {len(found)} faults")
    return found


def _judge(round_: int, answers: list[str]) -> list[str]:
    counted = Counter(answer.split("|")[0] for answer in answers)
    found = []
    if counted["done"] != 1:
        found.append(f"round {round_}: {counted['done']} successes")
    if counted["conflict"] != PEOPLE - 1:
        found.append(f"round {round_}: {dict(counted)}")
    found += [f"round {round_}: {a}" for a in answers if a.startswith("conflict|None")]
    return found


def _rush(url: str, task_id: str, people: list[int]) -> list[str]:
    """Each person takes the task and completes it, all at the same moment."""
    use_keys()
    database = Database(url, pool_size=len(people))
    barrier = Barrier(len(people))

    def one(account_id: int) -> str:
        barrier.wait()
        return _try(database, task_id, account_id)

    with ThreadPoolExecutor(len(people)) as threads:
        answers = list(threads.map(one, people))
    database.close()
    return answers


def _try(database: Database, task_id: str, account_id: int) -> str:
    try:
        with database.transaction() as db:
            tasks.claim_task(db, task_id, actor=load_actor(db, account_id))
        with database.transaction() as db:
            tasks.complete_task(db, task_id, {}, actor=load_actor(db, account_id))
    except Conflict as conflict:
        return f"conflict|{conflict.by}|{conflict.at}"
    except EngineError as error:
        return f"error|{type(error).__name__}: {error}"
    return "done"
