"""A process owner at work in a real browser: drawing, settings, findings, files, publishing."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
import yaml
from lxml import etree
from playwright.sync_api import expect

from engine import clock, definitions
from engine.access import SYSTEM
from engine.commands import deployments, drafts
from engine.workdays import add_working_days
from tests.browser.conftest import NARROW, TURN, WIDE
from tests.browser.pages import axe_faults
from tests.factories import PROCESSES, folder
from web.auth import database
from web.cli import demo
from web.cli.playing import Playing

pytestmark = pytest.mark.browser
DRAFT = "/studio/gateway/draft"
KEYS = sorted(path.parent.name for path in PROCESSES.glob("*/process.bpmn"))
KNOWN_BLOCKED = ("style-src-attr", "style-src")  # the one attribute that the modeler tries to set


@pytest.fixture
def store(demo_app):
    """The demo's database; afterwards no draft is left and the folders are live again."""
    with demo_app.app_context():
        found = database()
    yield found
    with found.transaction() as db:
        for key in KEYS:
            drafts.discard(db, key, actor=_owner(found))
        folders = {key: folder(PROCESSES / key) for key in KEYS}
        deployments.deploy(db, folders, actor=SYSTEM, reason="As it was before the test.")


def _owner(found):
    from engine.access import load_actor
    from engine.queries.people import all_accounts

    with found.reading() as db:
        owen = next(one for one in all_accounts(db) if one.username == "owen")
        return load_actor(db, owen.id)


def stored(store, key="gateway"):
    with store.reading() as db:
        return drafts.draft_of(db, key)


def draft(watched, path=DRAFT):
    watched.go(path)
    expect(watched.page.locator("[data-editor]")).to_have_attribute("data-ready", "true")
    return watched.page


@pytest.fixture
def page(watched, store):
    """Owen with the draft of `gateway` open."""
    watched.page.set_viewport_size(WIDE)
    watched.sign_in("owen")
    return draft(watched)


def go_to(page, element):
    page.get_by_label("Go to").select_option(element)


def setting(page, label):
    return page.locator("[data-editor-panel]").get_by_label(label, exact=True)


def change(page, label, value):
    setting(page, label).fill(value)
    setting(page, label).press("Tab")


def save(page):
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()


def with_the_police(store):
    """A case as the engine makes it, up to the police's decision; (the run, that task's row)."""
    told = yaml.safe_load((PROCESSES / demo.SCRIPT).read_text())
    playing = Playing(store, sorted(told["people"]), told["steps"])
    title = "today with the police"
    with TURN:
        run = playing.play({"title": title, "begins": 0, "steps": [{"play": "registered"}]})
    return run, run._open_task("gateway_outcome", "omar", None)


def due_on(task):
    return task.due_at.astimezone(clock.LONDON).date()


def approve(watched):
    """Anna reads what changes and publishes it."""
    page = watched.page
    page.get_by_role("button", name="Sign out").click()
    watched.sign_in("anna")
    watched.go("/studio")
    page.get_by_role("link", name="Owen Hart asks for approval").click()
    expect(page.get_by_text("moves from 5 to 3 working days")).to_be_visible()
    page.get_by_label("Your note").fill("The police agree with three days.")
    page.get_by_role("button", name="Approve and publish").click()
    expect(page.get_by_text("open cases keep their version")).to_be_visible()


@pytest.mark.feature("O1")
@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_changed_due_rule_is_published_for_new_cases_alone(page, watched, store, by):
    run, old = with_the_police(store)
    today = clock.today()
    assert due_on(old) == add_working_days(today, 5)
    if by == "mouse":
        page.locator("[data-element-id=gateway_outcome]").first.click()
    else:
        page.get_by_label("Go to").focus()
        for _ in range(10):
            if setting(page, "Due").is_visible():
                break
            page.keyboard.press("ArrowDown")
    expect(setting(page, "Due")).to_have_value("add working days(today(), 5)")
    change(page, "Due", "add working days(today(), 3)")
    change(page, "Label", "Decide in three days")
    expect(page.locator("[data-editor-status]")).to_contain_text("No findings")
    save(page)
    assert due_on(with_the_police(store)[1]) == add_working_days(today, 5)
    page.get_by_role("link", name="Ask for approval").click()
    page.get_by_label("Why is this version to be published?").fill("Three days are enough here.")
    page.get_by_label("It may be published although not everything is tested").check()
    page.get_by_label("Why may it be published untested?").fill("Only a date moves.")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Nothing is live until another person")).to_be_visible()
    approve(watched)
    expect(page.get_by_text("Three days are enough here.").first).to_be_visible()
    _, new = with_the_police(store)
    assert due_on(new) == add_working_days(today, 3)
    assert due_on(run._open_task("gateway_outcome", "omar", None)) == add_working_days(today, 5)
    assert clock.today() - today < timedelta(days=1)
    assert watched.faults == []


