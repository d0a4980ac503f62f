"""python -m tests.bench board: the board with 10,000 live cases, the list of cases with 100,000.
Server time of the whole page, as a supervisor's browser asks for it; medians.

One real case in twenty is late, so that the board has something to show; the others are copies of
one started through the engine.
"""

from __future__ import annotations

import json
import statistics
import time
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, Select, insert, select, text

from engine import clock
from engine.access import SYSTEM
from engine.commands import deployments, people, signing
from engine.database import Database
from engine.migrations import migrate
from engine.models import process_instance, task_role, user_task
from engine.testing import Scenario
from tests.bench.databases import on_both
from tests.factories import DATA_KEY, KEY, ROOT, deploy, folder, use_keys
from web import create_app
from web.config import Config

LIVE, ALL = 10_000, 100_000
TIMES = 15
ROLES = b"""
staff: {title: Member of staff, organisation: any, rights: [start, work], everyone: true}
worker: {title: Worker, organisation: any, rights: [start, work]}
boss: {title: Boss, organisation: council, rights: [see_all, operate]}
"""


def run(argv: list[str]) -> None:
    use_keys()
    live, every = (500, 2_000) if "--short" in argv else (LIVE, ALL)
    figures = on_both(lambda url: _measure(url, live, every))
    if "--json" in argv:
        print(json.dumps(figures, indent=1))
        return
    for name, found in figures.items():
        print(f"{name}, {live:,} live cases of {every:,}")
        for what, spent in found.items():
            print(f"  {what:<34}{spent:8.1f} ms")


def _measure(url: str, live: int, every: int) -> dict[str, float]:
    database = Database(url)
    migrate(database)
    reference = _set_up(database)
    _copies(database, live, ended=False)
    client = _client(database)
    pages = {
        "board": "/board",
        "board, problems": "/board?part=problems",
        "board, workload": "/board?part=workload",
        "a case": f"/cases/{reference}",
    }
    found = {name: _page(client, path) for name, path in pages.items()}
    _copies(database, every - live, ended=True)
    if not database.is_sqlite:
        with database.schema_change() as db:
            db.execute(text("ANALYZE"))
    for name, path in (
        ("cases, first page", "/cases"),
        ("cases, filtered", "/cases?status=active&waits=person"),
        ("cases, a page in the middle", f"/cases?after={every // 2}"),
    ):
        found[name] = _page(client, path)
    database.close()
    return found


def _set_up(database: Database) -> str:
    with database.transaction() as db:
        deployments.set_roles(db, ROLES, b"council: {title: The council, kind: council}")
        deploy(db, {"desk": folder(ROOT / "tests" / "web" / "desk")})
        for name, role in (("ann", "worker"), ("cat", "boss")):
            people.create_account(
                db, name, f"{name.title()} Example", "council", password=None, roles=[role],
                actor=SYSTEM,
            )  # fmt: skip
    one = Scenario(database, title="board", now=clock.now())
    for name in ("ann", "cat"):
        one.person(name, [])
    one.start("desk", "ann", {"wish": "A chair"})
    return one.said[-1].rsplit(" ", 1)[1]


def _copies(database: Database, number: int, *, ended: bool) -> None:
    """As many cases more, in the shape of the first: its row, its open task, the task's role."""
    p, t, r = process_instance.c, user_task.c, task_role.c
    with database.reading() as db:
        case = _first(db, select(process_instance).order_by(p.id))
        task = _first(db, select(user_task).where(t.instance_id == case["id"]))
        role = _first(db, select(task_role).where(r.task_id == task["id"]))
        highest = db.execute(select(p.id).order_by(p.id.desc())).scalar() or 0
    now = clock.now()
    for start in range(0, number, 2_000):
        numbers = range(highest + 1 + start, highest + 1 + min(number, start + 2_000))
        cases = [
            {
                **case, "id": n, "reference": f"X-{n:07d}",
                "status": "completed" if ended else "active",
                "ended_at": now if ended else None,
            }
            for n in numbers
        ]  # fmt: skip
        late = now - timedelta(days=3)
        tasks = [
            {
                **task, "id": f"{n:032x}", "instance_id": n,
                "due_at": late if n % 20 == 0 else task["due_at"],
                "expected_at": late if n % 20 == 0 else task["expected_at"],
            }
            for n in numbers
        ]  # fmt: skip
        roles = [{**role, "task_id": one["id"], "due_at": one["due_at"]} for one in tasks]
        with database.transaction() as db:
            db.execute(insert(process_instance), cases)
            if not ended:
                db.execute(insert(user_task), tasks)
                db.execute(insert(task_role), roles)


def _first(db: Connection, statement: Select[Any]) -> dict[str, Any]:
    row = db.execute(statement).first()
    assert row is not None
    return dict(row._mapping)


def _client(database: Database) -> FlaskClient:
    app = create_app(Config(database.url, "k" * 40, KEY, (DATA_KEY,), https=False), database)
    with database.transaction() as db:
        attempt = signing.Attempt(0, "cat", 2, None)
        opened = signing.finish_sign_in(db, attempt)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["wm-csrf"] = opened.token, opened.csrf_secret
    return client


def _page(client: FlaskClient, path: str) -> float:
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = client.get(path)
        spent.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return statistics.median(spent)
