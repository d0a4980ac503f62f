"""A case that a decision stopped: the supervisor reads why, puts a value right, and it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from engine.commands import people
from engine.database import Database
from engine.migrations import migrate
from engine.models import account
from engine.testing import Scenario
from tests.browser.conftest import WIDE
from tests.browser.desk import PASSWORD, served
from tests.factories import DATA_KEY, KEY, MODELS, form, forms, model, ready
from web import create_app
from web.config import Config

pytestmark = pytest.mark.browser


def stopped(folder: Path) -> Scenario:
    """A case whose number, 99, no row of the table knows."""
    database = Database(f"sqlite:///{folder}/waymark.db")
    migrate(database)
    asks = forms(work=form(n="number"))
    table = {"level.dmn": (MODELS / "level.dmn").read_text()}
    run = ready(database, model("decided", **asks, **table))
    with database.transaction() as db:
        hashed = people.hasher().hash(PASSWORD)
        db.execute(update(account).values(password_hash=hashed))
    run.start("decided", "ann", {})
    run.task("work", "ann", {"n": 99})
    return run


def sign_in(page: Page, site: str, username: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_a_supervisor_corrects_a_value_with_a_reason_and_the_case_goes_on(
    browser: Browser, tmp_path: Path
) -> None:
    run = stopped(tmp_path)
    run.expect_status("incident")
    config = Config(str(run.database.url), "s" * 32, KEY, (DATA_KEY,), https=False)
    page = browser.new_page(viewport=WIDE)
    with served(create_app(config, run.database)) as site:
        sign_in(page, site, "cat")
        page.goto(f"{site}/board?part=problems")
        page.locator("main a[href^='/board/problems/']").first.click()
        main = page.locator("main")
        expect(main).to_contain_text("Decide the level")
        expect(main).to_contain_text("level")
        expect(main).to_contain_text("No row of the table")
        expect(main.get_by_label("N", exact=True)).to_have_value("99")
        main.get_by_label("N", exact=True).fill("12")
        page.get_by_role("button", name="Correct and try again").click()
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        expect(main.get_by_label("N", exact=True)).to_have_value("12")
        page.locator("main [name='wm-reason']").fill("The number was mistyped: it is 12")
        page.get_by_role("button", name="Correct and try again").click()
        expect(page.locator("main")).to_contain_text("The number was mistyped: it is 12")
        expect(page.locator("main")).to_contain_text("99")
    page.close()
    run.expect_tasks(["after"])
    run.expect_variables({"n": 12, "level": "high"})
    run.database.close()
