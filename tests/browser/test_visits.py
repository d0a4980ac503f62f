"""Two people's whole visits: a partner who answers a request, and somebody who raises a concern."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched
from tests.browser.pages import KNOWN
from tests.browser.test_more_pages import check, is_sound, press, raise_concern

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]
PICTURES = os.environ.get("WAYMARK_PICTURES")
TASK = "/tasks/[0-9a-f]{32}"
ANSWER = "Came to the youth club until January, always with the same two friends."


def look(one: Watched, name: str) -> None:
    is_sound(one)
    if PICTURES:
        one.page.screenshot(path=f"{PICTURES}/visit-{name}.png", full_page=True)


def places(one: Watched) -> list[str]:
    """What the site offers this person from every page."""
    return one.page.locator("nav").first.get_by_role("link").all_inner_texts()


def test_a_partner_answers_a_request_and_reads_nothing_else(watched: Watched) -> None:
    page, main = watched.page, watched.page.get_by_role("main")
    watched.sign_in("yusuf")
    assert places(watched) == ["Tasks", "Cases", "Start"]
    watched.go("/tasks?tab=unclaimed")
    look(watched, "partner-1-list")
    titles = set(page.locator("main td a[href*='/tasks/']").all_inner_texts())
    assert {" ".join(title.split()[:2]) for title in titles} <= {"Answer a", "Carry out"}
    page.locator("main td a", has_text="Answer a request").first.click()
    task = page.url.split("?")[0].removeprefix(watched.site)
    expect(main).to_contain_text("There is no expectation that you take on a surveillance role")
    look(watched, "partner-2-request")
    press(watched, "Claim this task")
    page.locator("[name=known][value=yes]").check()
    page.locator("[name=relevant_information]").fill(ANSWER)
    press(watched, "Save and come back later")
    watched.go("/tasks")
    look(watched, "partner-3-mine")
    page.locator(f"main a[href*='{task}']").first.click()
    expect(page.locator("[name=relevant_information]")).to_have_value(ANSWER)
    page.locator("[name=nil_return][value=no]").check()
    for name in ("risk_to_others", "protective_factors", "restrictions_on_use"):
        page.locator(f"[name={name}]").fill("Nothing that we know of.")
    press(watched, "Complete task")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Completed")
    assert "Mental Health" not in main.inner_text()  # whom else the panel asks is not theirs
    look(watched, "partner-4-done")

    watched.go("/cases")
    reference = page.locator("main a[href*='/cases/PR-']").first.inner_text()
    look(watched, "partner-5-cases")
    watched.go(f"/cases/{reference}/answers")
    theirs = main.inner_text()
    look(watched, "partner-6-answers")
    for asked in ("Nature of the risk", "Police", "Ideology", "Concern"):
        assert asked not in theirs
    for path in ("/board", "/studio", "/figures", "/status", f"/cases/{reference}/notes"):
        watched.go(path)
        assert re.search("not (found|allowed)|does not|may not", main.inner_text().lower()), path
    watched.faults.clear()  # the browser notes each refusal
    page.get_by_label("Find a case").fill("CN-2026-0001")  # somebody else's
    page.get_by_role("button", name="Find").click()
    page.wait_for_load_state()
    expect(main).to_contain_text("You see no case with “CN-2026-0001”")


def test_who_raises_a_concern_follows_it_and_reads_no_case(watched: Watched) -> None:
    page, main = watched.page, watched.page.get_by_role("main")
    watched.sign_in("robin")
    assert places(watched) == ["Tasks", "Cases", "Start"]
    watched.go("/start")
    look(watched, "referrer-1-start")
    page.get_by_role("link", name="Raise a concern").first.click()
    expect(main).to_contain_text("999")
    look(watched, "referrer-2-form")
    reference = raise_concern(watched)
    look(watched, "referrer-3-received")
    expect(main).to_contain_text("What happens next")
    check(watched, reference)
    expect(page).to_have_url(re.compile(f"{TASK}/done"))
    look(watched, "referrer-4-checked")
    watched.go("/start")
    row = page.get_by_role("table", name="What I raised").locator("tr", has_text=reference)
    expect(row).to_have_count(1)
    look(watched, "referrer-5-raised")
    assert page.locator("main a[href*='/cases/PR-']").count() == 0
