"""Elements inside and beside one another: what each does alone it does there, restored at each
step."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import yaml
from sqlalchemy import select

from engine import clock
from engine.commands import messages
from engine.database import Database
from engine.models import history_event
from engine.testing import Scenario
from tests.factories import MORNING, form, forms, ready

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d"
 targetNamespace="urn:waymark:test"><bpmn:message id="m" name="m" />
<bpmn:error id="e" errorCode="broken" /><bpmn:escalation id="s" escalationCode="look" />
<bpmn:signal id="sig" name="sig" />"""
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


def handler(name: str, event: str, *, stops: bool = False) -> str:
    """An event subprocess with one task, `{name}_task`."""
    inside = task(f"{name}_task") + chain(f"{name}_in", f"{name}_task", f"{name}_out")
    return f"""<bpmn:subProcess id="{name}" triggeredByEvent="true"><bpmn:startEvent
      id="{name}_in" isInterrupting="{str(stops).lower()}">{event}</bpmn:startEvent>
      <bpmn:endEvent id="{name}_out" />{inside}</bpmn:subProcess>"""


def test_a_handler_may_be_opened_by_each_of_several_triggers(database: Database) -> None:
    timer = """<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>"""
    run = started(
        database, task("work") + handler("h", MESSAGE + timer) + chain("begin", "work", "done")
    )
    run.action("h_in", "ann", {})
    run.at(MORNING + timedelta(days=2))
    run.action("h_in", "ann", {})
    run.expect_tasks(["work", "h_task", "h_task", "h_task"])


def test_a_condition_opens_a_handler_in_a_part_and_ends_the_rest_of_it(
    database: Database,
) -> None:
    condition = """<bpmn:conditionalEventDefinition><bpmn:condition>n > 5</bpmn:condition>
      </bpmn:conditionalEventDefinition>"""
    inside = task("one") + task("two") + handler("h", condition, stops=True)
    run = started(
        database,
        part("x", inside + chain("x_in", "one", "two", "x_out")) + task("after")
        + chain("begin", "x", "after", "done"),
        **forms(one=form(n="number")),
    )  # fmt: skip
    run.task("one", "ann", {"n": 6})
    run.expect_tasks(["h_task"])
    run.task("h_task", "ann", {})
    run.expect_tasks(["after"])


def test_a_data_object_beside_a_handler_is_the_process_own(database: Database) -> None:
    objects = """<bpmn:dataObject id="note" />
      <bpmn:dataObjectReference id="r" dataObjectRef="note" />"""
    script = '<bpmn:scriptTask id="set"><bpmn:script>{note: "kept"}</bpmn:script></bpmn:scriptTask>'
    drawn = objects + script + task("work") + handler("h", MESSAGE)
    run = started(database, drawn + chain("begin", "set", "work", "done"))
    run.action("h_in", "ann", {})
    run.expect_tasks(["work", "h_task"])
    run.expect_variables({"note": "kept"})


def test_an_ad_hoc_part_for_each_of_a_list_ends_item_by_item(database: Database) -> None:
    inside = f"""<bpmn:adHocSubProcess id="x"><bpmn:multiInstanceLoopCharacteristics>
      <bpmn:loopDataInputRef>["a", "b"]</bpmn:loopDataInputRef>
      </bpmn:multiInstanceLoopCharacteristics>{task("one")}{task("two")}
      <bpmn:completionCondition>enough</bpmn:completionCondition></bpmn:adHocSubProcess>"""
    asks = forms(one=form(enough="yes_no"))
    run = started(database, inside + chain("begin", "x", "done"), **asks)
    run.expect_tasks(["one", "one", "two", "two"])
    run.task("one", "ann", {"enough": True}, item=1)
    run.expect_tasks(["one", "two"])
    run.task("one", "ann", {"enough": True})
    run.expect_ended("done")


def test_a_step_on_whose_edge_several_events_stand_takes_the_first_that_ends_it(
    database: Database,
) -> None:
    timer = """<bpmn:timerEventDefinition><bpmn:timeDuration>P{n}D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>"""
    edges = "".join(
        f'<bpmn:boundaryEvent id="b{n}" attachedToRef="work" cancelActivity="{stops}">'
        f"{timer.format(n=n)}</bpmn:boundaryEvent>"
        + task(f"t{n}")
        + chain(f"b{n}", f"t{n}", "done")
        for n, stops in ((1, "false"), (2, "true"), (3, "true"))
    )
    run = started(database, task("work") + edges + chain("begin", "work", "done"))
    run.at(MORNING + timedelta(days=9))
    run.expect_waits(["t1", "t2"])
    run.task("t2", "ann", {})
    run.task("t1", "ann", {})
    run.expect_ended("done")


def test_a_signal_opens_handlers_of_its_own_case_at_once(database: Database) -> None:
    signal = '<bpmn:signalEventDefinition signalRef="sig" />'
    inside = f"""<bpmn:intermediateThrowEvent id="t">{signal}</bpmn:intermediateThrowEvent>
      {task("first")}{task("work")}{handler("h", signal)}"""
    run = started(database, inside + chain("begin", "first", "t", "work", "done"))
    run.task("first", "ann", {})
    run.expect_tasks(["work", "h_task"])


def test_a_case_begins_by_each_of_several_triggers_of_its_start(database: Database) -> None:
    timer = """<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>"""
    either = f"""<bpmn:startEvent id="either"><bpmn:messageEventDefinition messageRef="m" />{timer}
      </bpmn:startEvent><bpmn:exclusiveGateway id="g" />"""
    drawn = chain("begin", "g", "work", "done") + chain("either", "g")
    with clock.at(MORNING):
        run = started(database, either + task("work") + drawn)
    with clock.at(run.now), database.transaction() as db:
        messages.send(db, "m", "1", {}, idempotency="once")
        messages.send(db, "m", "1", {}, idempotency="once")
    run.at(MORNING + timedelta(days=2))
    with database.reading() as db:
        c = history_event.c
        begun = db.execute(select(c.element_id).where(c.kind == "case.started")).scalars().all()
    assert sorted(begun) == ["begin", "either", "either"]


def test_a_path_that_stops_without_an_end_event_ends_there(database: Database) -> None:
    split = '<bpmn:parallelGateway id="g" />'
    drawn = split + task("one") + task("two") + chain("begin", "g", "one", "done")
    run = started(database, drawn + chain("g", "two"))
    for first, last in (("one", "two"), ("two", "one")):
        run.start("p", "ann", {})
        run.task(first, "ann", {})
        run.expect_tasks([last])
        run.task(last, "ann", {})
        run.expect_status("completed")
    assert run.passed() >= {"one", "two"}
    assert not [name for name in run.passed() if name.startswith("_w_")]
