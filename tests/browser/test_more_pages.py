"""The pages that a person comes to by doing something: done, conflict, mistakes, case actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from engine import access
from engine.commands import operations
from engine.models import account, process_instance
from tests.browser.conftest import LISTEN, NARROW, TURN, WIDE, Watched
from tests.browser.pages import KNOWN, axe_faults, follow

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]
TASK = "/tasks/[0-9a-f]{32}"
REFERENCE = re.compile(r"[A-Z]+-[0-9]{4}-[0-9]{4}")
TYPED = "Lena spoke to two colleagues, and both had noticed the same."


@pytest.fixture
def another(browser: Browser, site: str) -> Iterator[Callable[[str], Watched]]:
    """Somebody else, signed in with a browser of their own."""
    contexts = []

    def sign_in(username: str) -> Watched:
        context = browser.new_context()
        contexts.append(context)
        context.add_init_script(LISTEN)
        one = Watched(context.new_page(), site)
        one.sign_in(username)
        return one

    yield sign_in
    for context in contexts:
        context.close()


def is_sound(one: Watched, status: str = "\0") -> None:
    """Axe, the width and the policy at both widths; `status` is the error the browser may note."""
    for size in (WIDE, NARROW):
        one.page.set_viewport_size(size)
        assert axe_faults(one.page) == [], (one.page.url, size)
        assert not one.is_wider_than_the_window(), (one.page.url, size)
    one.page.set_viewport_size(WIDE)
    assert one.violations() == []
    assert [fault for fault in one.faults if status not in fault] == []
    one.faults.clear()
    heading = one.page.locator("h1")
    assert heading.count() == 1
    assert heading.inner_text().strip() in one.page.title()


def press(one: Watched, name: str) -> None:
    one.page.get_by_role("main").get_by_role("button", name=name, exact=True).last.click()
    one.page.wait_for_load_state()


def raise_concern(one: Watched) -> str:
    """A case of the test's own, and its reference."""
    one.go("/start/raise_concern")
    one.page.get_by_role("radio", name="No").first.check()
    for textbox in one.page.get_by_role("main").get_by_role("textbox").all():
        textbox.fill("Something that was noticed")
    press(one, "Send")
    expect(one.page.get_by_role("heading", name="Received", level=1)).to_be_visible()
    found = REFERENCE.search(one.page.get_by_role("main").inner_text())
    assert found
    return found[0]


def open_task(one: Watched, reference: str, tab: str = "mine") -> str:
    """The path of this case's task in the list, which is then open."""
    one.go(f"/tasks?tab={tab}")
    row = one.page.locator("main tr", has_text=reference)
    row.locator("a[href*='/tasks/']").first.click()
    expect(one.page.get_by_role("main")).to_contain_text(reference)
    return one.page.url.removeprefix(one.site).split("?")[0]


def check(one: Watched, reference: str) -> None:
    """Robin's own check of the concern."""
    open_task(one, reference)
    page = one.page
    page.locator("[name=checked_with]").fill("The head of year")
    for part, text in (("day", "3"), ("month", "3"), ("year", "2025")):
        page.locator(f"[name=checked_on-{part}]").fill(text)
    page.locator("[name=their_view]").fill("They had noticed the same.")
    page.locator("[name=other_explanation]").fill("Stress before the exams.")
    page.locator("[name=still_concerned][value=yes]").check()
    page.locator("[name=advice_wanted][value=no]").check()
    press(one, "Complete task")


def decide(one: Watched) -> None:
    """Nothing more is done with the concern: no case of another process follows."""
    page = one.page
    page.locator("[name=share_outcome][value=no_further_action]").check()
    page.locator("[name=share_reason]").fill("The play that they rehearse explains the slogans.")
    page.locator("[name=person_informed][value=yes]").check()
    page.locator("[name=is_child][value=no]").check()
    press(one, "Complete task")


