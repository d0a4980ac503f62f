"""The real folders published, their made-up people, and one case brought to any of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import yaml
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import clock, definitions, jobs
from engine.access import SYSTEM
from engine.commands import deployments, people, signing
from engine.database import Database
from engine.forms import Form
from engine.models import process_instance, user_task
from engine.testing import Scenario
from tests.factories import PROCESSES, folder
from tests.web.conftest import CSRF, KEY_FIELD, Visitor, words

TOLD = yaml.safe_load((PROCESSES / "demo.yaml").read_text())
ANSWERS = TOLD["answers"]
# The course of a case: who does which step with which of the demo's answers. A number: days pass.
COURSE: list[tuple[str, str, str] | int] = [
    ("check_concern", "robin", "checked"), ("share_decision", "lena", "shared"),
    ("register_referral", "iris", "referral"), ("match_referrals", "iris", "matched"),
    ("acknowledge_referrer", "iris", "acknowledged"), ("gateway_outcome", "omar", "progress"),
    ("choose_partners", "casey", "partners"), ("partner_return", "mina", "nil"),
    ("partner_return", "tom", "known"), ("partner_return", "yusuf", "known"),
    ("assess", "casey", "assessed"), ("section_36_decision", "omar", "grounds"),
    ("list_for_panel", "petra", "listed"), 6, ("record_meeting", "petra", "met"),
    ("record_vote", "petra", "vote"), ("choose_consent_seeker", "petra", "seeker"),
    ("draft_plan", "casey", "plan"), ("agree_plan", "petra", "agreed"),
    ("consent_circumstances", "casey", "circumstances"), ("ask_consent", "tara", "consent"),
    42, ("review_support", "petra", ""),
]  # fmt: skip


@dataclass
class Council:
    """`page` reads a step's page as the person whose step it is; `open` leaves it to the test."""

    app: Flask
    database: Database
    run: Scenario
    pages: dict[str, str] = field(default_factory=dict)

    def visit(self, username: str) -> Visitor:
        """Somebody signed in, in a browser of their own."""
        account_id = self.run.people[username]
        with self.database.transaction() as db:
            attempt = signing.Attempt(0, username, account_id, None)
            opened = signing.finish_sign_in(db, attempt)
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["wm-csrf"] = opened.token, opened.csrf_secret
        return Visitor(client)

    def raise_concern(self, **more: Any) -> str:
        """A concern of its own; its reference."""
        self.run.start("raise_concern", "robin", {**ANSWERS["concern"], **more})
        return self.run.said[-1].rsplit(" ", 1)[1]

    def do(self, element: str, by: str, answers: str, **more: Any) -> None:
        """One step, by this person, with the demo's answers and what the test changes in them."""
        now = self.run.now
        self.run.task(element, by, dated({**ANSWERS[answers], **more}, now))
        with clock.at(now):
            jobs.run_due(self.database, "council")  # what a worker does meanwhile
        if element == "share_decision":
            self.run.case("prevent_case")

    def bring(self, wanted: str) -> str:
        """A new case, brought to where this step is open; the id of its task."""
        self.raise_concern()
        for step in COURSE:
            if isinstance(step, int):
                self.later(step)
            elif step[0] == wanted:
                return self.task(wanted)
            else:
                self.do(*step)
        raise AssertionError(f"the course has no step {wanted}")

    def open(self, wanted: str) -> tuple[Visitor, str]:
        """Who does this step, with its page open and the task theirs; the page's address."""
        by = next(step[1] for step in COURSE if not isinstance(step, int) and step[0] == wanted)
        self.bring(wanted)
        path = f"/tasks/{self.run._open_task(wanted, by, None).id}"  # of several, their own
        visitor = self.visit(by)
        visitor.get(path)
        visitor.post(f"{path}/claim")
        visitor.get(path)
        return visitor, path

    def send(self, wanted: str, values: Mapping[str, Any]) -> TestResponse:
        """This step's form, sent from its page with these answers; what comes back."""
        visitor, path = self.open(wanted)
        assert visitor.at is not None
        csrf, key = CSRF.search(visitor.at.text), KEY_FIELD.search(visitor.at.text)
        assert csrf is not None
        assert key is not None
        data = {"wm-csrf": csrf[1], "wm-key": key[1], "wm-act": "complete", "wm-counter": "1"}
        return visitor.client.post(
            path, data={**data, **self.form(wanted).typed(dated(values, self.run.now))}
        )

    def form(self, element: str) -> Form:
        """The form of an open task of the case in hand."""
        with self.database.reading() as db:
            task_id = self.task(element)
            found = db.execute(select(user_task).where(user_task.c.id == task_id)).one()
            form = definitions.load(db, found.definition_id).form(element)
        assert form is not None
        return form

    def page(self, wanted: str) -> str:
        """The words of this step's page, as its person reads them."""
        if wanted not in self.pages:
            visitor, _ = self.open(wanted)
            assert visitor.at is not None
            assert visitor.at.status_code == 200
            self.pages[wanted] = words(visitor.at)
        return self.pages[wanted]

    def task(self, element: str) -> str:
        """The id of the open task of the case in hand, once the worker has done what is due."""
        t = user_task.c
        with clock.at(self.run.now):
            jobs.run_due(self.database)
        with self.database.reading() as db:
            found = db.execute(
                select(t.id).where(
                    t.instance_id == self.run.instance_id,
                    t.element_id == element,
                    t.ended_at.is_(None),
                )
            ).scalars()
            return str(found.first())

    @property
    def reference(self) -> str:
        """Of the case in hand."""
        c = process_instance.c
        with self.database.reading() as db:
            wanted = select(c.reference).where(c.id == self.run.instance_id)
            return str(db.execute(wanted).scalar_one())

    def later(self, days: int) -> None:
        """So many days pass, for everybody."""
        instant = self.run.now + timedelta(days=days)
        self.run.at(instant)
        clock.stand_still(instant)


def found(app: Flask, database: Database) -> Council:
    """The folders published and everybody there; time stands still."""
    clock.stand_still(clock.local_now())
    with database.transaction() as db:
        deployments.set_roles(
            db,
            (PROCESSES / "roles.yaml").read_bytes(),
            (PROCESSES / "organisations.yaml").read_bytes(),
        )
        folders = {p.parent.name: folder(p.parent) for p in PROCESSES.glob("*/process.bpmn")}
        deployments.deploy(db, folders, actor=SYSTEM, reason="for the tests")
        for username, one in TOLD["people"].items():
            people.create_account(
                db, username, one["name"], one.get("organisation", "council"),
                roles=one.get("roles", ()), actor=SYSTEM,
            )  # fmt: skip
    run = Scenario(database, title="council", now=clock.now())
    for username in TOLD["people"]:
        run.person(username, [])
    return Council(app, database, run)


def dated(value: Any, now: Any) -> Any:
    """`{day: 3}` in the demo's answers is the date three days after the step."""
    if isinstance(value, Mapping) and set(value) == {"day"}:
        return (now + timedelta(days=value["day"])).astimezone(clock.LONDON).date()
    if isinstance(value, Mapping):
        return {name: dated(inner, now) for name, inner in value.items()}
    return [dated(inner, now) for inner in value] if isinstance(value, list) else value