def test_a_condition_is_changed_undone_and_a_step_added(page, store):
    go_to(page, "stopped_here_to_review_level")
    before = setting(page, "Taken when").input_value()
    change(page, "Taken when", 'gateway_result = "not_prevent"')
    page.get_by_role("button", name="Undo").click()
    expect(setting(page, "Taken when")).to_have_value(before)
    page.get_by_role("button", name="Redo").click()
    expect(setting(page, "Taken when")).to_have_value('gateway_result = "not_prevent"')
    go_to(page, "lift_hold")
    page.get_by_role("button", name="Add a step after this").click()
    change(page, "Label", "Tell the referrer")
    setting(page, "Draw a way to").select_option(label="A police matter?")
    page.get_by_role("button", name="Draw the way").click()
    save(page)
    source = stored(store).files["process.bpmn"]
    assert 'gateway_result = "not_prevent"' in source.replace("&#34;", '"')
    assert re.search(r'<bpmn:userTask id="Activity_\w+" name="Tell the referrer"', source)


@pytest.mark.feature("O8")
def test_findings_stand_on_the_page_and_lead_to_their_element(page, watched):
    go_to(page, "gateway_outcome")
    change(page, "Due", "add working days(today(),")
    finding = page.locator("[data-finding=gateway_outcome]")
    expect(finding).to_contain_text("due:")
    save(page)
    go_to(page, "crime")
    finding.get_by_role("link").click()
    expect(setting(page, "Due")).to_have_value("add working days(today(),")
    expect(page.locator(".wm-panel__problem")).to_contain_text("due:")
    watched.go("/studio/gateway/publish")
    page.get_by_label("Why is this version to be published?").fill("It has an error.")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    why = page.get_by_label("Why is this version to be published?")
    expect(why).to_have_value("It has an error.")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert axe_faults(page) == []
        assert not watched.is_wider_than_the_window()


@pytest.mark.feature("O2")
def test_the_second_of_two_owners_keeps_the_text(page, watched, store):
    go_to(page, "gateway_outcome")
    change(page, "Label", "Mine")
    files = stored(store).files
    with store.transaction() as db:
        drafts.save(db, "gateway", files, 0, actor=_owner(store))
    page.get_by_role("button", name="Save draft").click()
    heading = page.get_by_role("heading", name="Someone else changed this draft", level=1)
    expect(heading).to_be_visible()
    expect(page.get_by_text("Owen Hart saved this draft in the meantime.")).to_be_visible()
    assert 'name="Mine"' in page.get_by_label("Your process.bpmn").input_value()
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert axe_faults(page) == []
        assert not watched.is_wider_than_the_window()
    page.get_by_role("button", name="Save yours instead").click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    assert 'name="Mine"' in stored(store).files["process.bpmn"]


def test_files_go_up_and_down_and_a_broken_one_is_named(page, store, tmp_path):
    with page.expect_download() as download:
        page.get_by_role("link", name="process.bpmn").click()
    source = download.value.path().read_text()
    assert download.value.suggested_filename == "gateway.bpmn"
    broken, good = tmp_path / "broken.bpmn", tmp_path / "good.bpmn"
    broken.write_text(source[:-200])
    good.write_text(source.replace("today(), 5)", "today(), 4)"))
    page.get_by_label("Upload a file into the draft").set_input_files(broken)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("“broken.bpmn” was not taken")
    assert stored(store).counter == 0
    page.get_by_label("Upload a file into the draft").set_input_files(good)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("Uploaded into the draft as process.bpmn.")).to_be_visible()
    assert stored(store).files["process.bpmn"] == good.read_text()
    page.get_by_role("button", name="Throw this draft away").click()
    expect(page.get_by_text("The draft was thrown away.")).to_be_visible()
    assert stored(store).counter == 0


# What the panel writes: element, label, value, and the XML in which it must be found.
SETTINGS = [
    *(
        ("gateway", "gateway_outcome", label, value, f'name="{name}" value="{value}"')
        for label, name, value in [
            ("Role", "roles", "roles_of_it"), ("Given to", "assignee", "null"),
            ("Organisation", "organisation", "null"), ("Not by who did", "notCompletedBy", "*"),
            ("Due", "due", "today()"), ("Why this date", "dueBasis", "local policy"),
            ("Waiting too long after", "expected", "today()"), ("Priority", "priority", "urgent"),
            ("Form", "formFilename", "lift_hold.form"), ("Title in lists", "title", "Decide"),
            ("Filled in beforehand", "prefill", "{a: 1}"), ("Stage", "stage", "Elsewhere"),
        ]
    ),
    ("gateway", "gateway_outcome", "Guidance", "Think.", "instructionsForEndUser>Think.</"),
    ("gateway", "hold_to_lift_hold", "Taken when", "held", "FormalExpression\">held</"),
    ("gateway", "outcome_stopped", "Names to set", "{a: 1}", "script>{a: 1}</"),
    ("prevent_case", "consent_withdrawn", "Message", "gone", 'name="gone"'),
    ("prevent_case", "consent_withdrawn", "Key", "case.reference", 'value="case.reference"'),
    ("prevent_case", "police_assessment", "Process", "intake", 'calledElement="intake"'),
    ("prevent_case", "police_assessment", "Version", "1", 'name="version" value="1"'),
]  # fmt: skip


