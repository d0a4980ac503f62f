"""Every page once, as the person whose page it is, at both widths: axe, CSP, no sideways scroll."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE

# The plug-in `base_url` has a fixture of a kind that pytest will drop; nothing else is let pass.
KNOWN = (
    r"ignore:\s*Session-scoped fixtures defined as instance methods:pytest.PytestRemovedIn10Warning"
)
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
# Who, then a path, or a path and the links to follow from it (by their address).
CASE = "/cases/[A-Z]+-[0-9-]+"
PAGES = [
    ("casey", "/tasks", ()), ("casey", "/tasks?tab=unclaimed", ()),
    ("casey", "/tasks?tab=team", ()),
    ("casey", "/tasks?tab=done", ()), ("casey", "/tasks", ("/tasks/[0-9a-f]{32}",)),
    ("yusuf", "/tasks?tab=unclaimed", ("/tasks/[0-9a-f]{32}",)),
    ("omar", "/tasks?tab=unclaimed", ("/tasks/[0-9a-f]{32}",)),
    ("casey", "/cases", ()), ("casey", "/cases", ("/cases/PR-[0-9-]+",)),
    ("casey", "/cases", ("/cases/PR-[0-9-]+", "/cases/PR-[0-9-]+/answers")),
    ("casey", "/cases", ("/cases/PR-[0-9-]+", "/cases/PR-[0-9-]+/diagram")),
    ("casey", "/cases", ("/cases/PR-[0-9-]+", "/cases/PR-[0-9-]+/files")),
    ("robin", "/start", ()), ("robin", "/start/raise_concern", ()),
    ("vera", "/board", ()), ("vera", "/board?part=problems", ()),
    ("vera", "/board?part=workload", ()), ("vera", "/board?part=diagram", ()),
    ("vera", "/board?part=problems", ("/board/problems/[0-9]+",)),
    ("vera", "/tasks?tab=team", ("/tasks/[0-9a-f]{32}", "/tasks/[0-9a-f]{32}/hand-over")),
    ("vera", "/board?part=dates", ()), ("vera", "/figures", ()),
    ("vera", "/board", (f"{CASE}/intervene",)),
    ("vera", "/board", (f"{CASE}/intervene", f"{CASE}/intervene/move")),
    ("vera", "/board", (f"{CASE}/intervene", f"{CASE}/intervene/skip")),
    ("vera", "/board", (f"{CASE}/intervene", f"{CASE}/intervene/end")),
    ("vera", "/board?part=dates", (f"{CASE}/intervene", f"{CASE}/intervene/redate")),
    ("vera", "/board?part=workload", ("/board/leavers/[0-9]+",)),
    ("vera", "/board", (CASE, f"{CASE}/answers", f"{CASE}/open")),
    ("adam", "/outbox", ()), ("adam", "/status", ()), ("robin", "/accessibility", ()),
    ("robin", "/privacy", ()),
    ("robin", "/glossary", ()), ("robin", "/licences", ()), ("robin", "/nothing-here", ()),
    ("owen", "/studio/gateway/compare", ()), ("anna", "/studio/gateway/publish", ()),
    ("owen", "/studio/gateway/versions/1", ()), ("owen", "/studio/gateway/starts", ()),
    (None, "/sign-in", ()),
    ("owen", "/studio/finish_case/draft/tables/retention", ()),
    ("owen", "/studio/prevent_case/draft/texts", ()),
    ("owen", "/studio/raise_concern/draft/forms/record_concern", ()),
    ("owen", "/studio/raise_concern/draft/forms/share_decision/questions/1", ()),
    ("owen", "/studio/raise_concern/draft/scenarios/nobody_checks", ()),
    ("owen", "/studio/raise_concern/draft/test", ()),
]  # fmt: skip


def follow(watched, address):
    hrefs = watched.page.eval_on_selector_all(
        "main a[href]", "links => links.map(a => a.getAttribute('href'))"
    )
    found = [href for href in hrefs if re.fullmatch(address, href.split("?")[0])]
    assert found, f"no link to {address} on {watched.page.url}"
    watched.go(found[0])


def axe_faults(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found]


@pytest.mark.parametrize(("who", "path", "links"), PAGES, ids=lambda v: str(v))
def test_a_page_is_accessible_and_sound_at_both_widths(watched, who, path, links):
    if who:
        watched.sign_in(who)
    watched.page.set_viewport_size(WIDE)
    watched.go(path)
    for link in links:
        follow(watched, link)
    for size in (WIDE, NARROW):
        watched.page.set_viewport_size(size)
        assert axe_faults(watched.page) == [], size
        assert not watched.is_wider_than_the_window(), size
    assert watched.violations() == []
    allowed = "404" if path == "/nothing-here" else "\0"
    assert [fault for fault in watched.faults if allowed not in fault] == []
    assert watched.page.locator("h1").count() == 1
    heading = watched.page.locator("h1").inner_text()
    assert watched.page.title().startswith(f"{heading} –") or heading in watched.page.title()


def test_the_error_summary_is_focused_and_its_links_lead_to_the_question(watched):
    watched.sign_in("robin")
    watched.go("/start/raise_concern")
    watched.page.get_by_role("button", name="Send").last.click()
    summary = watched.page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    assert watched.page.title().startswith("Error:")
    assert axe_faults(watched.page) == []
    summary.get_by_role("link").first.click()
    assert watched.page.evaluate("() => document.activeElement.tagName") == "INPUT"


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_concern_is_raised_without_script(watched):
    watched.sign_in("robin")
    watched.go("/start/raise_concern")
    page = watched.page
    page.get_by_role("radio", name="No").first.check()
    for textbox in page.get_by_role("main").get_by_role("textbox").all():
        textbox.fill("Something that was noticed")
    page.get_by_role("button", name="Send").last.click()
    expect(page.get_by_role("heading", name="Received", level=1)).to_be_visible()
    page.get_by_role("link", name="your tasks").click()
    expect(page.get_by_role("link", name="Check the concern").first).to_be_visible()


def test_typing_is_saved_by_the_script_and_comes_back(watched):
    watched.sign_in("robin")
    watched.go("/tasks")
    follow(watched, "/tasks/[0-9a-f]{32}")
    watched.page.get_by_role("main").get_by_role("textbox").first.fill("Half a thought")
    expect(watched.page.locator("[data-saved]")).to_contain_text("Saved", timeout=20_000)
    watched.page.reload()
    first = watched.page.get_by_role("main").get_by_role("textbox").first
    expect(first).to_have_value("Half a thought")
    assert watched.violations() == []


def test_the_keyboard_alone_reaches_and_claims_a_task(watched):
    watched.sign_in("omar")
    watched.go("/tasks?tab=unclaimed")
    watched.tab_to("Claim")
    watched.page.keyboard.press("Enter")
    expect(watched.page.get_by_text("The task is yours.")).to_be_visible()
    # Other tests read this queue in any order: put it back as it was.
    watched.go("/tasks?tab=mine")
    follow(watched, "/tasks/[0-9a-f]{32}")
    watched.page.get_by_role("button", name="Put back").click()
    watched.page.wait_for_load_state()
    watched.go("/tasks?tab=unclaimed")
    follow(watched, "/tasks/[0-9a-f]{32}")


FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const lit = (one) => one.outlineStyle !== "none" || one.boxShadow !== "none";
  const label = at.labels && at.labels[0];
  const drawn = label ? getComputedStyle(label, "::before") : style;
  return {tag: at.tagName, id: at.id, name: at.name || "", text: at.textContent.trim().slice(0, 40),
          seen: lit(style) || lit(drawn), at: box.top, y: window.innerHeight};
}"""


