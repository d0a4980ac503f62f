"""A process owner's whole way, by keyboard alone: from a drawing to twelve cases that run on it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from engine import clock, timers
from engine.access import load_actor
from engine.commands import tasks
from engine.database import Database
from engine.models import account, draft, process_instance, user_task
from tests.browser.conftest import LISTEN, WIDE
from tests.browser.keyboard import Keys
from tests.browser.pages import KNOWN
from tests.factories import PROCESSES
from web import create_app
from web.cli import demo
from web.demo_accounts import DEMO_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]
CASES = 12
WORDS = "Spoke to them on the stairs, will see them on Monday ({reference})."
REMINDER, STEP, NOTE = "Two days without an answer", "Ring them", "Note the call"
QUESTION = "Who was there when you asked?"


@dataclass
class Council:
    """A site of its own: twelve people are to be asked for consent, nothing else is open."""

    site: str
    database: Database

    def open_tasks(self, step: str = "Ask for consent") -> list[Any]:
        """With what their holders have typed."""
        t, p = user_task.c, process_instance.c
        kept = draft.c["values"].label("typed"), draft.c.account_id.label("typed_by")
        wanted = (
            select(t.id, t.title, t.state, t.assignee_id, t.due_at, p.reference, *kept)
            .join(process_instance, p.id == t.instance_id)
            .outerjoin(draft, draft.c.task_id == t.id)
            .where(t.title.startswith(step), t.ended_at.is_(None))
            .order_by(p.reference)
        )
        with self.database.reading() as db:
            return list(db.execute(wanted))


def twelve() -> list[dict[str, Any]]:
    return [
        {
            "title": f"Number {n}",
            "begins": 50 - n,
            "with": {"register_referral": {"person_name": f"Example Number {n}"}},
            "steps": [{"play": "asking"}],
        }
        for n in range(1, CASES + 1)
    ]


def lay_out(home: Path) -> None:
    """The processes as they are, and twelve cases alike instead of the demo's."""
    root = home / "processes"
    root.mkdir()
    for path in PROCESSES.iterdir():
        if path.name != demo.SCRIPT:
            (root / path.name).symlink_to(path)
    told = yaml.safe_load((PROCESSES / demo.SCRIPT).read_text())
    told["cases"] = twelve()
    (root / demo.SCRIPT).write_text(yaml.safe_dump(told, sort_keys=False))


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    lay_out(tmp_path)
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        config = demo.prepare(lambda _: None)
    finally:
        os.chdir(before)
    app = create_app(config)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found = Council(f"http://127.0.0.1:{server.server_port}", app.extensions["waymark"])
    keep_drafts(found)
    yield found
    server.shutdown()
    thread.join()


def keep_drafts(council: Council) -> None:
    """Tara has begun to write on each of her tasks."""
    with council.database.transaction() as db:
        tara = db.execute(select(account.c.id).where(account.c.username == "tara")).scalar_one()
        for row in council.open_tasks():
            words = WORDS.format(reference=row.reference)
            typed = {"consent_outcome": ["refused"], "words_of_refusal": [words]}
            tasks.save_draft(db, row.id, typed, 1, actor=load_actor(db, tara))


