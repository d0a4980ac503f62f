"""Decision tables in the studio: edited as a table, checked in sentences, tried by example."""

from __future__ import annotations

import html
import re

import pytest

from engine.commands import drafts
from tests.web.conftest import title, words
from tests.web.test_studio import desk_owner, fields, stored, summary, upload

NAMED = r'[^>]*? name="([^"]+)"[^>]*>'
TABLE = "/studio/desk/draft/tables/size"
CHAIRS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Kept by the desk. -->
<dmn:definitions xmlns:dmn="https://www.omg.org/spec/DMN/20191111/MODEL/" id="chairs" name="Chairs" namespace="urn:chairs">
  <dmn:decision id="other" name="Another"><dmn:literalExpression><dmn:text> 1 + 1 </dmn:text></dmn:literalExpression></dmn:decision>
  <dmn:decision id="size" name="Which chair?">
    <dmn:decisionTable id="size_table" hitPolicy="UNIQUE">
      <dmn:input id="size_in" label="Years"><dmn:inputExpression id="size_ex" typeRef="number"><dmn:text>age</dmn:text></dmn:inputExpression></dmn:input>
      <dmn:output id="size_out" name="chair" label="Chair" typeRef="string" />
      <!-- The small ones. -->
      <dmn:rule id="child"><dmn:inputEntry id="c1"><dmn:text>&lt; 12</dmn:text></dmn:inputEntry><dmn:outputEntry id="c2"><dmn:text>"small"</dmn:text></dmn:outputEntry></dmn:rule>
      <dmn:rule id="adult"><dmn:inputEntry id="a1"><dmn:text>&gt;= 12</dmn:text></dmn:inputEntry><dmn:outputEntry id="a2"><dmn:text>"large"</dmn:text></dmn:outputEntry></dmn:rule>
    </dmn:decisionTable>
  </dmn:decision>
