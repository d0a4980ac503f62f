"""The pages as other people read them: magnified four times, in forced colours, on paper."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from tests.browser.conftest import WIDE, Watched
from tests.browser.pages import EDITORS, PAGES, axe_faults, come_to

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("WAYMARK_PICTURES")
MAGNIFIED = {"width": 320, "height": 256}  # 1280 by 1024 at 400 %: WCAG 2.2, 1.4.10
PAPER = {"width": 718, "height": 1000}  # A4 less its margins, in CSS pixels
# What stays where it is while the page scrolls, and how much of the window it takes.
STUCK = """() => [...document.querySelectorAll("body *")]
  .filter((e) => ["fixed", "sticky"].includes(getComputedStyle(e).position))
  .map((e) => e.getBoundingClientRect())
  .reduce((sum, box) => sum + box.width * box.height, 0) / (innerWidth * innerHeight)"""
# Controls without a border, an underline or a drawing of their own: nothing of them would be seen.
INVISIBLE = """() => [...document.querySelectorAll("main button, main input, main select, main a")]
  .filter((e) => e.getClientRects().length && e.ariaHidden !== "true")
  .filter((e) => {
    const own = [e, ...e.querySelectorAll("*"), ...(e.labels || [])];
    const seen = (style) => style.textDecorationLine !== "none" || style.opacity === "0"
      || ["Top", "Right", "Bottom", "Left"].some((side) => style[`border${side}Style`] !== "none"
        && style[`border${side}Width`] !== "0px");
    return !own.some((each) => seen(getComputedStyle(each))) && !e.closest("svg")
      && !["hidden", "file", "checkbox", "radio"].includes(e.type);
  }).map((e) => e.outerHTML.slice(0, 120))"""
SHOWN = """(names) => names.filter((name) =>
  [...document.querySelectorAll(name)].some((e) => e.getClientRects().length))"""


@pytest.fixture(params=PAGES + EDITORS, ids=lambda page: f"{page[0]} {page[1]} {' '.join(page[2])}")
def reading(request: pytest.FixtureRequest, watched: Watched) -> Watched:
    watched.page.set_viewport_size(WIDE)
    come_to(watched, request.param)
    return watched


def test_a_page_magnified_in_forced_colours_and_on_paper(reading: Watched) -> None:
    page = reading.page
    page.set_viewport_size(MAGNIFIED)
    assert not reading.is_wider_than_the_window()
    assert page.evaluate(STUCK) < 1 / 3
    keep(page, "magnified")
    page.set_viewport_size(WIDE)
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    assert page.evaluate(INVISIBLE) == []
    assert axe_faults(page) == []
    keep(page, "forced")
    words = page.locator("h1").inner_text()
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", forced_colors="none")
    assert page.evaluate(SHOWN, ["main button", "nav", ".govuk-back-link", "footer a"]) == []
    assert page.locator("h1").inner_text() == words
    assert not reading.is_wider_than_the_window()
    keep(page, "paper")
    missing = "404" if page.url.endswith("/nothing-here") else "\0"
    assert [fault for fault in reading.faults if missing not in fault] == []


def keep(page: Any, how: str) -> None:
    if PICTURES:
        name = re.sub(r"[^a-z]+", "-", page.title().lower())[:40]
        page.screenshot(path=f"{PICTURES}/{how}-{name}.png", full_page=how != "magnified")