@dataclass
class Walker:
    """One person at their keyboard; each page they come to is kept as a picture."""

    keys: Keys
    site: str
    folder: Path

    @property
    def page(self) -> Page:
        return self.keys.page

    def sees(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def shoot(self, name: str) -> None:
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def to_draft(self, title: str, link: str = "Open the draft") -> None:
        self.keys.follow("Studio")
        self.keys.follow(title)
        self.keys.follow(link)
        self.is_ready()

    def is_ready(self) -> None:
        expect(self.page.locator("[data-editor]")).to_have_attribute("data-ready", "true")

    def is_checked(self) -> None:
        """The findings are those of the drawing as it is now."""
        status = self.page.locator("[data-editor-status]")
        expect(status).to_contain_text("Changed, not saved yet. ")

    def save(self) -> None:
        self.keys.send("Save draft")
        self.sees("Draft saved.")
        self.is_ready()


@pytest.fixture
def walker(context: BrowserContext, council: Council, tmp_path: Path) -> Walker:
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.set_viewport_size(WIDE)
    (tmp_path / "pictures").mkdir()
    return Walker(Keys(page), council.site, tmp_path / "pictures")


def draw_a_reminder(walker: Walker) -> None:
    """On a date, while the step stays open; a task and a note behind it."""
    keys = walker.keys
    keys.choose("Go to", "Ask for consent")
    keys.choose("What may happen meanwhile", "Reminder")
    keys.press("Add it to this step")
    walker.shoot("reminder-added")
    keys.type("Label", REMINDER)
    keys.type("Date or duration", "P2D")
    keys.press("Add a step after this")
    keys.type("Label", STEP)
    keys.type("Role", '["caseworker"]')
    keys.type("Due", "add working days(today(), 1)")
    keys.press("Add a step after this")
    keys.type("Label", NOTE)
    keys.type("Due", "today()")
    keys.choose("Kind of step", "Script")
    keys.press("Change the kind")
    keys.type("Names to set", "{rung: true}")
    keys.to("Save draft")
    walker.is_checked()
    walker.shoot("reminder-drawn")
    walker.save()


def repair_two_findings(walker: Walker) -> None:
    """A setting that means nothing to a script; a path that stops."""
    for button, left in (("Remove the setting", "1 warning"), ("Draw an end event", "")):
        walker.shoot(f"finding-{button.split()[0]}")
        walker.keys.send(f"{button}: {NOTE}")
        walker.is_ready()
        expect(walker.page.locator("[data-findings-count]")).to_contain_text(left or "No findings")


def ask_one_more_question(walker: Walker) -> None:
    keys = walker.keys
    keys.follow("Ask for consent")
    walker.shoot("form")
    keys.type("What is asked", QUESTION)
    keys.choose("Kind of answer", "Short text")
    keys.send("Add a question")
    expect(walker.page.get_by_role("heading", name=QUESTION, level=1)).to_be_visible()
    keys.tick("Must be answered")
    walker.shoot("question")
    keys.send("Save question")
    walker.sees("Form saved in the draft.")
    walker.shoot("form-with-question")


def change_the_table(walker: Walker) -> None:
    """A second person from the third referral on, no longer from the second."""
    keys = walker.keys
    keys.follow("Is a second person needed")
    keys.type("Rule 3, Which referral is it?", ">= 3")
    keys.type("Rule 4, Which referral is it?", "< 3")
    keys.send("Save table")
    walker.sees("Table saved in the draft.")
    walker.shoot("table")


def play_the_scenarios(walker: Walker, title: str) -> None:
    walker.to_draft(title)
    walker.keys.follow("Test it with scenarios")
    walker.shoot(f"scenarios-of-{title}")
    walker.keys.send("Play them")
    expect(walker.page.locator("#results")).to_be_visible(timeout=120_000)
    walker.shoot(f"played-{title}")


def ask_for_approval(walker: Walker, reason: str) -> None:
    keys = walker.keys
    keys.follow("See what changes and ask for approval")
    walker.shoot(f"before-publishing-{reason.split()[0]}")
    keys.type("Why is this version to be published?", reason)
    if walker.page.get_by_text("Not everything is tested").count():
        keys.tick("It may be published although")
        keys.type("Why may it be published untested?", "The scenarios do not wait two days.")
    keys.send("Ask for approval")
    walker.sees("Nothing is live until another person approves it.")


def approve(walker: Walker, title: str) -> None:
    keys = walker.keys
    keys.follow("Studio")
    keys.follow(f"Owen Hart asks for approval: {title}")
    walker.shoot(f"to-approve-{title}")
    keys.type("Your note", "Read the sentences, looked at both drawings.")
    keys.send("Approve and publish")
    walker.sees("open cases keep their version")
    walker.shoot(f"approved-{title}")


def move_twelve(walker: Walker) -> None:
    keys = walker.keys
    keys.follow("Studio")
    keys.follow("Seek consent")
    walker.shoot("process")
    keys.follow("Move open cases")
    keys.send("See which cases can move")
    walker.sees("12 cases can move, 0 cases cannot.")
    walker.shoot("migration-tried")
    keys.type("Reason", "The reminder is to reach those who wait now.")
    keys.type("How many cases", "12")
    keys.send("Move these cases")
    walker.shoot("migrated")


def test_an_owner_changes_a_process_and_brings_twelve_cases_along(
    walker: Walker, council: Council
) -> None:
    keys, before = walker.keys, council.open_tasks()
    assert len(before) == CASES
    keys.sign_in(council.site, "owen", DEMO_PASSWORD)
    walker.to_draft("Seek consent", "Change this process")
    draw_a_reminder(walker)
    repair_two_findings(walker)
    ask_one_more_question(walker)
    walker.to_draft("Police assessment", "Change this process")
    change_the_table(walker)
    for title, why in (("Seek consent", "A reminder"), ("Police assessment", "Three referrals")):
        play_the_scenarios(walker, title)
        ask_for_approval(walker, f"{why} was wished for by those who do it.")
    keys.send("Sign out")
    keys.sign_in(council.site, "anna", DEMO_PASSWORD)
    for title in ("Seek consent", "Police assessment"):
        approve(walker, title)
    keys.send("Sign out")
    keys.sign_in(council.site, "owen", DEMO_PASSWORD)
    move_twelve(walker)
    assert council.open_tasks() == before
    keys.send("Sign out")
    finds_all_as_it_was(walker, before)
    the_reminder_fires(walker, council, before)


def finds_all_as_it_was(walker: Walker, before: list[Any]) -> None:
    """Tara's list and task: the same cases, dates and words, and the new question."""
    walker.keys.sign_in(walker.site, "tara", DEMO_PASSWORD)
    walker.shoot("list-after")
    for row in before:
        line = walker.page.locator("main tr", has_text=row.reference)
        expect(line).to_contain_text(words_of(row.due_at))
    walker.keys.follow("Ask for consent")
    walker.sees(QUESTION)
    walker.shoot("task-after")
    shown = urlsplit(walker.page.url).path.rsplit("/", 1)[1]
    row = next(row for row in before if row.id == shown)
    text = walker.page.locator("[name=words_of_refusal]")
    expect(text).to_be_visible()
    expect(text).to_have_value(WORDS.format(reference=row.reference))
    walker.keys.send("Sign out")


def words_of(due: datetime) -> str:
    local = due.astimezone(clock.LONDON)
    return f"{local.day} {local:%B %Y}"


def the_reminder_fires(walker: Walker, council: Council, before: list[Any]) -> None:
    """Two days on: a task for each, which those who may do it find; the step stays open."""
    assert council.open_tasks(STEP) == []
    with clock.at(clock.now() + timedelta(days=2, hours=1)):
        timers.run_due(council.database)
    rung = council.open_tasks(STEP)
    assert [row.reference for row in rung] == [row.reference for row in before]
    assert council.open_tasks() == before
    walker.keys.sign_in(walker.site, "casey", DEMO_PASSWORD)
    walker.keys.follow("Unclaimed")
    expect(walker.page.locator("main tr", has_text=STEP)).to_have_count(CASES)
    walker.shoot("reminders")
