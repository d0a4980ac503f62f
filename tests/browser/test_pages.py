"""Every page once, as the person whose page it is, at both widths: axe, CSP, no sideways scroll."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.pages import (
    AFTER_AN_ACT,
    EDITORS,
    KNOWN,
    NO_PAGES,
    PAGES,
    axe_faults,
    come_to,
    each_of,
    follow,
)

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]


# Where the keyboard can go, a group of radios once; what it came to, and whether that was seen.
WALK = """() => {
  const name = (e) => e.type === "radio" ? `radio ${e.name}`
    : `${e.tagName} ${e.id || e.name || e.getAttribute("href") || e.textContent.trim()}`;
  const open = (e) => !e.closest("details:not([open])")
    || e.matches("details:not([open]) > summary");
  const reachable = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]")].filter((e) =>
    !e.disabled && e.tabIndex >= 0 && e.getClientRects().length && open(e)
    && getComputedStyle(e).visibility !== "hidden");
  window.reached = [];
  window.unseen = [];
  document.addEventListener("focusin", ({target}) => {
    const lit = (style) => style.outlineStyle !== "none" || style.boxShadow !== "none";
    const label = target.labels && target.labels[0];
    window.reached.push(name(target));
    if (!lit(getComputedStyle(target)) && !(label && lit(getComputedStyle(label, "::before"))))
      window.unseen.push(name(target));
  });
  return reachable.map(name);
}"""


def is_walked_by_keyboard(page):
    """The Tab key comes to every control of the page, in a ring, and each is seen to have it."""
    wanted = page.evaluate(WALK)
    for _ in range(len(wanted) + 30):  # a date, a list that scrolls: stops of their own
        page.keyboard.press("Tab")
    assert set(wanted) - set(page.evaluate("() => window.reached")) == set()
    assert page.evaluate("() => window.unseen") == []


@pytest.mark.parametrize(("who", "path", "links"), PAGES, ids=lambda v: str(v))
def test_a_page_is_accessible_and_sound_at_both_widths(watched, who, path, links):
    watched.page.set_viewport_size(WIDE)
    come_to(watched, (who, path, links))
    is_walked_by_keyboard(watched.page)
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


def test_each_page_of_the_product_is_among_them(demo_app):
    samples = (("[0-9a-f]{32}", "0" * 32), ("[A-Z]+-[0-9-]+", "A-1"), ("PR-[0-9-]+", "A-1"),
               ("[0-9]+", "1"), ("[a-z_]+", "one"))  # fmt: skip
    looked_at = set(NO_PAGES) | set(AFTER_AN_ACT)
    at = demo_app.url_map.bind("localhost")
    for _, path, links in PAGES + EDITORS:
        last = [path, *links][-1].split("?")[0]
        for pattern, sample in samples:
            last = last.replace(pattern, sample)
        if last != "/nothing-here":
            looked_at.add(at.match(last)[0])
    pages = {rule.endpoint for rule in demo_app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - looked_at == set()
    assert looked_at - pages == set()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_script_each_page_is_whole_and_each_form_can_be_sent(watched):
    """As with it: one heading, nothing that says to wait, and a button on every form."""
    page = watched.page
    for _ in each_of(watched, PAGES + EDITORS):
        assert page.locator("h1:visible").count() == 1, page.url
        for form in page.locator("main form").all():
            assert form.locator("button:visible, input[type=submit]:visible").count(), page.url
        assert page.locator("main [hidden] form").count() == 0, page.url


def test_the_editors_files_are_loaded_by_the_editors_page_alone(watched):
    """The drawing editor is heavy: nobody else waits for it."""
    asked = []
    watched.page.on("request", lambda r: asked.append(r.url))
    seen = sum(1 for _ in each_of(watched, PAGES))
    assert seen == len(PAGES)
    assert [url for url in asked if "/dist/editor-" in url or "/dist/bpmn-" in url] == []
    watched.page.context.clear_cookies()
    watched.sign_in("owen")
    watched.go("/studio/gateway/draft")
    assert [url for url in asked if "/dist/editor-" in url] != []


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
