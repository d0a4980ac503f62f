"""Links, owners, keys, pools, planes and several starts, restored at each step."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import definitions
from engine.bpmn.drawing import draw
from engine.commands import cases
from engine.database import Database
from engine.errors import InvalidInput
from engine.models import task_role, user_task
from tests.factories import form, forms, model, ready

SHORT = forms(ask=form(short="yes_no"))


@pytest.mark.bpmn("Link throw and catch")
def test_each_throwing_link_leads_to_the_catching_one_of_its_name(database: Database) -> None:
    run = ready(database, model("links", **SHORT))
    for short in (True, False):
        run.start("links", "ann", {})
        run.task("ask", "ann", {"short": short})
        if not short:
            run.task("work", "ann", {})
        run.expect_tasks(["last"])
        run.task("last", "ann", {})
        run.expect_ended("done")


@pytest.mark.bpmn("Link throw and catch")
@pytest.mark.parametrize("name", ["another", "the end"])
def test_a_link_that_leads_nowhere_or_to_two_places_is_refused(name: str) -> None:
    source = model("links")["process.bpmn"]
    assert definitions.lint_diagram(source) == []
    second = f"""<bpmn:intermediateCatchEvent id="too"><bpmn:linkEventDefinition name="{name}" />
      </bpmn:intermediateCatchEvent>
      <bpmn:sequenceFlow id="f9" sourceRef="too" targetRef="last" />"""
    if name == "another":
        source = source.replace(
            b'id="here" name="The end"><bpmn:linkEventDefinition name="the',
            b'id="here" name="The end"><bpmn:linkEventDefinition name="another',
        )
    else:
        source = source.replace(b"</bpmn:process>", second.encode() + b"</bpmn:process>")
    found = [p for p in definitions.lint_diagram(source) if p.code == "bpmn.link"]
    assert {p.element_id for p in found} == {"away", "off"}


@pytest.mark.bpmn("Lane, nested lane")
@pytest.mark.bpmn("User task, manual task")
def test_a_task_is_of_the_innermost_lane_or_of_its_drawn_owner(database: Database) -> None:
    run = ready(database, model("owned"))
    run.start("owned", "cat", {})
    run.task("outer", "cat", {})
    run.task("inner", "ann", {})
    run.expect_tasks(["own"])
    with database.reading() as db:
        c, t = task_role.c, user_task.c
        found = db.execute(select(t.element_id, c.role).join(task_role, c.task_id == t.id)).all()
    assert [tuple(row) for row in found] == [("own", "boss")]
    run.task("own", "cat", {})
    run.expect_ended("done")


@pytest.mark.bpmn("User task, manual task")
def test_an_owner_that_names_no_role_is_refused() -> None:
    source = model("owned")["process.bpmn"]
    assert definitions.lint_diagram(source) == []
    found = definitions.lint_diagram(source.replace(b">boss<", b"> <"))
    assert ("bpmn.unknown_role", "own") in [(p.code, p.element_id) for p in found]
    assert "cannot be read" in found[0].message


@pytest.mark.bpmn("Receive task; message catch")
def test_a_drawn_key_is_the_key_of_what_is_sent_and_awaited(database: Database) -> None:
    asks = forms(ask=form(order_number="text", sends="yes_no"))
    run = ready(database, model("correlated", **asks))
    waiting = {}
    for number in ("12", "13"):
        run.start("correlated", "ann", {})
        run.task("ask", "ann", {"order_number": number, "sends": False})
        run.expect_waits(["hear"])
        waiting[number] = run.instance_id
    run.start("correlated", "ann", {})
    run.task("ask", "ann", {"order_number": "13", "sends": True})
    run.instance_id = waiting["12"]
    run.expect_waits(["hear"])
    run.instance_id = waiting["13"]
    run.expect_tasks(["after"])
    run.expect_variables({"answer": "yes"})


@pytest.mark.bpmn("Several plain starts")
def test_of_several_starts_the_chosen_one_begins_the_case_alone(database: Database) -> None:
    run = ready(database, model("two_starts"))
    with pytest.raises(InvalidInput, match="Choose how"):
        run.start("two_starts", "ann", {})
    with database.transaction() as db:
        actor = run._actor(db, "ann")
        begun = cases.start_case(db, "two_starts", {}, actor=actor, start_event="by_letter")
        run.instance_id = begun.instance_id
    run.expect_tasks(["letter"])
    run.task("letter", "ann", {})
    run.expect_ended("done")
    told = definitions.lint_diagram(model("two_starts")["process.bpmn"])
    assert [(p.code, p.severity) for p in told] == [("bpmn.several_starts", "warning")]


@pytest.mark.bpmn("Several flows out of a task")
def test_of_several_ways_with_conditions_those_that_hold_are_taken_else_the_default(
    database: Database,
) -> None:
    run = ready(database, model("some_ways", **forms(ask=form(red="yes_no", blue="yes_no"))))
    for red, blue, expected in (
        (True, True, ["red", "blue"]),
        (False, True, ["blue"]),
        (False, False, ["plain"]),
    ):
        run.start("some_ways", "ann", {})
        run.task("ask", "ann", {"red": red, "blue": blue})
        run.expect_tasks(expected)


@pytest.mark.bpmn("Pool, black-box pool")
@pytest.mark.bpmn("Collapsed subprocess with its own plane")
def test_pools_and_notes_are_picture_and_a_part_has_a_plane_of_its_own(
    database: Database,
) -> None:
    source = model("pools")["process.bpmn"]
    assert definitions.lint_diagram(source) == []
    run = ready(database, model("pools"))
    run.start("pools", "ann", {})
    run.task("ask", "ann", {})
    run.task("inside", "ann", {})
    run.expect_ended("done")
    assert "Inside" not in draw(source)
    assert "Inside" in draw(source, plane="part")
