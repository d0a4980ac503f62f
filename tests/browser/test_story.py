"""Whole stories in a browser: each person signs in and does their own part, in all the ways a page
is read: wide, narrow and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser

from engine import clock
from tests.browser.conftest import NARROW, WIDE
from tests.browser.desk import Desk, accounts, served, site_database
from tests.factories import DATA_KEY, KEY, PROCESSES
from web import create_app
from web.config import Config

pytestmark = pytest.mark.browser
STORIES = PROCESSES / "prevent_case" / "scenarios"


@pytest.fixture(autouse=True)
def time_goes_on_again() -> Iterator[None]:
    yield
    clock.stand_still(None)


@pytest.mark.parametrize(
    ("story", "options"),
    [
        ("adult_whole_course", {"viewport": WIDE, "java_script_enabled": False}),
        ("child_parent_withdraws", {"viewport": WIDE}),
        ("third_referral_goes_on", {"viewport": NARROW}),
        ("even_votes", {"viewport": WIDE}),
    ],
    ids=["whole course, no script", "withdrawal, 1280", "misspelt, 320", "panel, 1280"],
)
def test_a_story_in_the_browser(
    browser: Browser, tmp_path: Path, story: str, options: dict[str, Any]
) -> None:
    spec = yaml.safe_load((STORIES / f"{story}.yaml").read_text())
    database = site_database(tmp_path, spec["people"])
    app = create_app(Config(str(database.url), "s" * 32, KEY, (DATA_KEY,), https=False), database)
    with served(app) as site:
        desk = Desk(database, site, browser, options)
        desk.scenario.people, desk.story = accounts(database), story
        desk.play(spec)
    assert desk.faults == []
