"""Form files are read in a restricted profile, and what is posted is checked by them."""

import json
from datetime import date
from decimal import Decimal

import pytest

from engine.errors import InvalidDefinition, InvalidInput
from engine.forms import Choice, Form, shown


def field(kind="textfield", key="answer", label="Your answer", **more):
    name = "path" if kind == "dynamiclist" else "key"
    return {"type": kind, name: key, "label": label, **more}


def radio(key, *values, **more):
    choices = [{"value": v, "label": v.title()} for v in values]
    return field("radio", key, f"Which {key}?", values=choices, **more)


def form(*components, **top):
    data = {"schemaVersion": 18, "type": "default", "id": "f", "components": components, **top}
    return Form.read(json.dumps(data).encode(), "forms/f.form")


def codes(*components, **top):
    with pytest.raises(InvalidDefinition) as caught:
        form(*components, **top)
    return [problem.code for problem in caught.value.problems]


def messages(one, posted, context=None):
    with pytest.raises(InvalidInput) as caught:
        one.validate(posted, context or {})
    return caught.value.messages


def posted_date(key, day, month, year):
    return {f"{key}-day": [day], f"{key}-month": [month], f"{key}-year": [year]}


# --- reading ------------------------------------------------------------------------------------


def test_a_form_is_read_with_its_questions_in_order():
    group = {"type": "group", "label": "Two", "components": [field(key="b"), field("number", "c")]}
    one = form(field(key="a"), {"type": "text", "text": "*Hello*"}, group)
    assert [q.key for q in one.questions()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("component", "code"),
    [
        (field("htmlview"), "form.type"),
        (field("filepicker", accept="anything"), "form.accept"),
        (field("filepicker", multiple="yes"), "form.file"),
        (field(key="two words"), "form.key"),
        (field(key="case"), "form.key"),
        (field(defaultValue="x"), "form.default"),
        (field(onClick="x"), "form.unknown_key"),
        (field(properties={"colour": "red"}), "form.unknown_property"),
        (field(properties={"class": "secret"}), "form.class"),
        (field(properties={"check": "answer = 1"}), "form.check"),
        (field(validate={"email": True}), "form.unknown_check"),
        (field(validate={"pattern": "("}), "form.pattern"),
        (field(conditional={"hide": "=a +"}), "form.condition"),
        (field("radio"), "form.choices"),
        (field("datetime", subtype="time"), "form.type"),
        (field(label=""), "form.label"),
        (
            field("dynamiclist", "rows", components=[field("dynamiclist", "r", components=[])]),
            "form.nested_list",
        ),
    ],
)
def test_what_the_profile_does_not_have_is_refused_by_name(component, code):
    assert code in codes(component)


def test_two_fields_with_one_key_are_refused():
    assert codes(field(key="a"), field(key="a")) == ["form.duplicate_key"]


@pytest.mark.parametrize("source", [b"", b"[]", b"{", b"null", b'{"components": 3}', b"\xff"])
def test_a_file_that_is_no_form_is_refused(source):
    with pytest.raises(InvalidDefinition) as caught:
        Form.read(source, "forms/f.form")
    assert caught.value.problems[0].file == "forms/f.form"


def test_a_list_takes_the_strictest_class_inside_it():
    inner = [field(key="a", properties={"class": "special"}),
             field(key="b", properties={"class": "police"})]  # fmt: skip
    assert form(field("dynamiclist", "rows", components=inner)).classes == {"rows": "police"}


# --- answers ------------------------------------------------------------------------------------


def test_each_kind_of_answer_becomes_its_feel_value():
    one = form(
        field(key="name"), field("number", "votes"), field("datetime", "on", subtype="date"),
        radio("level", "high", "low"), radio("told", "yes", "no", properties={"yesNo": "true"}),
        field("checkbox", "seen"),
        field("checklist", "seats", values=[{"value": "a"}, {"value": "b"}]),
    )  # fmt: skip
    posted = {
        "name": [" Ann "], "votes": ["1,200"], **posted_date("on", "3", "4", "2025"),
        "level": ["low"], "told": ["no"], "seen": ["yes"], "seats": ["b", "a"],
    }  # fmt: skip
    assert one.validate(posted, {}) == {
        "name": "Ann", "votes": Decimal(1200), "on": date(2025, 4, 3), "level": "low",
        "told": False, "seen": True, "seats": ["b", "a"],
    }  # fmt: skip


