"""Forms in the studio: questions moved, added, changed, and the page previewed and tried."""

from __future__ import annotations

import json
import re

import pytest

from engine.commands import drafts
from tests.web.conftest import title, words
from tests.web.test_studio import desk_owner, fields, stored, summary

DRAFT = "/studio/desk/draft"
LOOK = f"{DRAFT}/forms/look"


@pytest.fixture
def olga(desk, visit):
    visitor = visit("olga")
    visitor.get(LOOK)
    return visitor


def do(visitor, act, path=LOOK, **more):
    visitor.get(path)
    return visitor.post(path, act=act, **fields(visitor), **more)


def keys(desk, name="look"):
    data = json.loads(stored(desk).files[f"forms/{name}.form"])
    return [one["key"] for one in data["components"]]


def question(desk, at, name="look"):
    return json.loads(stored(desk).files[f"forms/{name}.form"])["components"][at]


@pytest.mark.feature("O26")
def test_a_form_is_found_from_the_draft_by_the_step_that_asks_it(olga):
    page = olga.get(DRAFT)
    assert 'href="/studio/desk/draft/forms/look">Look at it</a>' in page.text
    page = olga.get(LOOK)
    assert title(page).startswith("Form: Look at it – Studio")
    assert "Asked at: Look at it." in words(page)
    assert "Why not? Long text · not always asked" in words(page)


@pytest.mark.feature("O26")
def test_questions_move_and_go_and_each_change_is_saved_in_the_draft(desk, olga):
    answer = do(olga, "down:0")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{LOOK}#question-1"
    assert keys(desk) == ["sure", "amount", "doubt", "seen_on"]
    do(olga, "up:3")
    do(olga, "remove:1")
    assert keys(desk) == ["sure", "seen_on", "doubt"]
    assert "Form saved in the draft." in words(olga.get(LOOK))


@pytest.mark.feature("O26")
def test_a_question_is_added_and_its_own_page_comes_next(desk, olga):
    answer = do(olga, "add", new__label="Who was there?", new__kind="radio")
    assert answer.status_code == 303
    there = answer.headers["Location"]
    assert there == f"{LOOK}/questions/4"
    assert question(desk, 4)["key"] == "who_was_there"
    page = olga.get(there)
    assert title(page).startswith("Who was there? – Studio")
    assert "First choice" in page.text


@pytest.mark.parametrize(
    ("sent", "href"),
    [
        ({"new__kind": "textfield"}, "#new-label"), ({"new__label": "A"}, "#new-kind"),
        ({"new__label": "A", "new__kind": "htmlview"}, "#new-kind"),
    ],
)  # fmt: skip
def test_a_question_without_words_or_a_kind_is_asked_for(desk, olga, sent, href):
    answer = do(olga, "add", **sent)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: Form: Look at it")
    assert summary(answer)[0][0] == href
    assert stored(desk).counter == 0


@pytest.mark.feature("O26")
def test_a_question_s_settings_are_changed_and_the_rest_of_it_stays(desk, olga):
    path = f"{LOOK}/questions/2"
    page = olga.get(path)
    assert 'value="=sure != false"' in page.text
    sent = {
        "label": "Why are you not sure?", "name": "doubt", "description": "In your own words.",
        "min_length": "10", "max_length": "200", "hide": "sure = true", "class": "special",
    }  # fmt: skip
    answer = do(olga, "save", path, **sent)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{LOOK}#question-2"
    assert question(desk, 2) == {
        "type": "textarea", "id": "doubt", "key": "doubt", "label": "Why are you not sure?",
        "description": "In your own words.", "validate": {"minLength": 10, "maxLength": 200},
        "conditional": {"hide": "=sure = true"}, "properties": {"class": "special"},
    }  # fmt: skip


@pytest.mark.feature("O26")
@pytest.mark.parametrize(
    ("sent", "href", "said"),
    [
        ({"name": "2nd"}, "#name", "cannot be its key"), ({"name": "sure"}, "#name", "two fields"),
        ({"label": ""}, "#label", "Give the question a label"),
        ({"hide": "sure ="}, "#hide", "cannot be read"),
        ({"max_length": "lots"}, "#max_length", "whole number"),
        ({"check": "doubt != 1"}, "#check", "needs a checkMessage"),
    ],
)  # fmt: skip
def test_a_setting_the_profile_refuses_is_said_beside_it_and_kept(desk, olga, sent, href, said):
    path = f"{LOOK}/questions/2"
    answer = do(olga, "save", path, **{"label": "Why?", "name": "doubt", **sent})
    assert answer.status_code == 422
    assert title(answer).startswith("Error:")
    assert summary(answer)[0][0] == href
    assert said in summary(answer)[0][1]
    assert f'id="{href[1:]}-error"' in answer.text
    assert stored(desk).counter == 0


@pytest.mark.feature("O26")
def test_choices_are_added_moved_and_cleared_without_losing_what_was_typed(desk, olga):
    do(olga, "add", new__label="Who was there?", new__kind="select")
    path, sent = f"{LOOK}/questions/4", {"label": "Who?", "name": "who"}
    pairs = {"choice-label": ["The owner", "Nobody"], "choice-value": ["", "nobody"]}
    page = do(olga, "choice-add", path, **sent, **pairs)
    assert page.status_code == 200
    assert 'id="choice-label-3"' in page.text
    assert "The owner" in page.text
    page = do(olga, "choice-up:2", path, **sent, **pairs)
    assert page.text.index("Nobody") < page.text.index("The owner")
    assert do(olga, "save", path, **sent, **pairs).status_code == 303
    assert question(desk, 4)["values"] == [
        {"label": "The owner", "value": "the_owner"}, {"label": "Nobody", "value": "nobody"},
    ]  # fmt: skip
    empty = {"choice-label": ["", ""], "choice-value": ["", ""]}
    answer = do(olga, "save", path, **sent, **empty)
    assert summary(answer)[0][0] == "#choices"


