"""A form may ask for a file: it goes onto the case, and the answer says which it is."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy import select

from engine.errors import InvalidDefinition
from engine.models import case_file
from engine.queries import variables
from tests.factories import deploy, folder
from tests.web.conftest import DESK, key_of, words
from tests.web.test_files import PDF
from tests.web.test_form_editor import do

LETTER = {
    "type": "filepicker", "id": "letter", "key": "letter", "label": "Letter", "accept": ".pdf",
    "validate": {"required": True},
}  # fmt: skip
PHOTOS = {
    "type": "filepicker",
    "id": "photos",
    "key": "photos",
    "label": "Photos",
    "multiple": True,
}
WHY = {
    "type": "textfield", "id": "why", "key": "why", "label": "Why?",
    "validate": {"required": True},
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n made up"


def asks(*components: dict) -> bytes:
    made = {"schemaVersion": 18, "type": "default", "id": "look", "components": list(components)}
    return json.dumps(made).encode()


@pytest.fixture
def ann(desk, visit):
    """Holds a task that asks for a letter, photos and a reason."""
    with desk.database.transaction() as db:
        deploy(db, {"desk": {**folder(DESK), "forms/look.form": asks(LETTER, PHOTOS, WHY)}})
    desk.start()
    visitor = visit("ann")
    visitor.post(f"/tasks/{desk.task()}/claim")
    visitor.get(f"/tasks/{desk.task()}")
    return visitor


def files(desk) -> list[int]:
    with desk.database.reading() as db:
        return list(db.execute(select(case_file.c.id).order_by(case_file.c.id)).scalars())


def sends(visitor, task: str, **fields):
    return visitor.post(f"/tasks/{task}", key=key_of(visitor.at), wm__act="complete", **fields)


def test_the_file_is_on_the_case_and_the_answer_says_which(desk, ann):
    task = desk.task()
    page = ann.get(f"/tasks/{task}").text
    assert 'name="wm-file-letter"' in page
    assert 'accept=".pdf"' in page
    photos = [(io.BytesIO(PNG), "one.png"), (io.BytesIO(PNG), "two.png")]
    given = {"wm-file-letter": (io.BytesIO(PDF), "letter.pdf"), "wm-file-photos": photos}
    assert sends(ann, task, why="So", **given).status_code == 303
    first, second, third = files(desk)
    with desk.database.reading() as db:
        found = variables.read(db, desk.run.instance_id)
    assert found["letter"] == {"id": first, "name": "letter.pdf"}
    assert [one["id"] for one in found["photos"]] == [second, third]
    answers = words(ann.get(f"/cases/{desk.reference}/answers"))
    assert "Letter letter.pdf" in answers
    assert "one.png, two.png" in answers


def test_a_page_that_comes_back_has_the_file_already(desk, ann):
    task = desk.task()
    letter = {"wm-file-letter": (io.BytesIO(PDF), "letter.pdf")}
    back = sends(ann, task, why="", **letter)
    assert back.status_code == 422
    assert "letter.pdf is here already." in words(back)
    (number,) = files(desk)
    assert f'name="letter" value="{number}"' in back.text
    assert sends(ann, task, why="So", letter=str(number)).status_code == 303
    assert files(desk) == [number]


def test_a_file_is_kept_with_what_is_saved_and_left_out_again(desk, ann):
    task = desk.task()
    letter = {"wm-file-letter": (io.BytesIO(PDF), "letter.pdf")}
    saved = ann.post(f"/tasks/{task}", wm__act="save", wm__counter="1", **letter)
    assert saved.status_code == 303
    assert "letter.pdf is here already." in words(ann.get(f"/tasks/{task}"))
    (number,) = files(desk)
    back = sends(ann, task, why="So", letter=str(number), wm__without=f"letter:{number}")
    assert back.status_code == 422
    assert "Choose a file: letter" in words(back)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (PNG, "a.png", "one of these kinds: .pdf"),
        (b"MZ\x00\x01", "a.pdf", "The file must be a PDF"),
    ],
)
def test_a_file_of_another_kind_is_refused_at_its_question(desk, ann, content, name, said):
    back = sends(ann, desk.task(), why="So", **{"wm-file-letter": (io.BytesIO(content), name)})
    assert back.status_code == 422
    assert said in words(back)
    assert 'href="#letter"' in back.text
    assert files(desk) == []


@pytest.mark.parametrize("number", ["1", "999", "x"])
def test_a_number_of_no_file_of_this_case_is_no_answer(desk, ann, number):
    back = sends(ann, desk.task(), why="So", letter=number)
    assert back.status_code == 422
    assert "Choose the file again: letter" in words(back)


def test_a_start_has_no_case_for_a_file(desk):
    with desk.database.transaction() as db, pytest.raises(InvalidDefinition, match="user task"):
        deploy(db, {"desk": {**folder(DESK), "forms/asked.form": asks(LETTER)}})


def test_the_studio_offers_it_and_its_preview_draws_it(desk, olga):
    page = olga.get("/studio/desk/draft/forms/look")
    assert 'value="filepicker"' in page.text
    do(olga, "add", new__label="A letter", new__kind="filepicker")
    assert 'type="file"' in olga.get("/studio/desk/draft/forms/look").text
