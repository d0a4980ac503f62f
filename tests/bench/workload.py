"""Workload W on our engine: the same 21 steps and as many bytes as the naive baseline's."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import yaml
from sqlalchemy import Connection, select

from engine.access import Actor, load_actor
from engine.commands import cases, deployments, tasks
from engine.database import Database
from engine.models import account, user_task
from tests.factories import SHARED, deploy, person

HERE = Path(__file__).parent
LANES = ("referrer", "safeguarding", "agencies", "panel")
ORDER = (
    "referral", "screening", "info_police", "info_health", "info_education", "panel", "consent",
    "plan",
)  # fmt: skip


def naive_baseline() -> ModuleType:
    """The baseline beside this checkout, imported from where it lies."""
    folder = SHARED / "bench"
    if not folder.is_dir():
        raise SystemExit("The naive baseline is missing: it should lie in ../shared/bench.")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    import naive  # type: ignore[import-not-found]

    return naive


def set_up(database: Database) -> Actor:
    """Roles, one worker who may do everything, and the process."""
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


def _form(name: str) -> str:
    keys = {
        "referral": ["concern", "person", "address", "referrer", "urgency"],
        "screening": ["notes", "decided_by", "screening_outcome"],
    }.get(name, ["notes", "decided_by", "at"])
    components = [{"type": "textarea", "id": k, "key": k, "label": k} for k in keys]
    if name in ("referral", "review"):
        key = "review_max" if name == "referral" else "review_n"
        components.append({"type": "number", "id": key, "key": key, "label": key})
    return json.dumps(
        {"schemaVersion": 18, "type": "default", "id": name, "components": components}
    )


def answers(name: str, n: int = 0, review_max: int = 12) -> dict[str, list[str]]:
    """What a person posts: about 1.6 kB for the referral, 0.6 kB otherwise."""
    if name == "referral":
        return {
            "concern": ["words " * 200],
            "person": ["p" * 24],
            "address": ["a" * 80],
            "referrer": ["r" * 30],
            "urgency": ["standard"],
            "review_max": [str(review_max)],
        }
    body = {"notes": [f"{name} {n} " + "note " * 80], "decided_by": ["d" * 16]}
    if name == "screening":
        return {**body, "screening_outcome": ["channel"]}
    if name == "review":
        return {**body, "at": ["2026-11-23T09:00:00Z"], "review_n": [str(n)]}
    return {**body, "at": ["2026-11-23T09:00:00Z"]}


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


def statements(db: Connection) -> list[str]:
    """Collects the statements that this connection runs from now on."""
    from sqlalchemy import event

    said: list[str] = []
    event.listen(db, "before_cursor_execute", lambda _c, _k, text, *_more: said.append(text))
    return said


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
