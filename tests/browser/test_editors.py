"""An owner at the editors of tables, forms and texts: without script, by keyboard, mistaken."""

from __future__ import annotations

import json

import pytest
import yaml
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.pages import KNOWN, axe_faults
from tests.browser.test_studio import store, stored

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(KNOWN)]
__all__ = ["store"]
TABLE = "/studio/finish_case/draft/tables/retention"
FORM = "/studio/raise_concern/draft/forms/share_decision"
TEXTS = "/studio/gateway/draft/texts"
without_script = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture
def owen(watched, store):
    watched.page.set_viewport_size(WIDE)
    watched.sign_in("owen")
    return watched


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=True).last.click()
    page.wait_for_load_state()


def is_sound(watched, status="\0"):
    for size in (WIDE, NARROW):
        watched.page.set_viewport_size(size)
        assert axe_faults(watched.page) == [], size
        assert not watched.is_wider_than_the_window(), size
    watched.page.set_viewport_size(WIDE)
    assert watched.violations() == []
    assert [fault for fault in watched.faults if status not in fault] == []


@without_script
@pytest.mark.feature("O29")
def test_a_table_is_changed_tried_and_saved_without_script(owen, store):
    owen.go(TABLE)
    page = owen.page
    page.get_by_label("Rule 1, answer Years").fill("2")
    press(page, "Copy rule 1")
    press(page, "Down rule 2")
    expect(page.get_by_label("Rule 3, Outcome")).to_have_value('"no_concern"')
    expect(page.get_by_text("Rules 1 and 3 of")).to_be_visible()
    press(page, "Remove rule 3")
    page.get_by_label("outcome", exact=True).fill("no_concern")
    press(page, "Try it")
    expect(page.get_by_text("Rule 1 answered.")).to_be_visible()
    press(page, "Save table")
    expect(page.get_by_text("Table saved in the draft.")).to_be_visible()
    assert "<text>2</text>" in stored(store, "finish_case").files["retention.dmn"]


@pytest.mark.feature("O29")
def test_a_table_after_a_mistake_leads_to_the_cell(owen):
    owen.go(TABLE)
    owen.page.get_by_label("Rule 2, Outcome").fill("not(")
    press(owen.page, "Save table")
    summary = owen.page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    is_sound(owen, "422")
    summary.get_by_role("link").click()
    expect(owen.page.get_by_label("Rule 2, Outcome")).to_be_focused()
    expect(owen.page.get_by_label("Rule 2, Outcome")).to_have_value("not(")


@pytest.mark.feature("O29")
def test_new_columns_and_an_example_are_sound(owen):
    owen.go(TABLE)
    press(owen.page, "Add something to look at")
    press(owen.page, "Add an answer")
    press(owen.page, "Add a rule at the end")
    is_sound(owen)
    owen.go(TABLE)
    owen.page.get_by_label("outcome", exact=True).fill("joined")
    press(owen.page, "Try it")
    is_sound(owen)


@without_script
@pytest.mark.feature("O26")
def test_a_form_is_built_without_script(owen, store):
    owen.go(FORM)
    page = owen.page
    page.get_by_label("What is asked").fill("Who else was there?")
    page.get_by_label("Kind of answer").select_option(label="Any of several choices")
    press(page, "Add a question")
    expect(page.get_by_role("heading", name="Who else was there?", level=1)).to_be_visible()
    page.get_by_label("Choice 1", exact=True).fill("A teacher")
    page.get_by_label("Name of choice 1").fill("")
    press(page, "Add a choice")
    page.get_by_label("Choice 3", exact=True).fill("Nobody")
    press(page, "Save question")
    expect(page.get_by_text("Form saved in the draft.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Nobody")).to_be_visible()
    press(page, "Move up “Who else was there?”")
    made = json.loads(stored(store, "raise_concern").files["forms/share_decision.form"])
    assert made["components"][-2]["values"] == [
        {"label": "A teacher", "value": "a_teacher"},
        {"label": "Second choice", "value": "second"}, {"label": "Nobody", "value": "nobody"},
    ]  # fmt: skip


@pytest.mark.feature("O26")
def test_the_keyboard_alone_moves_a_question(owen, store):
    before = json.loads(stored(store, "raise_concern").files["forms/share_decision.form"])
    owen.go(FORM)
    owen.tab_to("Move up")
    owen.page.keyboard.press("Enter")
    expect(owen.page.get_by_text("Form saved in the draft.")).to_be_visible()
    after = json.loads(stored(store, "raise_concern").files["forms/share_decision.form"])
    assert after["components"][:2] == before["components"][1::-1]


@pytest.mark.feature("O27")
def test_a_preview_with_mistakes_leads_to_the_question_and_is_sound(owen):
    owen.go(FORM)
    press(owen.page, "Try these answers")
    summary = owen.page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    is_sound(owen, "422")
    summary.get_by_role("link").first.click()
    assert owen.page.evaluate("() => document.activeElement.tagName") == "INPUT"


@pytest.mark.feature("O26")
def test_a_question_after_a_mistake_is_sound(owen):
    for place in (1, 2):
        owen.go(f"{FORM}/questions/{place}")
        owen.page.get_by_label("What is asked").fill("")
        press(owen.page, "Save question")
        expect(owen.page.locator(".govuk-error-summary")).to_be_focused()
        is_sound(owen, "422")


@without_script
@pytest.mark.feature("O34")
@pytest.mark.feature("O32")
def test_texts_and_stages_are_written_without_script(owen, store):
    owen.go(TEXTS)
    page = owen.page
    page.get_by_label("What people read before they start").fill("The police look **first**.")
    page.get_by_label("Stages, in their order").fill("Consideration\nLooked at")
    page.get_by_label("Word, Word 2").fill("Hold")
    page.get_by_label("What it means, Word 2").fill("The case waits.")
    press(page, "Save texts")
    expect(page.get_by_text("Texts saved in the draft.")).to_be_visible()
    expect(page.get_by_label("Looked at")).to_be_visible()
    files = stored(store).files
    assert files["README.md"] == "The police look **first**.\n"
    made = yaml.safe_load(files["process.yaml"])
    assert made["stages"] == ["Consideration", "Looked at"]
    assert made["glossary"][1] == {"term": "Hold", "text": "The case waits."}


@pytest.mark.feature("O34")
def test_texts_after_a_mistake_are_sound(owen):
    owen.go(TEXTS)
    owen.page.get_by_label("Title", exact=True).fill("")
    owen.page.get_by_label("Word, Word 2").fill("Hold")
    press(owen.page, "Save texts")
    expect(owen.page.locator(".govuk-error-summary")).to_be_focused()
    is_sound(owen, "422")


@pytest.mark.feature("O1")
def test_a_folder_goes_down_and_up_again(owen, store, tmp_path):
    owen.go("/studio/gateway/draft")
    with owen.page.expect_download() as download:
        owen.page.get_by_role("link", name="Download the whole folder").click()
    there = tmp_path / download.value.suggested_filename
    download.value.save_as(there)
    owen.page.get_by_label("Upload a whole folder").set_input_files(there)
    press(owen.page, "Upload the folder")
    expect(owen.page.get_by_text("The draft is now the folder you uploaded")).to_be_visible()
    assert stored(store).counter == 1
