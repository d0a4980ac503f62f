"""People at their browsers, each signed in to the site, who play a scenario file: what is clicked
and typed is what a person would. WAYMARK_PICTURES names a folder for what they see."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from werkzeug.serving import make_server

from engine import clock, definitions, timers
from engine.access import SYSTEM
from engine.commands import cases, deployments, people
from engine.database import Database
from engine.migrations import migrate
from engine.models import account, message_subscription, process_instance, user_task
from engine.testing import Scenario, local_instant, play
from tests.browser.conftest import LISTEN
from tests.factories import PROCESSES, folder

PASSWORD = "made-up people only"  # noqa: S105
PICTURES = os.environ.get("WAYMARK_PICTURES")


class Desk:
    """The site with the story's people, and one browser window after the other."""

    def __init__(self, database: Database, site: str, browser: Browser, options: dict[str, Any]):
        self.database, self.site, self.browser, self.options = database, site, browser, options
        self.scenario = Scenario(database, title="in the browser")
        self.faults: list[str] = []
        self.windows: dict[str, Page] = {}
        self.story, self.pictures = "story", 0

    def window(self, username: str) -> Page:
        """Theirs, signed in since time last moved on."""
        if username in self.windows:
            return self.windows[username]
        context = self.browser.new_context(**self.options)
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.on("pageerror", lambda e: self.faults.append(str(e)))
        page.goto(f"{self.site}/sign-in")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        self.windows[username] = page
        return page

    def look(self, page: Page) -> None:
        """At what is before the person now; kept as a picture when asked for."""
        self.pictures += 1
        if PICTURES:
            name = re.sub(r"[^a-z]+", "-", page.title().lower())[:50]
            page.screenshot(path=f"{PICTURES}/{self.story}-{self.pictures:02d}-{name}.png")
        if self.options.get("java_script_enabled", True):
            self.faults += page.evaluate("() => window.violations || []")
            if page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"):
                self.faults.append(f"{page.url} is wider than the window")

    def time_moves(self) -> None:
        """People come back another day."""
        for page in self.windows.values():
            page.context.close()
        self.windows.clear()

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
        self.look(page)

    def task(self, step: dict[str, Any], refused: str | None = None) -> None:
        """`refused`: what the page says in place of taking it."""
        row = self.scenario._open_task(step["task"], step["by"], step.get("item"))
        page = self.window(step["by"])
        tab = "mine" if row.state == "claimed" else "unclaimed"
        page.goto(f"{self.site}/tasks?tab={tab}")
        link = page.locator(f"main a[href*='/tasks/{row.id}']")
        if refused and not link.count():  # it is not offered to them: nothing to open
            play(self.scenario, {"refused": {**step, "because": refused}})
            return
        link.first.click()
        if tab == "unclaimed":
            page.get_by_role("button", name="Claim this task").click()
            page.wait_for_load_state()
            if refused and page.get_by_text(refused).count():
                self.look(page)
                return
            page.get_by_text("Yours since").wait_for()
        with self.database.reading() as db:
            form = definitions.load(db, row.definition_id).form(step["task"])
        self.fill(page, form, step.get("values") or {})
        self.look(page)
        self.send(page, "complete")
        with self.database.reading() as db:
            wanted = select(user_task.c.state).where(user_task.c.id == row.id)
            state = db.execute(wanted).scalar_one()
        words = page.locator("main").inner_text()
        assert state == ("claimed" if refused else "completed"), words[:1500]
        assert (refused or "") in words, words[:1500]
        self.look(page)

    def action(self, step: dict[str, Any]) -> None:
        """From the case's page: somebody says that something happened."""
        page = self.window(step["by"])
        with self.database.reading() as db:
            c = message_subscription.c
            wanted = select(c.id, c.definition_id, process_instance.c.reference).where(
                c.instance_id == self.scenario.instance_id,
                c.element_id == step["action"],
                process_instance.c.id == c.instance_id,
            )
            row = db.execute(wanted).one()
            form = definitions.load(db, row.definition_id).form(step["action"])
        page.goto(f"{self.site}/cases/{row.reference}")
        page.locator(f"main a[href$='/do/{row.id}']").first.click()
        self.fill(page, form, step.get("values") or {})
        self.look(page)
        page.locator("main form button.govuk-button").last.click()
        page.wait_for_load_state()
        assert "/do/" not in page.url, page.locator("main").inner_text()[:1500]
        self.look(page)

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
            self.answer(page, name, texts)

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

    def answer(self, page: Page, name: str, texts: list[str]) -> None:
        field = page.locator(f"main [name='{name}']")
        field.first.wait_for(state="attached", timeout=8_000)
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            ticked = page.locator(f"main [name='{name}'][type=checkbox]:checked")
            while ticked.count():
                ticked.first.uncheck()
            for text in texts:
                page.locator(f"main [name='{name}'][value='{text}']").check()
        elif field.first.locator("option").count():
            field.first.select_option(texts[0])
        else:
            field.first.fill(texts[0])

    def send(self, page: Page, act: str) -> None:
        page.locator(f"main button.govuk-button[name='wm-act'][value='{act}']").click()
        page.wait_for_load_state()

    def play(self, spec: dict[str, Any]) -> None:
        """The steps of a scenario file; what nobody does at a page is done as under pytest."""
        self.move(local_instant(spec["now"]))
        for step in spec["steps"]:
            if "start" in step:
                self.start(step)
            elif "task" in step:
                self.task(step)
            elif "action" in step:
                self.action(step)
            elif "task" in (inner := step.get("refused") or {}):
                self.task(inner, refused=inner["because"])
            elif "at" in step:
                self.move(local_instant(step["at"]))
                self.scenario.at(self.scenario.now)
                timers.run_due(self.database)
            else:
                play(self.scenario, step)

    def move(self, instant: Any) -> None:
        clock.stand_still(instant)
        self.scenario.now = instant
        self.time_moves()


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


def site_database(folder_: Path, made_up: dict[str, Any]) -> Database:
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


def accounts(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return {r.username: r.id for r in db.execute(select(account.c.username, account.c.id))}