@pytest.mark.feature("W40")
def test_a_concern_is_acknowledged_and_found_under_what_i_raised(watched):
    watched.sign_in("robin")
    reference = raise_concern(watched)
    is_sound(watched)
    watched.page.get_by_role("link", name="What I raised").click()
    row = watched.page.get_by_role("table", name="What I raised").locator("tr", has_text=reference)
    expect(row).to_have_count(1)
    is_sound(watched)


def test_after_a_task_the_page_says_what_happens_next(watched):
    watched.sign_in("robin")
    reference = raise_concern(watched)
    check(watched, reference)
    expect(watched.page).to_have_url(re.compile(f"{TASK}/done"))
    expect(watched.page.get_by_role("heading", name="What happens next")).to_be_visible()
    is_sound(watched)


@pytest.mark.feature("N6")
def test_who_is_too_late_reads_who_was_faster_and_keeps_what_they_typed(watched, another):
    watched.sign_in("robin")
    reference = raise_concern(watched)
    check(watched, reference)
    lena, marta = another("lena"), another("marta")
    path = open_task(lena, reference, "unclaimed")
    open_task(marta, reference, "unclaimed")
    is_sound(marta)
    press(lena, "Claim this task")
    press(marta, "Claim this task")
    expect(marta.page.get_by_role("main")).to_contain_text("Lena Whitlock took this task")
    is_sound(marta, "409")

    lena.go(path)
    lena.page.locator("[name=share_reason]").fill(TYPED)
    second = lena.page.context.new_page()
    second.goto(lena.site + path)
    second.get_by_role("button", name="Put back").click()
    second.wait_for_load_state()
    marta.go(path)
    press(marta, "Claim this task")
    press(lena, "Complete task")
    main = lena.page.get_by_role("main")
    expect(main).to_contain_text("Marta Quill took this task")
    expect(main.get_by_text(TYPED)).to_be_visible()
    is_sound(lena, "409")
    press(lena, "Send it to Marta Quill")
    expect(lena.page.get_by_role("main")).to_contain_text("was sent to your colleague")
    is_sound(lena)
    marta.go(path)
    received = marta.page.get_by_role("region", name="Lena Whitlock sent you what they had typed")
    expect(received.get_by_text(TYPED)).to_be_visible()
    is_sound(marta)
    press(marta, "Put it away")
    expect(received).to_have_count(0)

    # Who took no part no longer sees a completed task: what they typed is kept all the same.
    marta.go(path)
    decide(marta)
    is_sound(marta)
    marta.go(path)
    expect(marta.page.get_by_role("main")).to_contain_text("completed this task")
    is_sound(marta)
    lena.go(path)
    is_sound(lena, "404")


def test_a_form_with_rows_says_what_is_wrong_in_which_row(watched):
    watched.sign_in("tara")
    watched.go("/tasks")
    follow(watched, TASK)
    rows = watched.page.locator("main fieldset.wm-row")
    before = rows.count()
    watched.page.get_by_role("button", name="Add another").click()
    expect(rows).to_have_count(before + 1)
    is_sound(watched)
    press(watched, "Complete task")
    summary = watched.page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    assert watched.page.title().startswith("Error:")
    for link in summary.get_by_role("link").all():
        target = link.get_attribute("href")
        assert target is not None
        assert watched.page.locator(f"[id='{target[1:]}']").count() == 1, target
    is_sound(watched, "422")
    # Other tests may read this form: as many rows as before.
    watched.page.get_by_role("button", name="Remove").last.click()
    expect(rows).to_have_count(before)


