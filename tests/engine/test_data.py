"""Data objects, inputs and outputs: whose value is seen where, the case restored at every step."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.database import Database
from tests.factories import form, forms, model, ready

pytestmark = pytest.mark.bpmn("Data object, association, ioSpecification")


def test_values_are_copied_into_a_step_and_out_of_it(database: Database) -> None:
    asks = forms(ask=form(amount="number"), check=form(said="text", other="text"))
    run = ready(database, model("data_copied", **asks))
    run.start("data_copied", "ann", {})
    run.task("ask", "ann", {"amount": 5})
    run.expect_tasks(["check"])
    run.task("check", "ann", {"said": "fine", "other": "kept"})
    run.expect_variables({"amount": 5, "verdict": "fine", "other": "kept"})
    assert not {"wanted", "said"} & set(run.variables())


def test_a_data_object_of_a_part_is_known_in_that_part_alone(database: Database) -> None:
    run = ready(database, model("data_copied"))
    run.start("data_copied", "ann", {})
    run.task("ask", "ann", {})
    run.task("check", "ann", {})
    run.task("look", "ann", {})
    run.expect_tasks(["after"])
    run.expect_variables({"total": 1})
    assert "note" not in run.variables()


@pytest.mark.bpmn("Call activity")
def test_a_called_process_with_inputs_sees_those_alone_and_gives_back_its_outputs(
    database: Database,
) -> None:
    asks = forms(before=form(amount="number"))
    run = ready(database, model("caller_of_apart", **asks), model("called_apart"))
    run.start("caller_of_apart", "ann", {})
    run.task("before", "ann", {"amount": 21})
    run.task("inside", "ann", {})
    run.expect_tasks(["after"])
    run.expect_variables({"amount": 21, "doubled": 42})
    assert not {"seen", "private", "n"} & set(run.variables())
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_a_call_without_the_value_it_needs_is_held_and_goes_on_when_it_is_there(
    database: Database,
) -> None:
    called = model("called_apart")
    wants = called["process.bpmn"].replace(b'name="n"', b'name="missing"')
    run = ready(database, model("caller_of_apart"), {**called, "process.bpmn": wants})
    run.start("caller_of_apart", "ann", {})
    run.task("before", "ann", {})
    run.expect_status("incident")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"<bpmn:targetRef>check_in", b"<bpmn:targetRef>ghost"), "bpmn.unknown_reference"),
        (
            (b"</bpmn:dataInputAssociation>", b"<bpmn:assignment /></bpmn:dataInputAssociation>"),
            "bpmn.association_calculates",
        ),
    ],
)
def test_what_would_not_be_copied_is_refused(change: tuple[bytes, bytes], code: str) -> None:
    source = model("data_copied")["process.bpmn"]
    assert definitions.lint_diagram(source) == []
    found = definitions.lint_diagram(source.replace(*change))
    assert [(p.code, p.element_id) for p in found] == [(code, "check")]
