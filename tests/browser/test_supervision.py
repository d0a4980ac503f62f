"""The supervisor's desk in a browser: five cases that stand still for different causes are freed, a
second supervisor meets the first, a protected review is not moved by one person."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched
from tests.browser.pages import KNOWN
from tests.browser.test_more_pages import another, is_sound, press  # noqa: F401  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]
REASON = "Agreed with the team on the telephone"


def first_case(one: Watched, query: str, leave: tuple[str, ...] = ()) -> str:
    """The reference of the first case that the list shows for this filter."""
    one.go(f"/cases?process=prevent_case&{query}")
    for text in one.page.locator("main td a").all_inner_texts():
        if re.fullmatch(r"PR-\d{4}-\d{4}", text) and text not in leave:
            return text
    raise AssertionError(f"no case for {query}")


def look(one: Watched, reference: str) -> None:
    one.go(f"/cases/{reference}")
    one.page.get_by_role("link", name="What can be done about it").click()
    expect(one.page.get_by_role("heading", level=1)).to_have_text("What can be done")


def choose(one: Watched, words: str) -> None:
    """The first such link that is not inside the closed part of the page."""
    one.page.locator("main .wm-panel > ul a", has_text=words).first.click()


def preview(one: Watched) -> None:
    one.page.locator("#wm-reason").fill(REASON)
    press(one, "See what would happen")
    expect(one.page.get_by_role("heading", name="What would happen")).to_be_visible()


def done(one: Watched, words: str) -> None:
    expect(one.page.get_by_role("main")).to_contain_text(words)
    expect(one.page.get_by_role("main")).to_contain_text(REASON)


def test_five_cases_that_stand_still_are_freed_each_in_its_way(watched: Watched) -> None:
    one = watched
    one.sign_in("vera")
    # somebody must take a late task: it is handed over from the board
    one.go("/board")
    row = one.page.locator("main tr", has_text="somebody to take it (Channel case officer)").first
    row.get_by_role("link").nth(1).click()
    one.page.get_by_role("link", name=re.compile("Hand")).first.click()
    one.page.get_by_label("Who takes it?").select_option(label="Casey Rowe")
    one.page.locator("#wm-reason").fill(REASON)
    is_sound(one)
    press(one, "Hand over")
    # a step is pointless: it is skipped
    skipped = first_case(one, "waits=person&stage=Consideration")
    look(one, skipped)
    is_sound(one)
    choose(one, "Skip this step")
    preview(one)
    is_sound(one)
    press(one, "Skip")
    done(one, "Skipped:")
    # a case is at the wrong step: it is moved
    moved = first_case(one, "waits=person&stage=Panel", (skipped,))
    look(one, moved)
    choose(one, "Move the case")
    one.page.locator("#wm-target").select_option(index=1)
    one.page.get_by_label("Close them as well").check()
    preview(one)
    press(one, "Move")
    done(one, "Moved from")
    # a case must stand still, and go on again
    one.go(f"/cases/{moved}/intervene")
    one.page.get_by_role("link", name="Suspend it").click()
    preview(one)
    press(one, "Suspend")
    done(one, "Suspended")
    one.go("/board")
    expect(one.page.get_by_role("heading", name="Suspended")).to_be_visible()
    is_sound(one)
    one.page.get_by_role("link", name=f"Resume {moved}").click()
    preview(one)
    press(one, "Resume")
    done(one, "Resumed")
    # a case was registered in error: it is ended
    ended = first_case(one, "waits=person&stage=Consideration", (skipped, moved))
    one.go(f"/cases/{ended}/intervene")
    one.page.get_by_role("link", name="End it", exact=True).click()
    cause = one.page.locator("#wm-cause")
    if cause.evaluate("e => e.tagName") == "SELECT":
        cause.select_option(index=1)
    else:
        cause.fill("Registered in error")
    preview(one)
    press(one, "End the case")
    done(one, "Ended")


def test_the_second_supervisor_reads_who_was_faster(watched: Watched, another) -> None:  # noqa: F811  # a fixture
    vera, priya = watched, another("priya")
    vera.sign_in("vera")
    reference = first_case(vera, "waits=person&stage=Support")
    for one in (vera, priya):
        one.go(f"/cases/{reference}/intervene")
        one.page.get_by_role("link", name="Suspend it").click()
        preview(one)
    press(vera, "Suspend")
    press(priya, "Suspend")
    expect(priya.page.get_by_role("main")).to_contain_text("Vera Mason")
    expect(priya.page.get_by_role("main")).to_contain_text("has changed since you opened it")
    is_sound(priya, status="409")
    vera.go(f"/cases/{reference}/intervene")
    vera.page.get_by_role("link", name="Resume it").click()
    preview(vera)
    press(vera, "Resume")


def test_a_protected_review_is_not_moved_by_one_person(watched: Watched, another) -> None:  # noqa: F811  # a fixture
    vera, priya = watched, another("priya")
    vera.sign_in("vera")
    reference = first_case(vera, "waits=date&stage=After+support")
    look(vera, reference)
    choose(vera, "Count the date as reached")
    preview(vera)
    expect(vera.page.get_by_role("main")).to_contain_text("a second person must confirm it")
    expect(vera.page.get_by_role("button", name="Count as reached")).to_have_count(0)
    press(vera, "Ask a second person to confirm")
    is_sound(vera)
    priya.go("/board")
    priya.page.get_by_role("link", name=f"Confirm or decline for {reference}").click()
    is_sound(priya)
    priya.page.locator("#wm-reason").fill("I have read the file as well")
    press(priya, "Confirm and do it")
    expect(priya.page.get_by_role("main")).to_contain_text("Proposed by Vera Mason")


def test_the_demos_board_raises_no_false_alarm(watched: Watched) -> None:
    """A year of cases with somebody for every role: nothing is nobody's, nothing is stuck."""
    watched.sign_in("vera")
    watched.go("/board")
    expect(watched.page.get_by_role("heading", name="Tasks that nobody can do")).to_have_count(0)
    rows = watched.page.locator("main tbody tr")
    assert rows.count() > 5
    for text in rows.all_inner_texts():
        assert re.search(r"(\d+ (days?|hours?)|less than an hour)\s*$", text.strip()), text