def test_something_that_happened_is_recorded_on_the_case(watched):
    watched.sign_in("casey")
    watched.go("/cases")
    links = watched.page.locator("main a[href^='/cases/PR-']")
    cases = sorted({link.get_attribute("href") or "" for link in links.all()})
    actions: set[str] = set()
    for case in cases:
        watched.go(case)
        for link in watched.page.locator("main a[href*='/do/']").all():
            actions.add(link.get_attribute("href") or "")
    kinds = {action.rsplit("/", 1)[1]: action for action in sorted(actions)}
    assert kinds
    for action in kinds.values():
        watched.go(action)
        is_sound(watched)
        press(watched, "Record this")
        if "/do/" in watched.page.url:
            expect(watched.page.locator(".govuk-error-summary")).to_be_focused()
            is_sound(watched, "422")


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [("robin", "/status", "403"), ("robin", "/cases/PR-2020-0001", "404")],
)
def test_what_one_may_not_see_is_refused_in_words(watched, who, path, status):
    watched.sign_in(who)
    watched.go(path)
    is_sound(watched, status)


def test_a_problem_is_not_tried_again_without_a_reason(watched):
    watched.sign_in("vera")
    watched.go("/board?part=problems")
    follow(watched, "/board/problems/[0-9]+")
    press(watched, "Correct and try again")
    is_sound(watched, "422")


def test_who_was_signed_out_keeps_what_they_typed(watched):
    watched.sign_in("robin")
    watched.go("/start/raise_concern")
    for textbox in watched.page.get_by_role("main").get_by_role("textbox").all():
        textbox.fill("Something that was noticed")
    watched.page.context.clear_cookies()
    press(watched, "Send")
    expect(watched.page.get_by_role("heading", name="You were signed out")).to_be_visible()
    expect(watched.page.get_by_text("Something that was noticed").first).to_be_visible()
    is_sound(watched, "40")
    watched.go("/tasks")
    expect(watched.page).to_have_url(re.compile("/sign-in"))


@pytest.mark.feature("W22")
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_file_is_added_and_opened_beside_a_half_typed_task_without_script(watched):
    watched.sign_in("robin")
    open_task(watched, raise_concern(watched))
    add_file(watched)
    page = watched.page
    expect(page.locator("[name=checked_with]")).to_have_value("The head of year")
    side = page.get_by_role("region", name="Files (1)")
    with page.expect_download(timeout=10_000) as download:
        side.get_by_role("link", name="what was seen.txt").click()
    assert download.value.suggested_filename == "what was seen.txt"


def add_file(one: Watched) -> None:
    """Beside an answer that is only typed so far."""
    one.page.locator("[name=checked_with]").fill("The head of year")
    one.page.get_by_label("Add a file (optional)").set_input_files(
        {"name": "what was seen.txt", "mimeType": "text/plain", "buffer": b"A page of slogans"}
    )
    press(one, "Add this file")


@pytest.mark.feature("W22")
def test_the_pages_with_files_are_sound(watched):
    watched.sign_in("robin")
    reference = raise_concern(watched)
    open_task(watched, reference)
    add_file(watched)
    is_sound(watched)
    watched.go(f"/cases/{reference}/files")
    is_sound(watched)
    press(watched, "Add the file")
    summary = watched.page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Choose the file to add")
    expect(summary).to_be_focused()
    is_sound(watched, "422")


@pytest.mark.feature("N7")
def test_what_was_typed_into_a_task_that_went_is_read_on_the_case(watched, demo_app):
    watched.sign_in("robin")
    reference = raise_concern(watched)
    path = open_task(watched, reference)
    watched.page.locator("[name=their_view]").fill(TYPED)
    press(watched, "Save and come back later")
    with TURN, demo_app.extensions["waymark"].transaction() as db:
        vera = access.load_actor(
            db, db.execute(select(account.c.id).where(account.c.username == "vera")).scalar_one()
        )
        ended = select(process_instance.c.id).where(process_instance.c.reference == reference)
        instance_id = db.execute(ended).scalar_one()
        operations.perform(db, instance_id, operations.End("A mistake"), actor=vera, reason="Twice")
    watched.go(path)
    is_sound(watched)
    watched.page.get_by_role("link", name="What you had typed is kept on the case").click()
    title = re.compile("Check the concern with a colleague, [A-Z0-9-]+, saved")
    watched.page.get_by_text(title).click()
    expect(watched.page.get_by_text(TYPED)).to_be_visible()
    is_sound(watched)
