"""A process's words in the studio: read-me, title, stages, glossary, contacts, reasons."""

from __future__ import annotations

import html
import re

import pytest
import yaml

from engine.commands import drafts
from tests.web.conftest import DESK, title, words
from tests.web.test_studio import THREE, desk_owner, fields, publish, stored, summary
from tests.web.test_tables import typed

DRAFT = "/studio/desk/draft"
TEXTS = f"{DRAFT}/texts"
MANIFEST = (DESK / "process.yaml").read_text()
SAID = {
    "title": "Desk", "description": "Asks for something and has it looked at.", "label": "",
    "stages": "Look\nAgree", "stage": ["Look", "Agree"], "said": ["Somebody looks at it.", ""],
    "summary-field": ["wish", "police_note"],
    "summary-label": ["What is wished for", "The secret"], "glossary-term": ["Wish"],
    "glossary-text": ["What somebody would like."], "contacts-name": ["The desk"],
    "contacts-email": ["desk@council.example"], "contacts-how": ["Write."],
    "reasons-correct": "A value was typed wrongly", "reasons-reassign": "Absence",
}  # fmt: skip


def send(visitor, act="save", **changed):
    visitor.get(TEXTS)
    return visitor.post(TEXTS, act=act, **fields(visitor), **{**SAID, **changed})


@pytest.mark.feature("O34")
def test_a_read_me_is_written_looked_at_and_read_where_a_case_is_started(desk, olga, visit):
    readme = "# Before you ask\n\nThink **twice**.\n"
    page = send(olga, "look", readme=readme.replace("\n", "\r\n"))
    assert page.status_code == 200
    assert "Think <strong>twice</strong>." in page.text
    assert stored(desk).counter == 0
    assert send(olga, readme=readme).status_code == 303
    assert stored(desk).files["README.md"] == readme
    assert stored(desk).files["process.yaml"] == MANIFEST
    publish(visit, olga)
    assert "Think twice." in words(visit("ann").get("/start/desk"))
    assert "Think twice." in words(olga.get("/studio/desk"))


@pytest.mark.feature("O34")
def test_a_read_me_that_is_cleared_goes(desk, olga):
    send(olga, readme="Words.")
    send(olga, readme="  ")
    assert "README.md" not in stored(desk).files


@pytest.mark.feature("O32")
def test_stages_are_named_and_everything_else_of_the_settings_stays(desk, olga):
    assert send(olga, stages="Look\r\n Agree  well \r\n\r\nEnd").status_code == 303
    made = stored(desk).files["process.yaml"]
    assert yaml.safe_load(made)["stages"] == ["Look", "Agree well", "End"]
    before = [line for line in MANIFEST.splitlines() if not line.startswith("stages")]
    assert [line for line in before if line not in made] == []
    page = olga.get(TEXTS)
    assert ">End</label>" in page.text
    stages = {"stage": ["Look", "Agree well", "End"], "said": ["", "", "It is done."]}
    send(olga, stages="Look\nAgree well\nEnd", **stages)
    assert yaml.safe_load(stored(desk).files["process.yaml"])["status_words"] == {
        "End": "It is done."
    }


def test_what_was_not_changed_is_not_written_anew(desk, olga):
    assert send(olga).status_code == 303
    assert stored(desk).files["process.yaml"] == MANIFEST


def test_each_setting_is_written_where_the_product_reads_it(desk, olga, visit):
    send(
        olga, title="The desk: asks", legal="The Chairs Act 2015", label="Wish",
        **{
            "glossary-term": ["Wish", "Chair"], "glossary-text": ["A want.", "A seat: four legs."],
            "contacts-name": [""], "contacts-email": [""], "contacts-how": [""],
            "reasons-correct": "Wrong\nLate",
        },
    )  # fmt: skip
    made = yaml.safe_load(stored(desk).files["process.yaml"])
    assert (made["title"], made["label"]) == ("The desk: asks", "Wish")
    assert made["glossary"][1] == {"term": "Chair", "text": "A seat: four legs."}
    assert "contacts" not in made
    assert made["reasons"] == {"correct": ["Wrong", "Late"], "reassign": ["Absence"]}
    assert made["reference"] == "DK"
    publish(visit, olga)
    page = words(visit("ann").get("/start/desk"))
    assert "Chair: A seat: four legs." in page
    assert "The Chairs Act 2015" in page


@pytest.mark.parametrize(
    ("changed", "href"),
    [
        ({"title": " "}, "#title"), ({"stages": "Look\nLook"}, "#stages"),
        ({"glossary-text": [""]}, "#glossary-1-term"),
        ({"summary-label": ["Wish", ""]}, "#summary-2-field"),
        ({"contacts-name": [""]}, "#contacts-1-name"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_what_was_typed_stays(desk, olga, changed, href):
    answer = send(olga, readme="Half a thought", **changed)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: Texts and stages of Desk")
    assert summary(answer)[0][0] == href
    assert f'id="{href[1:]}"' in answer.text
    assert typed(answer.text)["readme"] == "Half a thought"
    assert stored(desk).counter == 0


def test_a_row_more_is_one_press(olga):
    page = send(olga, "more:glossary")
    assert 'id="glossary-3-term"' in page.text
    assert 'id="contacts-3-name"' not in page.text


def test_only_owners_change_texts(visit, olga):
    for username in ("ann", "cat"):
        assert visit(username).get(TEXTS).status_code == 403
        assert visit(username).post(TEXTS, **SAID).status_code == 403


@pytest.mark.feature("O2")
def test_of_a_save_of_several_files_both_versions_are_compared_and_all_can_be_put_in_place(
    desk, olga
):
    olga.get(TEXTS)
    opened = fields(olga)
    with desk.database.transaction() as db:
        theirs = {**stored(desk).files, "process.bpmn": THREE, "README.md": "Theirs.\n"}
        drafts.save(db, "desk", theirs, 0, actor=desk_owner(desk))
    answer = olga.post(TEXTS, act="save", **opened, **{**SAID, "title": "Table"}, readme="Mine.")
    assert answer.status_code == 409
    page = words(answer)
    assert "What yours would change in theirs" in page
    assert "“Desk”" in page
    assert "“Table”" in page
    assert "Your process.yaml" in page
    assert "Your README.md" in page
    assert "3 working days" not in page  # what only theirs changed stays
    paths = re.findall(r'name="file" value="([^"]+)"', answer.text)
    texts = re.findall(r"<textarea[^>]*name=\"text\"[^>]*>\n(.*?)</textarea>", answer.text, re.S)
    counter = re.search(r'name="counter" value="(\d+)"', answer.text)[1]
    sent = {"file": paths, "text": [html.unescape(text) for text in texts], "counter": counter}
    assert olga.post(f"{DRAFT}/instead", **sent).status_code == 303
    files = stored(desk).files
    assert yaml.safe_load(files["process.yaml"])["title"] == "Table"
    assert files["README.md"] == "Mine.\n"
    assert files["process.bpmn"] == THREE
    assert olga.post(f"{DRAFT}/instead").status_code == 404
    assert olga.post(f"{DRAFT}/instead", file="x.bpmn", text="x").status_code == 404
