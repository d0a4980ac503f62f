"""Jobs inside other shapes: repeats, joins, subprocesses, other versions, a person's hand."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, jobs
from engine.commands import operations
from engine.connectors import Call
from engine.database import Database
from engine.errors import BpmnError
from engine.models import job
from engine.testing import Scenario
from engine.testing.double import Double
from tests.factories import deploy, ready

SERVICE = pytest.mark.bpmn("Service, send task")
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'targetNamespace="t"><bpmn:error id="e" errorCode="refused"/>'
    '<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="start"/>'
)
TAIL = '<bpmn:endEvent id="end"/></bpmn:process></bpmn:definitions>'


def flows(*pairs: str) -> str:
    made = []
    for pair in pairs:
        source, target = pair.split(">")
        made.append(
            f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        )
    return "".join(made)


def service(name: str, say: str, inside: str = "", kind: str = "serviceTask", **more: str) -> str:
    given = {"connector": "double", "input.say": say.replace('"', "&quot;"), **more}
    properties = "".join(
        f'<spiffworkflow:property name="{key}" value="{value}"/>' for key, value in given.items()
    )
    return (
        f'<bpmn:{kind} id="{name}"><bpmn:extensionElements><spiffworkflow:properties>{properties}'
        f"</spiffworkflow:properties></bpmn:extensionElements>{inside}</bpmn:{kind}>"
    )


def user(name: str) -> str:
    return f'<bpmn:userTask id="{name}"/>'


def files(*parts: str) -> dict[str, bytes]:
    text = HEAD + "".join(parts) + TAIL
    manifest = "{title: p, reference: T, start: [anyone], role: worker}"
    return {"process.bpmn": text.encode(), "process.yaml": manifest.encode()}


def started(database: Database, *parts: str) -> tuple[Scenario, Double]:
    double = Double()
    run = ready(database, files(*parts))
    run.start("p", "ann", {})
    return run, double


def work(run: Scenario) -> int:
    with clock.at(run.now):
        return jobs.run_due(run.database)


def operate(run: Scenario, operation: operations.Operation) -> None:
    with run._writing() as db:
        actor = run._actor(db, "cat")
        operations.perform(db, run.instance_id, operation, actor=actor, reason="For the test.")


def rows(run: Scenario) -> list[Any]:
    with run.database.reading() as db:
        return list(db.execute(select(job).order_by(job.c.created_at, job.c.id)).all())


EACH = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{s}">'
    "<bpmn:loopDataInputRef>[1, 2, 3]</bpmn:loopDataInputRef>"
    "<bpmn:loopDataOutputRef>answers</bpmn:loopDataOutputRef>"
    '<bpmn:inputDataItem id="one"/><bpmn:outputDataItem id="answer"/>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)


@SERVICE
@pytest.mark.parametrize(("sequential", "at_once"), [("false", 3), ("true", 1)])
def test_each_of_a_list_has_a_job_and_the_answers_keep_its_order(
    database: Database, sequential: str, at_once: int
) -> None:
    inside = EACH.replace("{s}", sequential)
    run, double = started(
        database, service("ask", "one * 10", inside, result="answer"), user("look"),
        flows("start>ask", "ask>look", "look>end"),
    )  # fmt: skip
    assert len([r for r in rows(run) if r.state == "waiting"]) == at_once
    assert work(run) == 3
    run.expect_waits(["look"])
    run.expect_variables({"answers": [10, 20, 30]})
    assert len(set(double.keys)) == 3


@SERVICE
@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway"])
def test_a_join_waits_for_a_job(database: Database, kind: str) -> None:
    condition = "<bpmn:conditionExpression>true</bpmn:conditionExpression>"
    ways = flows("split>ask", "split>look")
    if kind == "inclusiveGateway":
        ways = ways.replace("/>", f">{condition}</bpmn:sequenceFlow>")
    run, _double = started(
        database, f'<bpmn:{kind} id="split"/><bpmn:{kind} id="join"/>', service("ask", "1"),
        user("look"), user("after"), ways,
        flows("start>split", "ask>join", "look>join", "join>after", "after>end"),
    )  # fmt: skip
    with run._writing() as db:
        from engine.commands import tasks
        from engine.models import user_task

        token = db.execute(select(user_task.c.id)).scalar_one()
        tasks.claim_task(db, token, actor=run._actor(db, "ann"))
        tasks.complete_task(db, token, {}, actor=run._actor(db, "ann"))
    run.expect_waits(["ask"])
    assert work(run) == 1
    run.expect_waits(["after"])


@SERVICE
def test_a_send_task_without_a_message_asks_another_system(database: Database) -> None:
    run, double = started(
        database, service("tell", '"hello"', kind="sendTask"), flows("start>tell", "tell>end")
    )
    assert work(run) == 1
    run.expect_ended("end")
    assert double.seen == [{"say": "hello"}]


@pytest.mark.bpmn("Error from a service job")
def test_an_error_goes_outward_and_cancels_the_other_jobs_of_its_scope(
    database: Database,
) -> None:
    inner = (
        '<bpmn:subProcess id="sub"><bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/>'
        + service("ask", "1") + service("other", "2")
        + '<bpmn:endEvent id="e1"/><bpmn:endEvent id="e2"/>'
        + flows("s>g", "g>ask", "g>other", "ask>e1", "other>e2")
        + '</bpmn:subProcess><bpmn:boundaryEvent id="caught" attachedToRef="sub">'
        '<bpmn:errorEventDefinition errorRef="e"/></bpmn:boundaryEvent>'
    )  # fmt: skip
    run, double = started(
        database, inner, user("after"),
        flows("start>sub", "sub>end", "caught>after", "after>end"),
    )  # fmt: skip

    def refuse(_call: Call) -> None:
        raise BpmnError("refused")

    double.answer = refuse
    assert work(run) == 1
    run.expect_waits(["after"])
    assert sorted(r.state for r in rows(run)) == ["cancelled", "done"]
    run.task("after", "ann", {})
    run.expect_ended("end")


@SERVICE
def test_a_supervisor_skips_a_job_and_its_answer_counts_no_more(database: Database) -> None:
    run, double = started(
        database, service("ask", "1"), user("look"), flows("start>ask", "ask>look", "look>end")
    )
    operate(run, operations.Skip(rows(run)[0].id))
    run.expect_waits(["look"])
    assert [r.state for r in rows(run)] == ["cancelled"]
    assert work(run) == 0
    assert double.keys == []


@SERVICE
def test_a_migrated_case_keeps_its_job_its_key_and_its_attempts(database: Database) -> None:
    shape = (user("look"), flows("start>ask", "ask>look", "look>end"))
    run, double = started(database, service("ask", "1"), *shape)
    before = rows(run)[0]
    newer = files(service("ask", "2", attempts="7"), *shape)
    with database.transaction() as db:
        deploy(db, {"p": newer})
        bound = operations.newest_for(db, "p")
    operate(run, operations.Migrate(bound))
    after = rows(run)[0]
    assert (after.id, after.attempts, after.allowed) == (before.id, 0, 7)
    assert after.definition_id != before.definition_id
    assert work(run) == 1
    assert double.seen == [{"say": 2}]
    run.expect_waits(["look"])


@SERVICE
def test_a_move_back_to_a_service_step_makes_a_job_with_a_key_of_its_own(
    database: Database,
) -> None:
    run, double = started(
        database, service("ask", "1"), user("look"), flows("start>ask", "ask>look", "look>end")
    )
    work(run)
    with database.reading() as db:
        from engine.models import user_task

        token = db.execute(select(user_task.c.id)).scalar_one()
    operate(run, operations.Move("ask", token))
    run.expect_waits(["ask"])
    assert work(run) == 1
    assert len(set(double.keys)) == 2


@SERVICE
def test_the_end_of_a_case_cancels_its_jobs(database: Database) -> None:
    run, double = started(database, service("ask", "1"), flows("start>ask", "ask>end"))
    operate(run, operations.End("not_needed"))
    run.expect_status("cancelled")
    assert [r.state for r in rows(run)] == ["cancelled"]
    assert work(run) == 0
    assert double.keys == []


@SERVICE
def test_a_service_step_has_the_stage_that_is_drawn_on_it(database: Database) -> None:
    run, _double = started(
        database, service("ask", "1", stage="Checks"), flows("start>ask", "ask>end")
    )
    assert run._row().stage == "Checks"