def test_only_declared_questions_become_values():
    assert form(field(key="a")).validate({"a": ["1"], "b": ["2"]}, {}) == {"a": "1"}


def test_an_optional_question_without_an_answer_is_none():
    one = form(field(key="a"), field("checklist", "b", values=[{"value": "x"}]))
    assert one.validate({}, {}) == {"a": None, "b": []}


@pytest.mark.parametrize(
    ("component", "posted", "words"),
    [
        (field(label="Reason"), {}, "Enter reason"),
        (field(label="What happened?"), {"answer": ["  "]}, "Answer “What happened?”"),
        (radio("answer", "a", "b"), {}, "Answer “Which answer?”"),
        (radio("answer", "a", "b"), {"answer": ["c"]}, "Answer “Which answer?”"),
        (field("number"), {"answer": ["seven"]}, "Your answer must be a number, like 7"),
        (field("number"), {"answer": ["NaN"]}, "Your answer must be a number, like 7"),
        (
            field("number", validate={"min": 1, "required": True}),
            {"answer": ["0"]},
            "Your answer must be 1 or more",
        ),
        (field("datetime"), posted_date("answer", "31", "2", "2025"),
         "Your answer must be a real date"),
        (field("datetime"), posted_date("answer", "3", "", "2025"),
         "Your answer must include a month"),
        (field("datetime"), posted_date("answer", "3", "2", "25"),
         "Your answer must have a year of 4 numbers"),
        (field("datetime"), posted_date("answer", "3", "June", "2025"),
         "Your answer must be a date, like 27 3 2026"),
        (field("textarea", validate={"required": True, "minLength": 20}), {"answer": ["short"]},
         "Your answer must be 20 characters or more"),
        (field(), {"answer": ["x" * 1001]}, "Your answer must be 1,000 characters or fewer"),
        (field(validate={"required": True, "pattern": "^[A-Z]+$"}), {"answer": ["a"]},
         "Check your answer: it looks wrong"),
        (field("checkbox", label="Seen"), {}, "Tick the box: “Seen”"),
        (field("checklist", values=[{"value": "a"}]), {"answer": ["b"]}, "Select your answer"),
    ],
)  # fmt: skip
def test_a_wrong_answer_says_what_to_do(component, posted, words):
    component = {"validate": {"required": True}, **component}
    assert messages(form(component), posted) == {"answer": words}


def test_a_hostile_pattern_gives_up_quickly():
    one = form(field(validate={"pattern": "^(a+)+$"}))
    assert messages(one, {"answer": ["a" * 900 + "!"]}) == {
        "answer": "Check your answer: it looks wrong"
    }


def test_a_hidden_question_is_neither_required_nor_stored():
    why = field(key="why", conditional={"hide": '=result != "stop"'}, validate={"required": True})
    one = form(radio("result", "go", "stop"), why)
    assert one.validate({"result": ["go"], "why": ["x"]}, {}) == {"result": "go"}
    assert list(messages(one, {"result": ["stop"]})) == ["why"]


def test_an_old_answer_of_the_case_does_not_open_a_question():
    why = field(key="why", conditional={"hide": '=result != "stop"'}, validate={"required": True})
    one = form(radio("result", "go", "stop"), why)
    assert one.validate({}, {"result": "stop"}) == {"result": None}


def test_a_condition_may_read_the_case():
    one = form(field(key="parent", conditional={"hide": "=is_child != true"}))
    assert one.validate({"parent": ["Jo"]}, {"is_child": False}) == {}
    assert one.validate({"parent": ["Jo"]}, {"is_child": True}) == {"parent": "Jo"}


