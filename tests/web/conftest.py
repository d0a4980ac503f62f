"""The app on a real database, and visitors who read its pages."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import clock
from engine.access import SYSTEM
from engine.commands import deployments, people, signing
from engine.database import Database
from engine.models import user_task
from engine.testing import Scenario
from tests.factories import DATA_KEY, KEY, deploy, folder
from web import create_app
from web.config import Config

DESK = Path(__file__).parent / "desk"
PHRASE = "a password for tests"
ROLES = b"""
staff: {title: Member of staff, organisation: any, rights: [start, work], everyone: true}
worker: {title: Worker, organisation: any, rights: [start, work], masks: [police]}
boss: {title: Boss, organisation: council, rights: [see_all, operate], masks: []}
guard:
  title: Guard
  organisation: council
  rights: [see_all, operate]
  masks: [police]
  opens: [police]
owner: {title: Owner, organisation: council, rights: [model]}
clerk: {title: Clerk, organisation: council, rights: [administer]}
member: {title: Board member, organisation: council, rights: [figures]}
"""
APPROVER = b"approver: {title: Approver, organisation: council, rights: [approve]}\n"
PEOPLE = {
    "ann": ["worker"], "bob": ["worker"], "cat": ["boss"], "gus": ["guard"], "olga": ["owner"],
    "kim": ["clerk"], "mia": ["member"], "sid": [],
}  # fmt: skip
CSRF = re.compile(r'name="wm-csrf" value="([^"]+)"')
KEY_FIELD = re.compile(r'name="wm-key" value="([^"]+)"')


@dataclass
class Visitor:
    """A browser without script: `at` is the page last read."""

    client: FlaskClient
    at: TestResponse | None = None

    def get(self, path: str, **headers: str) -> TestResponse:
        self.at = self.client.get(path, headers=headers)
        return self.at

    def post(self, path: str, key: str | None = None, **fields: Any) -> TestResponse:
        """As the form on the page last read would send it."""
        text = self.at.text if self.at else ""
        if not CSRF.search(text):
            text = self.client.get("/start").text
        found = CSRF.search(text)
        data = {name.replace("__", "-"): value for name, value in fields.items()}
        data["wm-csrf"] = found[1] if found else ""
        if key:
            data["wm-key"] = key
        self.at = self.client.post(path, data=data)
        return self.at

    def sign_in(self, username: str, password: str = PHRASE) -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", username=username, password=password)


@dataclass
class Desk:
    """The little process of these tests, run from the engine's side."""

    database: Database
    run: Scenario

    def start(self, **answers: Any) -> str:
        self.run.now = clock.now()
        self.run.start("desk", "sid", {"wish": "A chair", **answers})
        return self.reference

    @property
    def reference(self) -> str:
        return self.run.said[-1].rsplit(" ", 1)[1]

    def task(self, element: str = "look") -> str:
        """The id of the newest open task of this step."""
        t = user_task.c
        found = select(t.id).where(t.element_id == element, t.ended_at.is_(None))
        with self.database.reading() as db:
            return str(db.execute(found.order_by(t.instance_id.desc())).scalars().first())

    def look(self, amount: int | None, by: str = "ann") -> None:
        self.run.task("look", by, {"amount": amount, "sure": True})


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hash with little work: what is slow on purpose is not what these tests look at."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    for module in (people, signing):
        monkeypatch.setattr(module, "hasher", lambda: quick)


@pytest.fixture
def app(database: Database) -> Flask:
    return create_app(Config(database.url, "k" * 40, KEY, (DATA_KEY,), https=False), database)


@pytest.fixture
def desk(app: Flask, database: Database) -> Desk:
    """The process published, everybody with an account."""
    with database.transaction() as db:
        deployments.set_roles(db, ROLES, b"council: {title: The council, kind: council}")
        deploy(db, {"desk": folder(DESK)})
        for username, roles in PEOPLE.items():
            people.create_account(
                db, username, f"{username.title()} Example", "council",
                password=PHRASE if username == "ann" else None, roles=roles, actor=SYSTEM,
            )  # fmt: skip
    run = Scenario(database, title="desk", now=clock.now())
    for username in PEOPLE:
        run.person(username, [])
    return Desk(database, run)


@pytest.fixture
def visit(app: Flask, desk: Desk) -> Callable[[str], Visitor]:
    """Somebody signed in (without the slow check of a password, which has tests of its own)."""

    def come(username: str) -> Visitor:
        account_id = desk.run.people[username]
        with desk.database.transaction() as db:
            attempt = signing.Attempt(0, username, account_id, None)
            opened = signing.finish_sign_in(db, attempt)
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["wm-csrf"] = opened.token, opened.csrf_secret
        return Visitor(client)

    return come


@pytest.fixture
def owners(desk: Desk, visit: Callable[[str], Visitor]) -> Callable[[str], Visitor]:
    """Olga and Otto own processes, Ada approves them."""
    with desk.database.transaction() as db:
        deployments.set_roles(db, ROLES + APPROVER, b"{}")
        for username, role in (("otto", "owner"), ("ada", "approver")):
            people.create_account(
                db, username, f"{username.title()} Example", "council", roles=[role], actor=SYSTEM
            )
    for username in ("otto", "ada"):
        desk.run.person(username, [])
    return visit


@pytest.fixture
def olga(owners: Callable[[str], Visitor]) -> Visitor:
    visitor = owners("olga")
    visitor.get("/studio/desk/draft")
    return visitor


def words(response: TestResponse) -> str:
    """A page as it is read: without tags, one space between words."""
    text = re.sub(r"<(script|style|title)[^>]*>.*?</\1>", " ", response.text, flags=re.DOTALL)
    text = re.sub(r"</?(strong|a|span|time|em|code)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def title(response: TestResponse) -> str:
    found = re.search(r"<title[^>]*>(.*?)</title>", response.text, re.DOTALL)
    return html.unescape(found[1].strip()) if found else ""


def key_of(response: TestResponse) -> str:
    found = KEY_FIELD.search(response.text)
    assert found is not None
    return found[1]
