"""A form file is edited question by question, and what is not touched stays as it is."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput, NotFound
from engine.forms import Form, editing, settings
from engine.forms.settings import Settings
from tests.factories import PROCESSES

FORMS = sorted(PROCESSES.glob("*/forms/*.form"))
KINDS = (*sorted(k for k in editing.KINDS if k != "text"), "yes_no", "text")


def form(*components):
    return {"schemaVersion": 18, "type": "default", "id": "f", "components": list(components)}


def field(key="a", kind="textfield", **more):
    return {"type": kind, "id": key, "key": key, "label": key.upper(), **more}


def keys(data):
    return [(q.place, q.key) for q in editing.questions(data)]


@pytest.mark.feature("O26")
@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_reading_and_writing_every_setting_changes_nothing(path):
    source = path.read_text()
    data = editing.load(source)
    for question in editing.questions(data):
        one = editing.component(data, question.place)
        assert settings.write(one, settings.read(one)) == one
    assert editing.dump(data) == source


@pytest.mark.feature("O26")
def test_a_question_moves_among_its_neighbours_and_not_beyond():
    inner = {"type": "group", "id": "g", "components": [field("b"), field("c")]}
    data = form(field("a"), inner)
    moved, place = editing.moved(data, "1.1", -1)
    assert (keys(moved), place) == ([("0", "a"), ("1", ""), ("1.0", "c"), ("1.1", "b")], "1.0")
    assert editing.moved(data, "1.1", 1) == (data, "1.1")
    assert keys(editing.moved(data, "1", -1)[0])[0] == ("0", "")


@pytest.mark.feature("O26")
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_question_of_every_kind_can_be_asked_at_once(kind):
    data, place = editing.added(form(field("when_was_it")), kind, "When was it?")
    made = editing.component(data, place)
    assert (place, editing.kind_of(made)) == ("1", kind)
    read = Form.read(editing.dump(data).encode(), "f.form")
    assert read.fields[1].label == "When was it?" or read.fields[1].text == "When was it?"


@pytest.mark.feature("O26")
def test_a_question_is_added_inside_a_list_and_removed_again():
    data = form({"type": "dynamiclist", "id": "l", "path": "l", "label": "L", "components": []})
    more, place = editing.added(data, "number", "How many?", "0")
    assert (place, keys(more)[1]) == ("0.0", ("0.0", "how_many"))
    assert editing.removed(more, place) == data


@pytest.mark.feature("O26")
def test_what_the_page_does_not_set_is_kept_and_what_is_cleared_goes():
    one = field("a", layout={"row": "r"}, validate={"minLength": 3, "validationType": "email"})
    given = settings.read(one)
    assert given.words["min_length"] == "3"
    made = settings.write(one, Settings(given.kind, {"label": "New", "name": "b"}))
    assert made == {
        "type": "textfield", "id": "a", "key": "b", "label": "New", "layout": {"row": "r"},
        "validate": {"validationType": "email"},
    }  # fmt: skip


@pytest.mark.feature("O26")
def test_settings_are_written_as_the_form_reads_them():
    words = {
        "label": "How many?", "name": "n", "min": "1", "max": "2.5", "decimals": "1",
        "hide": "age < 18", "check": "n < 2", "check_message": "Fewer", "class": "police",
    }  # fmt: skip
    ticked = frozenset({"required", "never_decides"})
    made = settings.write(field("n", "number"), Settings("number", words, ticked))
    [read] = Form.read(editing.dump(form(made)).encode(), "f.form").fields
    assert (read.minimum, read.maximum, read.decimals, read.required) == ("1", "2.5", 1, True)
    assert (read.hide, read.check, read.data_class) == ("=age < 18", "n < 2", "police")
    assert read.never_decides


@pytest.mark.feature("O26")
def test_choices_keep_what_stands_at_them_and_new_ones_get_a_name():
    one = field("a", "radio", values=[{"value": "x", "label": "X", "note": 1}])
    pairs = (("", "Not sure"), ("x", "The X"), ("", ""))
    made = settings.write(one, Settings("radio", {"label": "A", "name": "a"}, choices=pairs))
    assert made["values"] == [
        {"value": "not_sure", "label": "Not sure"}, {"value": "x", "label": "The X", "note": 1},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("textfield", "max_length", "many"), ("number", "min", "one"), ("number", "max", "NaN"),
        ("number", "decimals", "-1"), ("dynamiclist", "rows", "1.5"),
    ],
)  # fmt: skip
def test_a_number_that_is_none_is_said_beside_its_box(kind, name, text):
    with pytest.raises(InvalidInput) as refused:
        settings.write(field("a", kind), Settings(kind, {"label": "A", "name": "a", name: text}))
    assert list(refused.value.messages) == [name]


@pytest.mark.parametrize("place", ["", "9", "0.0", "-1", "a", "0.", "1000", "0." * 9 + "0"])
def test_a_place_without_a_question_is_not_found(place):
    with pytest.raises(NotFound):
        editing.component(form(field("a")), place)


@pytest.mark.parametrize(
    ("label", "taken", "name"),
    [
        ("When was it?", set(), "when_was_it"), ("When was it?", {"when_was_it"}, "when_was_it_2"),
        ("Émile", set(), "mile"), ("???", set(), "question"),
        ("2 people", set(), "question_2_people"),
        ("Case", set(), "case_2"),
    ],
)  # fmt: skip
def test_a_name_is_made_of_the_words(label, taken, name):
    assert editing.name_for(label, taken) == name