</dmn:definitions>
"""  # noqa: E501 — as other tools write it


@pytest.fixture
def olga(desk, visit):
    """Olga with a draft that holds a table."""
    visitor = visit("olga")
    upload(visitor, "chairs.dmn", CHAIRS.encode())
    visitor.get(TABLE)
    return visitor


def typed(text):
    """Every field of the page, as its form would send it."""
    found = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', text))
    found |= dict(re.findall(rf"<textarea{NAMED}\n?(.*?)</textarea>", text, re.DOTALL))
    for name, options in re.findall(rf"<select{NAMED}(.*?)</select>", text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {
        name.replace("-", "__"): html.unescape(value)
        for name, value in found.items()
        if not name.startswith("wm-") and name != "reference"
    }


def press(visitor, act="save", **changed):
    fields = {**typed(visitor.at.text), "act": act, **changed}
    return visitor.post(TABLE, **fields)


@pytest.mark.feature("O29")
def test_a_table_is_shown_with_every_cell_labelled(olga):
    page = olga.get(TABLE)
    assert title(page).startswith("Which chair? – Studio")
    assert 'for="rule-1-in-1">Rule 1, Years</label>' in page.text
    assert typed(page.text)["rule__2__out__1"] == '"large"'
    assert "Nothing: no gaps, no overlaps" in words(page)
    assert "Which chair?" in words(olga.get("/studio/desk/draft"))


@pytest.mark.feature("O29")
def test_a_changed_cell_is_saved_and_everything_else_of_the_file_stays(desk, olga):
    answer = press(olga, rule__1__in__1="< 10", rule__2__in__1=">= 10")
    assert answer.status_code == 303
    text = stored(desk).files["chairs.dmn"]
    assert "&lt; 10" in text
    assert "&gt;= 10" in text
    for kept in (
        "<!-- Kept by the desk. -->", "<!-- The small ones. -->", "<dmn:text> 1 + 1 </dmn:text>",
        'id="size_ex"', 'id="c1"', 'id="adult"', 'name="chair"',
    ):  # fmt: skip
        assert kept in text
    before, after = CHAIRS.split("<dmn:decisionTable")[0], text.split("<dmn:decisionTable")[0]
    assert before == after
    assert "Table saved in the draft." in words(olga.get(TABLE))


@pytest.mark.feature("O29")
def test_gaps_and_overlaps_are_told_in_sentences_before_anything_is_saved(desk, olga):
    page = press(olga, "look", rule__1__in__1="< 10", rule__2__in__1="> 11")
    assert page.status_code == 200
    assert "No rule of “Which chair?” matches" in words(page)
    page = press(olga, "look", rule__1__in__1="< 20", rule__2__in__1="> 11")
    assert "Rules 1 and 2 of “Which chair?” both match" in words(page)
    assert 'href="#rule-2"' in page.text
    assert "not saved yet" in words(page)
    assert stored(desk).files["chairs.dmn"] == CHAIRS


@pytest.mark.feature("O29")
def test_a_cell_that_cannot_be_read_is_named_and_all_that_was_typed_stays(desk, olga):
    answer = press(olga, rule__1__in__1="< (", rule__2__note="Big people")
    assert answer.status_code == 422
    assert title(answer).startswith("Error: Which chair?")
    [(href, said)] = summary(answer)
    assert href == "#rule-1-in-1"
    assert "cannot be read" in said
    assert typed(answer.text)["rule__1__in__1"] == "< ("
    assert typed(answer.text)["rule__2__note"] == "Big people"
    assert stored(desk).files["chairs.dmn"] == CHAIRS


@pytest.mark.feature("O29")
def test_rules_are_added_moved_copied_and_removed_without_losing_what_was_typed(desk, olga):
    press(olga, "add-rule", rule__1__note="Not yet twelve")
    assert typed(olga.at.text)["rule__3__in__1"] == "-"
    press(olga, "rule-up:3")
    press(olga, "remove-rule:3", rule__2__in__1=">= 12", rule__2__out__1='"very large"')
    press(olga, "copy-rule:2")
    press(olga, "remove-rule:3")
    assert press(olga).status_code == 303
    text = stored(desk).files["chairs.dmn"]
    assert "Not yet twelve" in text
    assert '"very large"' in text
    assert 'id="adult"' not in text
    assert len(re.findall("<dmn:rule ", text)) == 2


@pytest.mark.feature("O29")
def test_columns_are_added_and_removed_and_a_new_one_must_say_what_it_looks_at(desk, olga):
    press(olga, "add-input")
    answer = press(olga)
    assert answer.status_code == 422
    assert summary(answer) == [("#in-2-expression", "Say what this column looks at, like age.")]
    press(olga, "add-output", in__2__expression="height", in__2__type="number")
    answer = press(olga)
    assert summary(answer)[0][0] == "#out-2-name"
    press(olga, out__2__name="cushion", rule__1__out__2="true", rule__2__out__2="false")
    assert stored(desk).counter == 2
    olga.get(TABLE)
    press(olga, "remove-input:1")
    assert press(olga, policy="FIRST").status_code == 303
    text = stored(desk).files["chairs.dmn"]
    assert 'id="size_in"' not in text
    assert "height" in text
    assert 'hitPolicy="FIRST"' in text


@pytest.mark.feature("O29")
@pytest.mark.parametrize(
    ("age", "said"),
    [
        ("11", "Rule 1 answered. chair small"), ("40", "Rule 2 answered. chair large"),
        ("", "No rule matches this example."), ("= 10 + 30", "Rule 2 answered."),
    ],
)  # fmt: skip
def test_an_example_says_which_rule_answered_and_what(olga, age, said):
    page = press(olga, "try", try__age=age)
    assert said in words(page)
    assert typed(page.text)["try__age"] == age


@pytest.mark.feature("O29")
def test_an_example_is_tried_with_what_stands_on_the_page(desk, olga):
    page = press(olga, "try", try__age="15", rule__1__in__1="< 16", rule__2__in__1=">= 16")
    assert "Rule 1 answered. chair small" in words(page)
    assert "put right what is wrong" in words(press(olga, "try", rule__1__in__1="< ("))
    assert stored(desk).counter == 1


@pytest.mark.feature("O2")
def test_a_table_that_someone_else_saved_meanwhile_is_kept_beside_theirs(desk, olga):
    files = stored(desk).files
    with desk.database.transaction() as db:
        theirs = {**files, "chairs.dmn": CHAIRS.replace("small", "tiny")}
        drafts.save(db, "desk", theirs, 1, actor=desk_owner(desk))
    answer = press(olga, rule__1__in__1="< 10")
    assert answer.status_code == 409
    assert "&amp;lt; 10" in answer.text
    assert "Open what is there now" in words(answer)
    mine = typed(answer.text)
    assert "What yours would change in theirs" in words(answer)
    answer = olga.post("/studio/desk/draft/instead", **mine)
    assert answer.status_code == 303
    assert "&lt; 10" in stored(desk).files["chairs.dmn"]


@pytest.mark.parametrize("name", ["other", "nothing", "size_table"])
def test_what_is_no_table_is_not_found(olga, name):
    assert olga.get(f"/studio/desk/draft/tables/{name}").status_code == 404
    assert olga.post(f"/studio/desk/draft/tables/{name}").status_code == 404


def test_only_owners_edit_tables(visit, olga):
    for username in ("ann", "cat"):
        assert visit(username).get(TABLE).status_code == 403
        assert visit(username).post(TABLE, act="save").status_code == 403


@pytest.mark.parametrize(
    "act", ["rule-up:x", "rule-up:1", "rule-down:9", "remove-rule:0", "remove-output:1", "nothing"]
)
def test_what_cannot_be_done_changes_nothing(olga, act):
    before = typed(olga.at.text)
    assert press(olga, act).status_code == 200
    before.pop("act", None)
    after = typed(olga.at.text)
    after.pop("act", None)
    assert after == before


@pytest.mark.feature("O29")
def test_a_new_table_is_made_and_filled(desk, olga):
    olga.get("/studio/desk/draft")
    counted = fields(olga)
    answer = olga.post("/studio/desk/draft/tables", table=" ", **counted)
    assert summary(answer) == [("#table", "Enter the question that the table answers.")]
    olga.get("/studio/desk/draft")
    answer = olga.post("/studio/desk/draft/tables", table="How <many> & why?", **counted)
    there = answer.headers["Location"]
    assert there == "/studio/desk/draft/tables/how_many_why"
    page = olga.get(there)
    assert title(page).startswith("How <many> & why? – Studio")
    assert "This table has no rules yet." in words(page)
    sent = {**typed(page.text), "act": "add-rule"}
    page = olga.post(there, **sent)
    sent = {**typed(page.text), "act": "save", "rule__1__out__1": "3"}
    assert olga.post(there, **sent).status_code == 303
    assert "<text>3</text>" in stored(desk).files["how_many_why.dmn"]


def test_a_finding_about_a_table_leads_to_its_page(olga):
    press(olga, rule__1__in__1="< 10")
    page = olga.get("/studio/desk/draft")
    assert 'href="/studio/desk/draft/tables/size">Which chair?</a>' in page.text


@pytest.mark.feature("O29")
def test_what_a_form_asks_is_tried_in_the_words_of_the_form(olga):
    sure = CHAIRS.replace(
        "<dmn:text>age</dmn:text>", "<dmn:text>if sure then 5 else amount</dmn:text>"
    )
    upload(olga, "chairs.dmn", sure.encode())
    page = olga.get(TABLE)
    assert 'for="try-sure">Are you sure?</label>' in page.text
    assert 'for="try-amount">Amount</label>' in page.text
    assert "Rule 1 answered." in words(press(olga, "try", try__sure="yes", try__amount="40"))
    assert "Rule 2 answered." in words(press(olga, "try", try__sure="no", try__amount="40"))


def test_signs_that_xml_cannot_hold_are_left_out(desk, olga):
    assert press(olga, rule__1__note="A\x01\x1b\ufffe<b>\U0001f600").status_code == 303
    assert "A&lt;b&gt;\U0001f600" in stored(desk).files["chairs.dmn"]


@pytest.mark.feature("O29")
def test_columns_change_places_with_their_cells(desk, olga):
    page = press(olga, "add-input")
    page = press(olga, in__2__label="Arms", in__2__expression="arms", rule__1__in__2="true",
                 rule__2__in__2="false", act="input-left:2")  # fmt: skip
    moved = typed(page.text)
    assert (moved["in__1__expression"], moved["in__2__label"]) == ("arms", "Years")
    assert (moved["rule__1__in__1"], moved["rule__2__in__1"]) == ("true", "false")
    assert press(olga).status_code == 303
    text = stored(desk).files["chairs.dmn"]
    assert text.index("<dmn:text>arms</dmn:text>") < text.index("<dmn:text>age</dmn:text>")
    assert re.search(r'id="c1"[^>]*>\s*<dmn:text>&lt; 12', text)  # a moved cell keeps its element
    again = typed(olga.get(TABLE).text)
    assert (again["rule__1__in__1"], again["rule__1__in__2"]) == ("true", moved["rule__1__in__2"])


@pytest.mark.feature("O29")
def test_a_table_that_nothing_needs_is_removed(desk, olga):
    assert "Its file holds other decisions as well" in words(olga.get(TABLE))
    assert press(olga, "remove-table").status_code == 422
    olga.get("/studio/desk/draft")
    made = olga.post("/studio/desk/draft/tables", table="Which table?", **fields(olga))
    there = made.headers["Location"]
    olga.get(there)
    assert olga.post(there, act="remove-table", **fields(olga)).status_code == 303
    assert "which_table.dmn" not in stored(desk).files
    assert "The table was removed." in words(olga.get("/studio/desk/draft"))
