"""Elements inside and beside one another: what each does alone it does there, restored at each
step."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import yaml

from engine.database import Database
from engine.testing import Scenario
from tests.factories import MORNING, form, forms, ready

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d"
 targetNamespace="urn:waymark:test"><bpmn:message id="m" name="m" />
<bpmn:error id="e" errorCode="broken" /><bpmn:escalation id="s" escalationCode="look" />"""
ROLES = """<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="roles"
 value='["worker"]' /></spiffworkflow:properties></bpmn:extensionElements>"""
MESSAGE = f'{ROLES}<bpmn:messageEventDefinition messageRef="m" />'
MANIFEST = yaml.safe_dump({"title": "t", "reference": "T", "start": ["anyone"], "role": "worker"})


def chain(*nodes: str) -> str:
    """A flow from each to the next."""
    return "".join(
        f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}" />'
        for a, b in pairwise(nodes)
    )


def task(name: str, inside: str = "") -> str:
    return f'<bpmn:userTask id="{name}">{inside}</bpmn:userTask>'


def part(name: str, inside: str, kind: str = "subProcess", **attributes: str) -> str:
    """A subprocess from `{name}_in` to `{name}_out`."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"""<bpmn:{kind} id="{name}"{given}><bpmn:startEvent id="{name}_in" />
      <bpmn:endEvent id="{name}_out" />{inside}</bpmn:{kind}>"""


def started(database: Database, inside: str, **more: str) -> Scenario:
    source = f"""{HEAD}<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="begin" />
      <bpmn:endEvent id="done" />{inside}</bpmn:process></bpmn:definitions>"""
    files = {"process.bpmn": source.encode(), "process.yaml": MANIFEST.encode()}
    run = ready(database, {**files, **{path: text.encode() for path, text in more.items()}})
    run.start("p", "ann", {})
    return run


def test_a_terminate_end_ends_its_part_and_the_case_goes_on(database: Database) -> None:
    inside = part(
        "x",
        task("one") + task("two") + '<bpmn:parallelGateway id="g" />'
        '<bpmn:endEvent id="stop"><bpmn:terminateEventDefinition /></bpmn:endEvent>'
        + chain("x_in", "g", "one", "stop") + chain("g", "two", "x_out"),
    )  # fmt: skip
    run = started(database, inside + task("after") + chain("begin", "x", "after", "done"))
    run.expect_tasks(["one", "two"])
    run.task("one", "ann", {})
    run.expect_tasks(["after"])
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_an_error_in_one_of_many_ends_them_all_at_the_edge_of_the_step(database: Database) -> None:
    many = """<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>[1, 2]
      </bpmn:loopDataInputRef></bpmn:multiInstanceLoopCharacteristics>"""
    inside = part(
        "x",
        many + task("one") + '<bpmn:exclusiveGateway id="g" default="g_x_out" />'
        '<bpmn:endEvent id="bad"><bpmn:errorEventDefinition errorRef="e" /></bpmn:endEvent>'
        '<bpmn:sequenceFlow id="f" sourceRef="g" targetRef="bad"><bpmn:conditionExpression>broken'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>" + chain("x_in", "one", "g", "x_out"),
    )  # fmt: skip
    caught = """<bpmn:boundaryEvent id="c" attachedToRef="x"><bpmn:errorEventDefinition
      errorRef="e" /></bpmn:boundaryEvent>"""
    more = task("mend") + task("after") + chain("begin", "x", "after", "done")
    asks = forms(one=form(broken="yes_no"))
    run = started(database, inside + caught + more + chain("c", "mend", "done"), **asks)
    run.expect_tasks(["one", "one"])
    run.task("one", "ann", {"broken": False}, item=1)
    run.task("one", "ann", {"broken": True})
    run.expect_tasks(["mend"])
    run.task("mend", "ann", {})
    run.expect_ended("done")


def test_an_escalation_is_heard_each_time(database: Database) -> None:
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="3" />'
    thrown = """<bpmn:intermediateThrowEvent id="call"><bpmn:escalationEventDefinition
      escalationRef="s" /></bpmn:intermediateThrowEvent>"""
    inside = part("x", loop + task("one") + thrown + chain("x_in", "one", "call", "x_out"))
    heard = """<bpmn:boundaryEvent id="c" attachedToRef="x" cancelActivity="false">
      <bpmn:escalationEventDefinition escalationRef="s" /></bpmn:boundaryEvent>"""
    run = started(
        database,
        inside + heard + task("look") + '<bpmn:endEvent id="seen" />'
        + chain("begin", "x", "done") + chain("c", "look", "seen"),
    )  # fmt: skip
    for round_ in (1, 2, 3):
        run.task("one", "ann", {})
        run.expect_tasks((["one"] if round_ < 3 else []) + ["look"] * round_)


def test_a_receive_task_may_stand_behind_an_event_gateway(database: Database) -> None:
    timer = """<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>"""
    run = started(
        database,
        f"""{task("first")}<bpmn:eventBasedGateway id="g" /><bpmn:receiveTask id="r" messageRef="m">
        {ROLES}</bpmn:receiveTask><bpmn:intermediateCatchEvent id="t">{timer}
        </bpmn:intermediateCatchEvent>{task("late")}"""
        + chain("begin", "first", "g", "r", "done") + chain("g", "t", "late", "done"),
    )  # fmt: skip
    run.task("first", "ann", {})
    run.expect_waits(["r", "t"])
    run.action("r", "ann", {})
    run.expect_ended("done")
    run.start("p", "ann", {})
    run.task("first", "ann", {})
    run.at(MORNING + timedelta(days=2))
    run.expect_waits(["late"])


def test_a_handler_of_an_ad_hoc_part_ends_it_or_stands_beside_it(database: Database) -> None:
    handler = f"""<bpmn:subProcess id="h" triggeredByEvent="true"><bpmn:startEvent id="told">
      {MESSAGE}</bpmn:startEvent>{task("read")}<bpmn:endEvent id="h_out" />
      {chain("told", "read", "h_out")}</bpmn:subProcess>"""
    condition = "<bpmn:completionCondition>enough</bpmn:completionCondition>"
    inside = f"""<bpmn:adHocSubProcess id="x">{task("one")}{task("two")}{handler}{condition}
      </bpmn:adHocSubProcess>{task("after")}{chain("begin", "x", "after", "done")}"""
    run = started(database, inside, **forms(one=form(enough="yes_no")))
    run.expect_tasks(["one", "two"])
    run.task("one", "ann", {"enough": True})
    run.expect_tasks(["after"])
    run.start("p", "ann", {})
    run.action("told", "ann", {})
    run.expect_tasks(["read"])


def test_a_transaction_in_a_loop_is_cancelled_in_its_round(database: Database) -> None:
    inside = part(
        "x",
        task("one") + '<bpmn:exclusiveGateway id="g" default="g_x_out" />'
        '<bpmn:endEvent id="no"><bpmn:cancelEventDefinition /></bpmn:endEvent>'
        '<bpmn:sequenceFlow id="f" sourceRef="g" targetRef="no"><bpmn:conditionExpression>off'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>" + chain("x_in", "one", "g", "x_out"),
        kind="transaction",
    )  # fmt: skip
    caught = """<bpmn:boundaryEvent id="c" attachedToRef="x"><bpmn:cancelEventDefinition />
      </bpmn:boundaryEvent><bpmn:exclusiveGateway id="again" />"""
    run = started(
        database,
        inside + caught + task("sorry") + chain("begin", "again", "x", "done")
        + chain("c", "sorry", "again"),
        **forms(one=form(off="yes_no")),
    )  # fmt: skip
    for _ in range(2):
        run.task("one", "ann", {"off": True})
        run.task("sorry", "ann", {})
    run.task("one", "ann", {"off": False})
    run.expect_ended("done")


def test_links_inside_a_part_stay_in_it(database: Database) -> None:
    link = '<bpmn:linkEventDefinition name="on" />'
    inside = part(
        "x",
        f"""<bpmn:intermediateThrowEvent id="t">{link}</bpmn:intermediateThrowEvent>
        <bpmn:intermediateCatchEvent id="c">{link}</bpmn:intermediateCatchEvent>"""
        + task("one") + chain("x_in", "t") + chain("c", "one", "x_out"),
    )  # fmt: skip
    run = started(
        database,
        inside + inside.replace('"x', '"y').replace('"t', '"u').replace('"c', '"v').replace(
            '"one', '"two'
        ).replace("on_", "w_") + chain("begin", "x", "y", "done"),
    )  # fmt: skip
    run.task("one", "ann", {})
    run.task("two", "ann", {})
    run.expect_ended("done")