@pytest.mark.parametrize("key", ["gateway", "prevent_case"])
def test_each_setting_is_written_and_clearing_it_removes_it(page, watched, store, key):
    draft(watched, f"/studio/{key}/draft")
    for of, element, label, value, written in SETTINGS:
        if of != key:
            continue
        if not page.locator(f"[data-element-id={element}]").count():
            continue
        go_to(page, element)
        field = setting(page, label)
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            change(page, label, value)
        xml = exported(page, watched, store, key)
        assert written in xml, (element, label)
        go_to(page, element)
        before = xml.count(written)
        field = setting(page, label)
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option("")
        else:
            change(page, label, "")
        after = exported(page, watched, store, key)
        if label != "Message":
            assert after.count(written) < before, (element, label)


def exported(page, watched, store, key):
    """The drawing as it is saved."""
    save(page)
    draft(watched, f"/studio/{key}/draft")
    return stored(store, key).files["process.bpmn"]


def content(source):
    """Every element of the file with its attributes and words, drawing data apart."""
    found = Counter()
    for node in etree.fromstring(source.encode()).iter():
        if isinstance(node.tag, str) and "/DI" not in node.tag and "/DC" not in node.tag:
            attributes = {name: " ".join(value.split()) for name, value in node.attrib.items()}
            attributes.pop("isSequential", None)  # false is what its absence says
            found[node.tag, tuple(sorted(attributes.items())), (node.text or "").strip()] += 1
    return found


@pytest.mark.parametrize("key", KEYS)
def test_saving_keeps_everything_that_a_diagram_says(page, watched, store, key):
    before = stored(store, key).files["process.bpmn"]
    draft(watched, f"/studio/{key}/draft")
    first = page.get_by_label("Go to").locator("option").nth(1).get_attribute("value")
    if key == "prevent_case":  # its first is on a plane of its own
        first = "call_make_plan"
    go_to(page, first)
    change(page, "Label", "Something else")
    page.get_by_role("button", name="Undo").click()
    save(page)
    after = stored(store, key).files["process.bpmn"]
    assert after != before, "it was not written by the editor"
    assert content(after) == content(before)
    problems = definitions.lint_diagram(after.encode())  # alone: its tables are not beside it
    errors = [p for p in problems if p.severity == "error" and p.code != "dmn.decision_missing"]
    assert errors == []
    assert {(p.code, p.element_id) for p in problems} == {
        (p.code, p.element_id) for p in definitions.lint_diagram(before.encode())
    }


@pytest.mark.parametrize(
    "path",
    [
        "/studio", "/studio/gateway", DRAFT, "/studio/prevent_case/draft",
        "/studio/gateway/migrate", "/studio/gateway/draft/test", "/studio/gateway/compare",
        "/studio/gateway/publish", "/studio/prevent_case/publish",
        "/studio/gateway/versions/1", "/studio/gateway/starts",
    ],
)  # fmt: skip
def test_a_page_of_the_studio_is_accessible_and_sound_at_both_widths(page, watched, store, path):
    with store.transaction() as db:  # a draft of one process, none of the other
        files = dict(drafts.draft_of(db, "gateway").files)
        files["process.bpmn"] = files["process.bpmn"].replace("today(), 5)", "today(), 3)")
        drafts.save(db, "gateway", files, 0, actor=_owner(store))
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        watched.go(path)
        if path.endswith("draft"):
            draft(watched, path)
            svg = page.locator("[data-editor-canvas] svg[role=application]")
            expect(svg).to_have_attribute("aria-label", "Drawing of the process")
            assert mark_is_uncovered(page)
        assert axe_faults(page) == []
        assert not watched.is_wider_than_the_window()
        blocked = watched.violations()
        assert [v for v in blocked if not v.startswith(KNOWN_BLOCKED)] == []
        assert len(blocked) <= 1
    assert watched.faults == []


def mark_is_uncovered(page):
    """The bpmn.io mark is what lies on top where it stands."""
    page.locator(".bjs-powered-by").scroll_into_view_if_needed()
    found: bool = page.evaluate(
        """() => {
          const mark = document.querySelector(".bjs-powered-by");
          const box = mark.getBoundingClientRect();
          const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return box.width > 0 && mark.contains(top);
        }"""
    )
    return found


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_draft_is_changed_as_text_without_script(watched, store):
    watched.sign_in("owen")
    watched.go(DRAFT)
    page = watched.page
    expect(page.get_by_text("The drawing editor needs JavaScript.")).to_be_visible()
    expect(page.get_by_label("Go to")).to_be_hidden()
    text = page.get_by_label("The diagram’s file")
    text.fill(text.input_value().replace("today(), 5)", "today(), 3)"))
    save(page)
    assert "today(), 3)" in stored(store).files["process.bpmn"]
    text = page.get_by_label("The diagram’s file")
    text.fill(text.input_value()[:-100])
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("cannot be read")


def test_a_step_is_found_by_its_words(page):
    page.get_by_role("button", name="Find", exact=True).last.click()
    search = page.get_by_label("Find a step by its words")
    search.press_sequentially("person needed")
    search.press("Enter")
    expect(setting(page, "Decision table")).to_have_value("review_level")
