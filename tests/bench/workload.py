"""Workload W on our engine: the same 21 steps and as many bytes as the naive baseline's."""

from __future__ import annotations

import json
import os
import random
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.access import Actor, load_actor
from engine.commands import cases, tasks
from engine.database import Database
from engine.models import account, user_task

HERE = Path(__file__).parent
LANES = ("referrer", "safeguarding", "agencies", "panel")
ORDER = (
    "referral", "screening", "info_police", "info_health", "info_education", "panel", "consent",
    "plan",
)  # fmt: skip


def set_up(database: Database) -> Actor:
    """Roles, one worker who may do everything, and the process."""
    # Here alone: a worker process, whose memory is measured, has none of it.
    import yaml

    from engine.commands import deployments
    from tests.factories import deploy, person

    roles = {lane: {"title": lane, "rights": ["start", "work"]} for lane in LANES}
    with database.transaction() as db:
        deployments.set_roles(db, yaml.safe_dump(roles).encode(), b"{}")
        known = db.execute(select(account.c.id).where(account.c.username == "bench")).scalar()
        actor = load_actor(db, known) if known else person(db, "bench", *LANES)
        deploy(db, {"W": folder()})
    return actor


def folder() -> dict[str, bytes]:
    files = {
        "process.bpmn": (HERE / "w.bpmn").read_bytes(),
        "process.yaml": b"title: W\nreference: W\nstart: [anyone]\nrole: panel\n",
    }
    for name in (*ORDER, "review"):
        files[f"forms/{name}.form"] = _form(name).encode()
    return files


def folder_of_date() -> dict[str, bytes]:
    """The baseline's other process: start, a date, a task."""
    manifest = b"title: T\nreference: T\nstart: [anyone]\nrole: panel\n"
    return {"process.bpmn": (HERE / "t.bpmn").read_bytes(), "process.yaml": manifest}


def _form(name: str) -> str:
    """What people write about somebody has a class, as in a real process; what decides has none."""
    components = []
    for key, data_class in _questions(name).items():
        one: dict[str, Any] = {"type": "textarea", "id": key, "key": key, "label": key}
        if data_class:
            one["properties"] = {"class": data_class}
        components.append(one)
    if name in ("referral", "review"):
        key = "review_max" if name == "referral" else "review_n"
        components.append({"type": "number", "id": key, "key": key, "label": key})
    return json.dumps(
        {"schemaVersion": 18, "type": "default", "id": name, "components": components}
    )


def _questions(name: str) -> dict[str, str | None]:
    """Key → class. Each task has keys of its own: the case keeps what every task was told."""
    if name == "referral":
        told = dict.fromkeys(("concern", "person", "address"), "special")
        return {**told, "referrer": "third_party", "urgency": None}
    last = "screening_outcome" if name == "screening" else f"{name}_at"
    return {f"{name}_notes": "special", f"{name}_decided_by": None, last: None}


def answers(name: str, n: int = 0, review_max: int = 12) -> dict[str, list[str]]:
    """What a person posts: about 1.6 kB for the referral, 0.6 kB otherwise."""
    if name == "referral":
        return {
            "concern": [words(1200, 2)],
            "person": [words(24, 0)],
            "address": [words(80, 1)],
            "referrer": [words(30, 3)],
            "urgency": ["standard"],
            "review_max": [str(review_max)],
        }
    notes = words(420, zlib.crc32(f"{name}{n}".encode()) % 10000)
    body = {f"{name}_notes": [notes], f"{name}_decided_by": [words(16, 0)]}
    if name == "screening":
        return {**body, "screening_outcome": ["channel"]}
    body[f"{name}_at"] = ["2026-11-23T09:00:00Z"]
    return {**body, "review_n": [str(n)]} if name == "review" else body


def words(length: int, seed: int) -> str:
    """Made-up words, drawn as the baseline draws its own: a text that repeats itself packs to
    nothing. No blank at the end, where a form would cut it."""
    chosen, said = random.Random(seed), ""  # noqa: S311  # made-up words, no secret
    while len(said) < length:
        said += chosen.choice(WORDS) + " "
    return said[: length - 1] + "."


def _vocabulary() -> list[str]:
    drawn = random.Random(7)  # noqa: S311  # made-up words, no secret
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(drawn.choice(letters) for _ in range(drawn.randint(3, 9))) for _ in range(800)]


WORDS = _vocabulary()


def start(database: Database, actor: Actor) -> int:
    with database.transaction() as db:
        return cases.start_case(db, "W", {}, actor=actor).instance_id


def claim(database: Database, actor: Actor, instance_id: int, element: str) -> str:
    """Not measured: the naive baseline has no queue to take a task from."""
    with database.transaction() as db:
        c = user_task.c
        task_id: str = db.execute(
            select(c.id).where(
                c.instance_id == instance_id, c.element_id == element, c.state == "created"
            )
        ).scalar_one()
        tasks.claim_task(db, task_id, actor=actor)
    return task_id


def complete(database: Database, actor: Actor, task_id: str, posted: dict[str, list[str]]) -> None:
    with database.transaction() as db:
        tasks.complete_task(db, task_id, posted, actor=actor)


def steps(reviews: int = 12) -> list[tuple[str, int]]:
    """The tasks of a whole case in their order, each review with its number."""
    return [*((name, 0) for name in ORDER), *(("review", n) for n in range(1, reviews + 1))]


def whole_case(database: Database, actor: Actor) -> int:
    """From its start to its end; how many tasks that were."""
    case = start(database, actor)
    for name, n in steps():
        complete(database, actor, claim(database, actor, case, name), answers(name, n))
    return len(steps())


@contextmanager
def postgres() -> Iterator[str]:
    """A server for a benchmark: the one of WAYMARK_TEST_PG, or one of its own."""
    import tempfile

    from tests.postgres import running_server

    if given := os.environ.get("WAYMARK_TEST_PG"):
        yield given
        return
    with running_server(Path(tempfile.mkdtemp(prefix="waymark-bench-"))) as url:
        yield url
