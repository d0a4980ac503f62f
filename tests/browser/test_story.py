"""The whole course of an adult's case in a browser: each person signs in and does their own part.

The answers are those of the scenario file; what is clicked and typed is what a person would.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from werkzeug.serving import make_server

from engine import clock, definitions, timers
from engine.access import SYSTEM
from engine.commands import cases, deployments, people
from engine.database import Database
from engine.migrations import migrate
from engine.models import account, process_instance, user_task
from engine.testing import Scenario, local_instant, play
from tests.browser.conftest import LISTEN, NARROW, WIDE
from tests.factories import KEY, PROCESSES, folder
from web import create_app
from web.config import Config

pytestmark = pytest.mark.browser
STORY = PROCESSES / "prevent_case" / "scenarios" / "adult_whole_course.yaml"
PASSWORD = "made-up people only"  # noqa: S105


@pytest.fixture(autouse=True)
def time_goes_on_again() -> Iterator[None]:
    yield
    clock.stand_still(None)


class Desk:
    """The site with the story's people, and one browser window after the other."""

    def __init__(self, database: Database, site: str, browser: Browser, options: dict[str, Any]):
        self.database, self.site, self.browser, self.options = database, site, browser, options
        self.scenario = Scenario(database, title="in the browser")
        self.faults: list[str] = []

    def window(self, username: str) -> Page:
        context = self.browser.new_context(**self.options)
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.on("pageerror", lambda e: self.faults.append(str(e)))
        page.goto(f"{self.site}/sign-in")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def close(self, page: Page) -> None:
        if self.options.get("java_script_enabled", True):
            self.faults += page.evaluate("() => window.violations || []")
            if page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"):
                self.faults.append(f"{page.url} is wider than the window")
        page.context.close()

    def start(self, step: dict[str, Any]) -> None:
        page = self.window(step["by"])
        page.goto(f"{self.site}/start")
        page.locator(f"main a[href='/start/{step['start']}']").first.click()
        with self.database.reading() as db:
            definition = cases.newest(db, step["start"])
        form = definition.form(cases.start_of(definition, None))
        self.fill(page, form, step.get("values") or {})
        self.send(page, "start")
        with self.database.reading() as db:
            wanted = select(process_instance.c.id, process_instance.c.reference)
            row = db.execute(wanted.order_by(process_instance.c.id.desc())).first()
        assert row is not None
        assert row.reference in page.locator("main").inner_text()
        self.scenario.instance_id = row.id
        self.close(page)

    def task(self, step: dict[str, Any]) -> None:
        row = self.scenario._open_task(step["task"], step["by"], step.get("item"))
        page = self.window(step["by"])
        tab = "mine" if row.state == "claimed" else "unclaimed"
        page.goto(f"{self.site}/tasks?tab={tab}")
        page.locator(f"main a[href*='/tasks/{row.id}']").first.click()
        if tab == "unclaimed":
            page.get_by_role("button", name="Claim this task").click()
            page.get_by_text("Yours since").wait_for()
        with self.database.reading() as db:
            form = definitions.load(db, row.definition_id).form(step["task"])
        self.fill(page, form, step.get("values") or {})
        self.send(page, "complete")
        with self.database.reading() as db:
            wanted = select(user_task.c.state).where(user_task.c.id == row.id)
            state = db.execute(wanted).scalar_one()
        assert state == "completed", page.locator("main").inner_text()[:1500]
        self.close(page)

    def fill(self, page: Page, form: Any, values: dict[str, Any]) -> None:
        """As a person would: add the rows that are needed, then answer from the top."""
        typed = form.typed(values) if form else {}
        rows = {}
        for key, wanted in values.items():
            if isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
                rows[key] = self.rows(page, key, len(wanted))
        for name, texts in typed.items():
            key, _, rest = name.partition("-")
            if key in rows:
                number, _, inner = rest.partition("-")
                name = f"{key}-{rows[key][int(number) - 1]}-{inner}"
            for text in texts:
                self.answer(page, name, text)

    def rows(self, page: Page, key: str, wanted: int) -> list[str]:
        """The numbers of a list's rows on the page, once there are enough of them."""
        row = page.locator(f"main fieldset.wm-row[id^='{key}-']")
        add = page.locator(f"button[name='wm-act'][value='add:{key}']")
        add.wait_for()
        for more in range(row.count() + 1, wanted + 1):
            add.click()
            expect(row).to_have_count(more)
        ids = [row.nth(n).get_attribute("id") or "" for n in range(wanted)]
        return [each.removeprefix(f"{key}-") for each in ids]

    def answer(self, page: Page, name: str, text: str) -> None:
        field = page.locator(f"main [name='{name}']")
        field.first.wait_for(state="attached", timeout=8_000)
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f"main [name='{name}'][value='{text}']").check()
        elif field.first.locator("option").count():
            field.first.select_option(text)
        else:
            field.first.fill(text)

    def send(self, page: Page, act: str) -> None:
        page.locator(f"main button.govuk-button[name='wm-act'][value='{act}']").click()
        page.wait_for_load_state()


@pytest.mark.parametrize(
    "options",
    [{"viewport": WIDE}, {"viewport": NARROW}, {"viewport": WIDE, "java_script_enabled": False}],
    ids=["1280", "320", "no script"],
)
def test_the_whole_course_in_the_browser(
    browser: Browser, tmp_path: Path, options: dict[str, Any]
) -> None:
    spec = yaml.safe_load(STORY.read_text())
    database = _site_database(tmp_path, spec["people"])
    config = Config(str(database.url), "s" * 32, KEY, https=False)
    app = create_app(config, database)
    with served(app) as site:
        desk = Desk(database, site, browser, options)
        desk.scenario.people = _people(database)
        instant = local_instant(spec["now"])
        for step in spec["steps"]:
            clock.stand_still(instant)
            desk.scenario.now = instant
            if "start" in step:
                desk.start(step)
            elif "task" in step:
                desk.task(step)
            elif "at" in step:
                instant = local_instant(step["at"])
                desk.scenario.at(instant)
                timers.run_due(database)
            else:
                play(desk.scenario, step)
    assert desk.faults == []


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def _site_database(folder_: Path, made_up: dict[str, Any]) -> Database:
    database = Database(f"sqlite:///{folder_}/waymark.db")
    migrate(database)
    with database.transaction() as db:
        roles, organisations = (
            (PROCESSES / name).read_bytes() for name in ("roles.yaml", "organisations.yaml")
        )
        deployments.set_roles(db, roles, organisations)
        folders = {p.parent.name: folder(p.parent) for p in PROCESSES.glob("*/process.bpmn")}
        deployments.deploy(db, folders, actor=SYSTEM, reason="for the browser")
    scenario = Scenario(database)
    hashed = people.hasher().hash(PASSWORD)
    for username, details in made_up.items():
        scenario.person(username, details["roles"], details["organisation"])
    with database.transaction() as db:
        db.execute(update(account).values(password_hash=hashed))
    return database


def _people(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return {r.username: r.id for r in db.execute(select(account.c.username, account.c.id))}