@pytest.mark.feature("O27")
def test_the_preview_is_the_caseworkers_page_and_its_checks_are_tried(desk, olga):
    page = olga.get(LOOK)
    assert "As the caseworker gets it" in words(page)
    assert 'id="seen_on-day"' in page.text
    sample = {"sure": "no", "doubt": "No", "seen_on__day": "1", "seen_on__month": "1"}
    answer = olga.post(f"{LOOK}/try", **sample, seen_on__year="2999")
    assert answer.status_code == 422
    told = dict(summary(answer))
    assert told["#doubt"] == "Your answer to “Why not?” must be 5 characters or more"
    answer = olga.post(f"{LOOK}/try", **{**sample, "doubt": "Too far"}, seen_on__year="2999")
    assert dict(summary(answer))["#seen_on-day"] == "The date must be today or earlier"
    answer = olga.post(f"{LOOK}/try", **{**sample, "doubt": "Too far"}, seen_on__year="2020")
    assert answer.status_code == 200
    assert "These answers would be taken." in words(answer)
    assert "seen_on 1 January 2020" in words(answer)
    assert stored(desk).counter == 0


@pytest.mark.feature("O27")
def test_rows_of_a_list_are_added_in_the_preview(olga):
    asked = f"{DRAFT}/forms/asked"
    olga.get(asked)
    answer = olga.post(f"{asked}/try", wm__act="add:things", wish="A chair")
    assert 'name="things-1-thing"' in answer.text
    assert "A chair" in answer.text


@pytest.mark.feature("O26")
def test_a_form_is_made_for_a_step_without_one_and_removed_when_no_step_uses_it(desk, olga):
    olga.get(DRAFT)
    files = stored(desk).files
    free = {**files, "forms/spare.form": files["forms/look.form"]}
    with desk.database.transaction() as db:
        drafts.save(db, "desk", {p: t for p, t in free.items() if p != "forms/look.form"}, 0,
                    actor=desk_owner(desk))  # fmt: skip
    page = olga.get(DRAFT)
    assert "spare (no step uses it)" in words(page)
    answer = olga.post(f"{DRAFT}/forms", step="look", **fields(olga))
    assert answer.status_code == 303
    assert "This form asks nothing yet." in words(olga.get(LOOK))
    assert do(olga, "remove-form").status_code == 422
    assert "A step uses this form." in words(olga.at)
    answer = do(olga, "remove-form", f"{DRAFT}/forms/spare")
    assert answer.headers["Location"] == DRAFT
    assert "forms/spare.form" not in stored(desk).files
    assert olga.post(f"{DRAFT}/forms", step="nothing").status_code == 404


@pytest.mark.feature("O2")
def test_a_form_that_someone_else_saved_meanwhile_is_kept_beside_theirs(desk, olga):
    olga.get(LOOK)
    mine = fields(olga)
    with desk.database.transaction() as db:
        drafts.save(db, "desk", stored(desk).files, 0, actor=desk_owner(desk))
    answer = olga.post(LOOK, act="down:0", **mine)
    assert answer.status_code == 409
    assert "Your forms/look.form" in words(answer)
    assert "Save yours instead" in words(answer)
    assert keys(desk)[0] == "amount"


@pytest.mark.parametrize(
    "path", ["forms/nothing", "forms/look/questions/9", "forms/look/questions/a", "forms/..%2Fx"]
)
def test_a_form_or_question_that_is_not_there_is_not_found(olga, path):
    assert olga.get(f"{DRAFT}/{path}").status_code == 404
    assert olga.post(f"{DRAFT}/{path}", act="save").status_code == 404


def test_only_owners_edit_forms(visit, olga):
    for username in ("ann", "cat"):
        for path in (LOOK, f"{LOOK}/questions/0"):
            assert visit(username).get(path).status_code == 403
            assert visit(username).post(path, act="remove:0").status_code == 403
        assert visit(username).post(f"{LOOK}/try").status_code == 403


@pytest.mark.feature("O26")
def test_a_question_becomes_another_kind_where_its_answers_mean_the_same(desk, olga):
    at = keys(desk).index("doubt")
    there, before = f"{LOOK}/questions/{at}", question(desk, at)
    assert before["type"] == "textarea"
    page = olga.get(there).text
    assert re.findall(r'<option value="(text\w+)"( selected)?', page) == [
        ("textfield", ""), ("textarea", " selected"),
    ]  # fmt: skip
    sent = {"label": before["label"], "name": "doubt", "hide": before["conditional"]["hide"]}
    assert do(olga, "save", there, **sent, kind="textfield", lookup="yes").status_code == 303
    after = question(desk, at)
    assert after["type"] == "textfield"
    assert after["properties"]["lookup"] == "true"
    assert do(olga, "save", there, **sent, kind="textarea").status_code == 303
    assert question(desk, at)["type"] == "textarea"
    assert "lookup" not in question(desk, at).get("properties", {})
    assert do(olga, "save", there, **sent, kind="number").status_code == 303
    assert question(desk, at)["type"] == "textarea"
    number = keys(desk).index("amount")
    assert "Its kind cannot be changed" in words(olga.get(f"{LOOK}/questions/{number}"))