def test_a_check_over_the_answers_and_the_case_refuses_with_its_own_words():
    rule = {"check": "ends > starts", "checkMessage": "The end must be after the start"}
    one = form(field("datetime", "ends", properties=rule))
    late = posted_date("ends", "1", "2", "2025")
    assert messages(one, late, {"starts": date(2025, 3, 1)}) == {
        "ends": "The end must be after the start"
    }
    assert one.validate(late, {"starts": date(2025, 1, 1)}) == {"ends": date(2025, 2, 1)}


def test_rows_of_a_list_are_read_in_order_and_empty_ones_dropped():
    one = form(field("dynamiclist", "acts", components=[field(key="what"), field("number", "n")]))
    posted = {"acts-10-what": ["b"], "acts-2-what": ["a"], "acts-2-n": ["1"], "acts-3-what": [""]}
    assert one.validate(posted, {}) == {
        "acts": [{"what": "a", "n": Decimal(1)}, {"what": "b", "n": None}]
    }


def test_a_wrong_answer_in_a_row_is_named_with_its_row():
    what = field(key="what", label="Action", validate={"required": True})
    one = form(field("dynamiclist", "acts", components=[what, field("number", "n", "Number")]))
    assert messages(one, {"acts-2-n": ["x"]}) == {
        "acts-2-what": "Enter action", "acts-2-n": "Number must be a number, like 7",
    }  # fmt: skip


def test_a_list_with_a_least_number_of_rows_asks_for_them():
    rows = field("dynamiclist", "acts", "Actions", components=[field()], properties={"min": "1"})
    assert messages(form(rows), {}) == {"acts": "Add actions: at least one"}


def test_a_choice_of_people_takes_only_those_offered():
    one = form(field("select", "owner", properties={"choose": "person"}))
    offered = {"person": [Choice("jo", "Jo Smith")]}
    assert one.validate({"owner": ["jo"]}, {}, offered=offered) == {"owner": "jo"}
    with pytest.raises(InvalidInput):
        one.validate({"owner": ["sam"]}, {}, offered=offered)


# --- values as typed ----------------------------------------------------------------------------


def test_values_pass_through_the_same_checks_as_a_page():
    one = form(radio("told", "yes", "no", properties={"yesNo": "true"}),
               field("datetime", "on"), field("number", "votes"),
               field("dynamiclist", "acts", components=[field(key="what")]))  # fmt: skip
    values = {"told": True, "on": date(2025, 4, 3), "votes": 7, "acts": [{"what": "x"}]}
    assert one.validate_values(values, {}) == {**values, "votes": Decimal(7)}


def test_a_value_for_a_question_the_form_does_not_ask_is_refused():
    with pytest.raises(InvalidInput, match="does not ask “b”"):
        form(field(key="a")).validate_values({"b": 1}, {})


def test_a_value_for_a_hidden_question_is_refused():
    one = form(radio("r", "go", "stop"), field(key="why", conditional={"hide": '=r != "stop"'}))
    with pytest.raises(InvalidInput, match="“why” is not asked here"):
        one.validate_values({"r": "go", "why": "x"}, {})


def test_a_draft_keeps_what_was_typed_for_the_forms_own_questions_alone():
    one = form(field("datetime", "on"), field("dynamiclist", "acts", components=[field()]))
    typed = {"on-day": ["thirty"], "acts-1-answer": ["x"]}
    assert one.keep_typed({**typed, "wm-csrf": ["t"], "acts-1-evil": ["y"], "on": ["z"]}) == typed


# --- what a page draws --------------------------------------------------------------------------


def test_a_question_that_hangs_on_one_choice_is_drawn_with_what_opens_it():
    one = form(radio("r", "go", "stop"), field(key="why", conditional={"hide": '=r != "stop"'}))
    drawn = shown(one, {}, {})
    assert drawn[1].reveal is not None
    assert (drawn[1].reveal.key, drawn[1].reveal.values) == ("r", {"stop"})


def test_a_question_that_hangs_on_the_case_is_drawn_or_not():
    one = form(field(conditional={"hide": "=is_child != true"}))
    assert shown(one, {"is_child": False}, {}) == ()
    assert [s.reveal for s in shown(one, {"is_child": True}, {})] == [None]
