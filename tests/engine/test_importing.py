"""Diagrams of other tools: converted where they mean the same, listed, else refused by name."""

from __future__ import annotations

import re

import pytest

from engine import definitions
from engine.bpmn import importing, xml
from engine.bpmn.elements import elements_of
from engine.bpmn.importing import juel
from engine.database import Database
from engine.errors import InvalidDefinition
from tests.factories import MODELS, form, forms, model, ready

pytestmark = pytest.mark.bpmn("Settings of other tools")
FOLDER = MODELS / "import"
FILES = sorted(path.name for path in FOLDER.glob("*.bpmn"))
IGNORED = {
    "camunda7_code.bpmn": {
        "camunda:initiator", "camunda:candidateUsers", "camunda:assignee", "camunda:followUpDate",
        "camunda:priority", "camunda:formData", "camunda:taskListener", "camunda:inputOutput",
        "camunda:class", "camunda:resultVariable", "camunda:mapDecisionResult", "camunda:out",
        "camunda:executionListener",
    },
    "camunda8_code.bpmn": {
        "zeebe:ioMapping", "zeebe:taskHeaders", "zeebe:calledDecision", "zeebe:calledElement",
        "zeebe:assignmentDefinition", "zeebe:priorityDefinition", "zeebe:executionListeners",
    },
    "flowable_code.bpmn": {
        "flowable:initiator", "flowable:type", "flowable:field", "flowable:expression",
    },
    "spiff_code.bpmn": {"spiffworkflow:allowGuest"},
}  # fmt: skip


def converted(name: str) -> importing.Imported:
    return importing.convert((FOLDER / name).read_bytes(), name)


def folder(name: str, **more: str) -> dict[str, bytes]:
    """The converted diagram as a process folder that all may start."""
    return {**model("sequence", **more), "process.bpmn": prefixed(converted(name).source)}


def prefixed(source: bytes) -> bytes:
    """The folder is named by the process's id, which the tests read by this prefix."""
    return (
        source.replace(b"<process id=", b"<bpmn:process id=")
        .replace(b"</process>", b"</bpmn:process>")
        .replace(b"<definitions ", f'<definitions xmlns:bpmn="{xml.BPMN}" '.encode())
    )


@pytest.mark.parametrize("name", FILES)
def test_every_setting_is_converted_or_refused_by_name(name: str) -> None:
    found = definitions.lint_diagram(converted(name).source, name)
    refused = [p for p in found if p.code == "bpmn.unknown_setting"]
    named = {re.sub(r".*ignore: (.*)\.", r"\1", p.message) for p in refused}
    assert named == IGNORED.get(name, set())
    assert all(p.element_id and p.repair and p.line for p in refused)


@pytest.mark.parametrize("name", FILES)
def test_what_was_converted_is_listed_and_a_second_reading_converts_nothing(name: str) -> None:
    first = converted(name)
    assert all(p.code == "import.converted" and p.severity == "warning" for p in first.findings)
    again = importing.convert(first.source, name)
    assert (again.source, again.findings, again.words()) == (first.source, [], "")


def test_a_diagram_of_ours_stays_as_it_was_byte_for_byte() -> None:
    for path in MODELS.glob("*.bpmn"):
        source = path.read_bytes()
        assert importing.convert(source).source == source


def test_the_settings_of_camunda_7_become_ours() -> None:
    root = xml.read(converted("camunda7.bpmn").source)
    assert [i.get("id") for i in root.iter(xml.tag("inputDataItem"))] == ["item_each"]
    found = elements_of(root).elements
    assert found["ask"].properties == {
        "formFilename": "expense.form",
        "roles": '["worker", "boss"]',
        "due": 'now() + duration("P3D")',
    }
    assert found["approve"].properties["assignee"] == '"bob"'
    repeat = found["each"].repeat
    assert repeat is not None
    assert (repeat.collection, repeat.item) == ("people", "one")
    tell = elements_of(xml.read(converted("camunda7_code.bpmn").source)).elements["tell"]
    assert tell.properties == {"connector": "email", "attempts": "3", "backOff": "PT10M"}


def test_a_message_key_of_camunda_8_comes_to_the_events_that_wait_for_it() -> None:
    found = elements_of(xml.read(converted("camunda8.bpmn").source)).elements
    assert found["wait"].properties["key"] == "order"
    assert found["check"].called == "called"