@pytest.mark.feature("W36")
def test_the_task_page_is_walked_by_keyboard_with_the_focus_always_seen(watched):
    watched.sign_in("casey")
    watched.go("/tasks")
    follow(watched, "/tasks/[0-9a-f]{32}")
    stops = []
    for _ in range(150):
        watched.page.keyboard.press("Tab")
        stop = watched.page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    assert [stop for stop in stops if not stop["seen"]] == []
    assert [stop for stop in stops if not -1 <= stop["at"] <= stop["y"]] == []
    texts = [stop["text"] for stop in stops]
    for wanted in ("Skip to main content", "Back to the list", "Complete task", "Hand over"):
        assert wanted in texts, texts
    asked = watched.page.eval_on_selector_all(
        "main form :is(input:not([type=hidden]):not([type=radio]), textarea, select)",
        "all => all.filter(one => one.offsetParent).map(one => one.id)",
    )
    assert set(asked) <= {stop["id"] for stop in stops}


@pytest.mark.feature("W36")
def test_no_letter_alone_does_anything(watched):
    watched.sign_in("casey")
    for path, links in (("/tasks", ()), ("/tasks", ("/tasks/[0-9a-f]{32}",)), ("/cases", ())):
        watched.go(path)
        for link in links:
            follow(watched, link)
        before, html = watched.page.url, watched.page.locator("main").inner_html()
        for letter in "abcdefghijklmnopqrstuvwxyz?/":
            watched.page.keyboard.press(letter)
        assert watched.page.url == before
        assert watched.page.locator("main").inner_html() == html
        assert watched.page.evaluate("() => document.activeElement.tagName") == "BODY"
        assert watched.page.locator("[accesskey]").count() == 0


@pytest.mark.feature("N14")
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_the_way_back_from_a_task_ends_at_its_row_without_script(watched):
    watched.sign_in("casey")
    watched.go("/tasks?tab=team&sort=-due")
    row = watched.page.locator("main tr[id^=task-]").nth(3)
    row_id = row.get_attribute("id")
    row.get_by_role("link").first.click()
    watched.page.get_by_role("link", name="Back to the list").click()
    assert watched.page.url == f"{watched.site}/tasks?tab=team&sort=-due#{row_id}"
    expect(watched.page.locator(f"#{row_id}")).to_be_focused()
