"""python -m tests.bench web: 50 people at work on the served app, with 10,000 open cases.

Each reads their list, opens a task, sends its form in and reads what happens next, with a pause of
one to three seconds before each page. Times are the browser's: the 95th of a hundred. The site
runs in a process of its own, as `waymark serve` starts it.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text

from engine.access import SYSTEM, load_actor
from engine.commands import cases, deployments, people, signing, tasks
from engine.database import Database
from engine.migrations import migrate
from tests.bench.board import LIVE, ROLES, _copies
from tests.bench.databases import on_both
from tests.factories import DATA_KEY, KEY, ROOT, deploy, folder, use_keys
from web import create_app
from web.config import Config

PEOPLE, EACH, PAUSE = 50, 6, (1.0, 3.0)
SECRET = "k" * 40
WAIT_FOR_SITE = 30
FIELDS = re.compile(r'name="(wm-csrf|wm-key)" value="([^"]+)"')


@dataclass
class Found:
    """Seconds by what was asked; `errors` are answers of another kind than expected."""

    spent: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            what: round(statistics.quantiles(all_, n=20)[-1] * 1000, 1)
            for what, all_ in self.spent.items()
        }
        return {**told, "requests": sum(map(len, self.spent.values())), "errors": len(self.errors)}


def run(argv: list[str]) -> None:
    use_keys()
    live = 500 if "--short" in argv else LIVE
    figures = on_both(lambda url: _measure(url, live))
    if "--json" in argv:
        print(json.dumps(figures, indent=1))
        return
    for name, found in figures.items():
        print(f"{name}, {live:,} open cases, {PEOPLE} people")
        for what, one in found.items():
            print(f"  {what:<34}{one:8} {'' if what in ('requests', 'errors') else 'ms'}")


def _measure(url: str, live: int) -> dict[str, Any]:
    database = Database(url)
    migrate(database)
    work = _set_up(database, live)
    cookies = {name: _cookie(database, name) for name in work}
    database.close()
    found, port = Found(), _free_port()
    site = subprocess.Popen(
        [sys.executable, "-m", "web.cli", "serve", "--port", str(port), "--worker"],
        env={
            **os.environ, "WAYMARK_DATABASE_URL": url, "WAYMARK_SECRET_KEY": SECRET,
            "WAYMARK_AUDIT_KEY": KEY.decode(), "WAYMARK_DATA_KEY": DATA_KEY.hex(),
            "WAYMARK_HTTPS": "0",
        },
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        threads = [
            threading.Thread(target=_work, args=(port, cookies[name], mine, found))
            for name, mine in work.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        site.terminate()
        site.wait()
    for error in found.errors[:5]:
        print(error, file=sys.stderr)
    return found.figures()


def _set_up(database: Database, live: int) -> dict[str, list[str]]:
    """Everybody's tasks, held by them already; the open cases beside them are copies."""
    with database.transaction() as db:
        deployments.set_roles(db, ROLES, b"council: {title: The council, kind: council}")
        deploy(db, {"desk": folder(ROOT / "tests" / "web" / "desk")})
        ids = {
            f"p{n:02}": people.create_account(
                db, f"p{n:02}", f"Person {n:02}", "council", roles=["worker"], actor=SYSTEM
            )
            for n in range(PEOPLE)
        }
    _start(database, ids["p00"])  # nobody takes this one: what the copies are made of
    work: dict[str, list[str]] = {name: [] for name in ids}
    for name in list(ids) * EACH:
        task = _start(database, ids[name])
        with database.transaction() as db:
            tasks.claim_task(db, task, actor=load_actor(db, ids[name]))
        work[name].append(task)
    _copies(database, live, ended=False)
    if not database.is_sqlite:
        with database.schema_change() as db:
            db.execute(text("ANALYZE"))
    return work


def _start(database: Database, account_id: int) -> str:
    """A case of this person's; its first task."""
    with database.transaction() as db:
        actor = load_actor(db, account_id)
        started = cases.start_case(db, "desk", {"wish": ["A chair"]}, actor=actor)
        return str(
            db.execute(
                text("select id from wm_user_task where instance_id = :of"),
                {"of": started.instance_id},
            ).scalar_one()
        )


def _cookie(database: Database, name: str) -> str:
    """As the site would have set it at sign-in."""
    with database.transaction() as db:
        account_id = db.execute(
            text("select id from wm_account where username = :name"), {"name": name}
        ).scalar_one()
        opened = signing.finish_sign_in(db, signing.Attempt(0, name, account_id, None))
    client = create_app(
        Config(database.url, SECRET, KEY, (DATA_KEY,), https=False), database
    ).test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["wm-csrf"] = opened.token, opened.csrf_secret
    found = client.get_cookie("waymark")
    assert found is not None
    return f"waymark={found.value}"


def _work(port: int, cookie: str, mine: list[str], found: Found) -> None:
    lists = ("/tasks", "/tasks?tab=unclaimed", "/tasks?tab=team")
    for turn, task in enumerate(mine):
        _ask(port, cookie, found, "list", lists[turn % len(lists)])
        page = _ask(port, cookie, found, "task", f"/tasks/{task}")
        fields = dict(FIELDS.findall(page))
        form = {**fields, "wm-act": "complete", "wm-counter": "1", "amount": "5", "sure": "yes"}
        _ask(port, cookie, found, "form sent in", f"/tasks/{task}", form)
        _ask(port, cookie, found, "what happens next", f"/tasks/{task}/done")


def _ask(
    port: int, cookie: str, found: Found, what: str, path: str, form: dict[str, str] | None = None
) -> str:
    time.sleep(random.uniform(*PAUSE))  # noqa: S311  # a pause, no secret
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    began = time.perf_counter()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        method, body = ("POST", urlencode(form)) if form else ("GET", None)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
    except OSError as error:
        found.errors.append(f"{what}: {error}")
        return ""
    found.spent.setdefault(what, []).append(time.perf_counter() - began)
    if answer.status != (303 if form else 200):
        found.errors.append(f"{what}: {answer.status}")
    return page


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + WAIT_FOR_SITE
    while time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("The site did not come up.")