def test_a_converted_diagram_of_camunda_7_runs(database: Database) -> None:
    asks = {
        "forms/expense.form": form(amount="number", paid="yes_no", people="list"),
        "forms/approve.form": form(said="text"),
    }
    run = ready(database, folder("camunda7.bpmn", **asks))
    people = [{"name": "x"}, {"name": "y"}]
    run.start("camunda7", "ann", {})
    run.task("ask", "ann", {"amount": 120, "paid": False, "people": people})
    run.task("approve", "bob", {"said": "yes"})
    run.expect_tasks(["each", "each"])
    run.task("each", "ann", {})
    run.task("each", "ann", {})
    run.expect_ended("done")


def test_a_converted_diagram_of_camunda_8_runs(database: Database) -> None:
    asks = {
        "forms/order.form": form(amount="number", order="text", people="list"),
        **forms(each=form(said="text")),
    }
    run = ready(database, folder("camunda8.bpmn", **asks), model("called"))
    run.start("camunda8", "ann", {})
    values = {"amount": 60, "order": "A1", "people": [{"name": "x"}]}
    run.task("ask", "ann", values)
    run.expect_variables({"total": 120})
    run.task("inside", "ann", {})
    run.expect_waits(["wait"])


def test_a_converted_diagram_of_flowable_runs(database: Database) -> None:
    asks = {"forms/holiday.form": form(days="number")}
    run = ready(database, folder("flowable.bpmn", **asks))
    run.start("flowable", "ann", {})
    run.task("ask", "ann", {"days": 7})
    run.task("approve", "cat", {})
    run.expect_ended("done")


def test_a_converted_diagram_of_spiffworkflow_runs(database: Database) -> None:
    run = ready(database, folder("spiff.bpmn"))
    run.start("spiff", "ann", {})
    run.expect_variables({"text": "hello"})
    run.task("ask", "ann", {})
    run.expect_ended("done")


@pytest.mark.parametrize(
    ("juel_text", "feel_text"),
    [
        ("${approved}", "approved"),
        ("${!approved}", "not(approved)"),
        ("${amount > 100 && status == 'open'}", 'amount > 100 and status = "open"'),
        ("#{a.b eq 'x' or !(c)}", 'a.b = "x" or not(c)'),
        ("${x and (y)}", "x and (y)"),
        ("${execution.getVariable('x')}", None),
        ("${bean.run()}", None),
        ("${empty x}", None),
        ("${a}${b}", None),
        ("${ }", None),
        ("${'}", None),
        ("${a ? b : c}", None),
    ],
)
def test_an_expression_of_another_tool_is_said_in_feel_or_left(
    juel_text: str, feel_text: str | None
) -> None:
    assert juel.feel_of(juel_text) == feel_text


HOSTILE = [
    b'<camunda:in xmlns:camunda="http://camunda.org/schema/1.0/bpmn"/>',
    b'<extensionElements><z:calledElement xmlns:z="http://camunda.org/schema/zeebe/1.0"/>'
    b'<z:loopCharacteristics xmlns:z="http://camunda.org/schema/zeebe/1.0" inputCollection="="/>'
    b'<z:script xmlns:z="http://camunda.org/schema/zeebe/1.0" expression="=" />'
    b"</extensionElements>",
    b'<userTask id="t" xmlns:c="http://camunda.org/schema/1.0/bpmn" c:assignee="${" c:dueDate="=="'
    b' c:formKey="${f}" c:candidateGroups="" c:topic="${t}" c:collection="x"/>',
    b'<sequenceFlow id="f"><conditionExpression>${\n</conditionExpression></sequenceFlow>',
    b'<x:y xmlns:x="urn:x"><x:z x:a="1"/></x:y>',
]


@pytest.mark.parametrize("inside", HOSTILE)
def test_broken_settings_are_answered_and_never_a_raw_error(inside: bytes) -> None:
    source = (
        f'<definitions xmlns="{xml.BPMN}"><process id="p" isExecutable="true">'.encode()
        + inside
        + b"</process></definitions>"
    )
    found = definitions.lint_diagram(importing.convert(source).source)
    assert all(problem.message for problem in found)


def test_settings_of_a_tool_we_do_not_know_are_ignored_and_said_once() -> None:
    source = (MODELS / "sequence.bpmn").read_bytes()
    strange = source.replace(b"<bpmn:userTask ", b'<bpmn:userTask xmlns:q="urn:q" q:a="1" q:b="2" ')
    told = [p for p in definitions.lint_diagram(strange) if p.code == "bpmn.foreign_ignored"]
    assert [(p.severity, "urn:q" in p.message) for p in told] == [("warning", True)]


def test_a_file_that_is_no_diagram_is_refused_in_words() -> None:
    with pytest.raises(InvalidDefinition, match="not a BPMN"):
        importing.convert(b"no xml at all")
