"""What is refused or told at publishing, element by element, in words that name the element."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.errors import Problem

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
    id="definitions" targetNamespace="urn:waymark:test">"""
SPLIT = """<bpmn:sequenceFlow id="a1" sourceRef="g" targetRef="one" />
    <bpmn:sequenceFlow id="a2" sourceRef="g" targetRef="two" />
    <bpmn:userTask id="one" name="One" /><bpmn:userTask id="two" name="Two" />"""
JOINED = """<bpmn:sequenceFlow id="b1" sourceRef="one" targetRef="j" />
    <bpmn:sequenceFlow id="b2" sourceRef="two" targetRef="j" />"""


def findings(inside: str, *, above: str = "", first: str = "x", last: str = "x") -> list[Problem]:
    """What is said of begin → `first` … `last` → done, with `inside` between them."""
    source = f"""{HEAD}{above}<bpmn:process id="p" name="P" isExecutable="true">
      <bpmn:startEvent id="begin" /><bpmn:endEvent id="done" />
      <bpmn:sequenceFlow id="f_first" sourceRef="begin" targetRef="{first}" />
      <bpmn:sequenceFlow id="f_last" sourceRef="{last}" targetRef="done" />{inside}
      </bpmn:process></bpmn:definitions>"""
    return definitions.lint_diagram(source.encode())


def refused(inside: str, words: str, **more: str) -> None:
    found = [p for p in findings(inside, **more) if p.severity == "error"]
    assert any(words in p.message for p in found), [p.message for p in found]
    assert all(p.element_id for p in found)


def told(inside: str, words: str, **more: str) -> None:
    found = findings(inside, **more)
    assert [p for p in found if p.severity == "error"] == []
    assert any(words in p.message for p in found), [p.message for p in found]


def node(kind: str, inside: str = "", **attributes: str) -> str:
    given = {"id": "x", "name": "Step", **attributes}
    text = " ".join(f'{key}="{value}"' for key, value in given.items())
    return f"<bpmn:{kind} {text}>{inside}</bpmn:{kind}>"


def beside(event: str, **attributes: str) -> str:
    """A task with an event on its edge that leads to the end."""
    given = {"id": "b", "name": "Beside", "attachedToRef": "x", **attributes}
    text = " ".join(f'{key}="{value}"' for key, value in given.items())
    return f"""{node("userTask")}<bpmn:boundaryEvent {text}>{event}</bpmn:boundaryEvent>
      <bpmn:sequenceFlow id="f_b" sourceRef="b" targetRef="done" />"""


@pytest.mark.bpmn("Task without a type")
def test_a_task_without_a_type_is_refused() -> None:
    refused(node("task"), "“Step” has no type, so nobody would be asked to do it.")


@pytest.mark.bpmn("Script task")
@pytest.mark.parametrize("script", ["import os", "x += 1", "print(1)", ""])
def test_a_script_that_is_not_feel_is_refused(script: str) -> None:
    refused(node("scriptTask", f"<bpmn:script>{script}</bpmn:script>"), "“Step”")


@pytest.mark.bpmn("Script task")
def test_scripts_of_another_engine_before_and_after_a_task_are_refused() -> None:
    other = "<bpmn:extensionElements><spiffworkflow:preScript>x = 1</spiffworkflow:preScript>"
    refused(node("userTask", f"{other}</bpmn:extensionElements>"), "Scripts are written in FEEL")


@pytest.mark.bpmn("Service, send task")
def test_a_service_task_that_calls_nothing_is_refused() -> None:
    refused(node("serviceTask"), "Choose what “Step” should call")


@pytest.mark.bpmn("Receive task or event gateway that starts the process")
def test_a_receive_task_or_event_gateway_starts_no_case() -> None:
    message = '<bpmn:message id="m" name="m" />'
    start = "Start with a message start event, then"
    refused(node("receiveTask", instantiate="true", messageRef="m"), start, above=message)
    refused(node("eventBasedGateway", instantiate="true"), start)


@pytest.mark.bpmn("Business rule task")
def test_a_rule_task_without_its_table_is_refused() -> None:
    refused(node("businessRuleTask"), "“Step” asks no decision")


@pytest.mark.bpmn("Call activity")
def test_a_call_of_nothing_of_a_task_or_of_itself_is_refused() -> None:
    refused(node("callActivity"), "“Step” calls no process")
    refused(
        node("callActivity", calledElement="g"),
        "“Step” calls a task, not a process.",
        above='<bpmn:globalUserTask id="g" name="G" />',
    )
    refused(node("callActivity", calledElement="p"), "without a wait")
    told(node("callActivity", calledElement="elsewhere"), "does not exist")


@pytest.mark.bpmn("Embedded subprocess")
def test_a_part_needs_one_start_and_an_end() -> None:
    start, end = '<bpmn:startEvent id="s{n}" />', '<bpmn:endEvent id="e" />'
    flow = '<bpmn:sequenceFlow id="i{n}" sourceRef="s{n}" targetRef="{to}" />'
    two = "".join((start + flow).format(n=n, to="e") for n in (1, 2))
    refused(node("subProcess", two + end), "“Step” needs one start (has 2)")
    refused(node("subProcess"), "“Step” needs one start (has 0)")
    task = '<bpmn:userTask id="t" />'
    refused(node("subProcess", start.format(n=1) + flow.format(n=1, to="t") + task), "no end")


@pytest.mark.bpmn("Event subprocess")
def test_a_handler_that_nothing_opens_or_that_a_flow_leads_to_is_refused() -> None:
    inside = """<bpmn:startEvent id="s" name="Opened" /><bpmn:endEvent id="e" />
      <bpmn:sequenceFlow id="i" sourceRef="s" targetRef="e" />"""
    handler = node("subProcess", inside, id="h", triggeredByEvent="true")
    refused(node("userTask") + handler, "“Opened” should say what opens “Step”")
    flow = '<bpmn:sequenceFlow id="f_h" sourceRef="x" targetRef="h" />'
    refused(node("userTask") + handler + flow, "no flow may lead to it")


@pytest.mark.bpmn("Exclusive gateway")
def test_a_way_out_without_a_condition_is_refused_and_no_default_is_told() -> None:
    gateway = node("exclusiveGateway", id="g", name="Which")
    refused(gateway + SPLIT + JOINED + node("exclusiveGateway", id="j"),
            "“Which” has a way out without a condition", first="g", last="j")  # fmt: skip
    conditional = SPLIT.replace(" />", "><bpmn:conditionExpression>a</bpmn:conditionExpression>"
                                "</bpmn:sequenceFlow>", 2)  # fmt: skip
    told(gateway + conditional + JOINED + node("exclusiveGateway", id="j"),
         "“Which” has no default way", first="g", last="j")  # fmt: skip


@pytest.mark.bpmn("Parallel gateway")
def test_a_join_that_is_the_entry_of_a_loop_is_refused() -> None:
    inside = f"""{node("parallelGateway", id="j", name="Both")}{node("userTask")}
      <bpmn:exclusiveGateway id="g" default="f_last" />
      <bpmn:sequenceFlow id="i1" sourceRef="j" targetRef="x" />
      <bpmn:sequenceFlow id="i2" sourceRef="x" targetRef="g" />
      <bpmn:sequenceFlow id="i3" sourceRef="g" targetRef="j">
        <bpmn:conditionExpression>again</bpmn:conditionExpression></bpmn:sequenceFlow>"""
    refused(inside, "“Both” waits for ways that cannot all come", first="j", last="g")


@pytest.mark.bpmn("Inclusive gateway")
def test_an_inclusive_way_without_a_condition_is_always_taken() -> None:
    gateways = node("inclusiveGateway", id="g") + node("inclusiveGateway", id="j")
    assert findings(gateways + SPLIT + JOINED, first="g", last="j") == []


@pytest.mark.bpmn("Complex gateway")
def test_a_complex_gateway_is_refused() -> None:
    refused(node("complexGateway"), "complex gateway “Step” is not supported. Use inclusive")


@pytest.mark.bpmn("Condition on the only flow out of a task")
def test_a_condition_on_the_only_way_out_is_refused() -> None:
    inside = f"""{node("userTask")}{node("userTask", id="y")}
      <bpmn:sequenceFlow id="i" sourceRef="x" targetRef="y">
        <bpmn:conditionExpression>a</bpmn:conditionExpression></bpmn:sequenceFlow>"""
    refused(inside, "If the condition on “i” is false, the case has no way on", last="y")


@pytest.mark.bpmn("Several flows into a task")
def test_a_step_that_several_ways_may_reach_is_told() -> None:
    gateway = node("parallelGateway", id="g")
    into = JOINED.replace('"j"', '"y"')
    told(gateway + SPLIT + into + node("userTask", id="y", name="Twice"),
         "Several ways can come to “Twice”", first="g", last="y")  # fmt: skip


@pytest.mark.bpmn("Multi-instance, parallel and sequential")
def test_a_step_for_each_needs_a_list_and_no_more_than_a_thousand() -> None:
    many = "<bpmn:multiInstanceLoopCharacteristics>{}</bpmn:multiInstanceLoopCharacteristics>"
    refused(node("userTask", many.format("")), "choose the list")
    number = "<bpmn:loopCardinality>1001</bpmn:loopCardinality>"
    refused(node("userTask", many.format(number)), "1,000 is the most")


@pytest.mark.bpmn("Loop marker")
@pytest.mark.parametrize("maximum", ["0", "-1", "many", "2.5"])
def test_a_loop_needs_a_whole_number_of_times(maximum: str) -> None:
    loop = f'<bpmn:standardLoopCharacteristics loopMaximum="{maximum}" />'
    refused(node("userTask", loop), "must be a positive whole number")
    refused(node("userTask", "<bpmn:standardLoopCharacteristics />"), "repeats without an end")


@pytest.mark.bpmn("Timer catch, boundary")
@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("timeCycle", "0 9 * * 1", "cron is not read"),
        ("timeDuration", "P0.5M", "“Step”"),
        ("timeDuration", "", "no date or duration"),
        ("timeDuration", "-P1D", "negative"),
        ("timeDuration", 'duration("-PT1H")', "negative"),
        ("timeDuration", "P60Y", "more than 50 years away"),
        ("timeCycle", "R/PT30S", "“Step”"),
    ],
)
def test_a_date_that_cannot_be_kept_is_refused(kind: str, text: str, words: str) -> None:
    timer = (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )
    if kind == "timeCycle":
        refused(beside(timer, cancelActivity="false").replace("Beside", "Step"), words)
    else:
        refused(node("intermediateCatchEvent", timer), words)


@pytest.mark.bpmn("Signal throw, catch, boundary, end")
def test_a_signal_without_a_name_is_refused() -> None:
    refused(node("intermediateCatchEvent", "<bpmn:signalEventDefinition />"), "no signal")


@pytest.mark.bpmn("Error end, boundary")
def test_an_error_that_nothing_catches_is_told_and_two_that_catch_it_are_refused() -> None:
    code = '<bpmn:error id="e" errorCode="broken" />'
    thrown = node("endEvent", '<bpmn:errorEventDefinition errorRef="e" />', name="Broken")
    gateway = """<bpmn:exclusiveGateway id="g" default="f_last" />
      <bpmn:sequenceFlow id="i" sourceRef="g" targetRef="x">
      <bpmn:conditionExpression>a</bpmn:conditionExpression></bpmn:sequenceFlow>"""
    told(thrown + gateway, "Nothing in this diagram catches", above=code, first="g", last="g")
    caught = '<bpmn:errorEventDefinition errorRef="e" />'
    twice = beside(caught) + beside(caught).replace('id="b"', 'id="c"').replace(
        node("userTask"), ""
    ).replace('"b"', '"c"').replace("f_b", "f_c")
    refused(twice, "would both catch the same error", above=code)


@pytest.mark.bpmn("Escalation throw, end, boundary")
def test_an_escalation_without_a_code_is_refused() -> None:
    refused(
        node("intermediateThrowEvent", "<bpmn:escalationEventDefinition />"),
        "Escalation “Step” (id x) needs a code.",
    )


@pytest.mark.bpmn("Conditional catch, boundary")
def test_a_condition_event_without_a_condition_is_refused() -> None:
    refused(node("intermediateCatchEvent", "<bpmn:conditionalEventDefinition />"), "no condition")


@pytest.mark.bpmn("Compensation")
@pytest.mark.parametrize(
    "inside",
    [
        beside("<bpmn:compensateEventDefinition />"),
        node("intermediateThrowEvent", "<bpmn:compensateEventDefinition />"),
        node("userTask", isForCompensation="true"),
    ],
)
def test_compensation_is_refused(inside: str) -> None:
    refused(inside, "is not supported. Draw the undoing steps as their own path.")


@pytest.mark.bpmn("Data store")
def test_a_data_store_is_refused() -> None:
    store = '<bpmn:dataStoreReference id="d" name="Cabinet" />'
    refused(node("userTask") + store, "Nothing is kept in the data store “Cabinet”")


@pytest.mark.bpmn("Lane, nested lane")
def test_a_task_outside_the_lanes_is_told() -> None:
    lanes = """<bpmn:laneSet id="l"><bpmn:lane id="l1" name="Worker">
      <bpmn:flowNodeRef>begin</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"""
    told(lanes + node("userTask"), "“Step” is in no lane, though lanes are used")


@pytest.mark.bpmn("Pool, black-box pool")
def test_a_second_collaboration_a_choreography_and_a_conversation_are_refused() -> None:
    two = '<bpmn:collaboration id="c1" /><bpmn:collaboration id="c2" name="Second" />'
    refused(node("userTask"), "“Second” is a second collaboration", above=two)
    refused(node("userTask"), "A choreography", above='<bpmn:choreography id="c" />')
    talk = '<bpmn:collaboration id="c1"><bpmn:conversation id="c" /></bpmn:collaboration>'
    refused(node("userTask"), "A conversation", above=talk)


@pytest.mark.bpmn("`isExecutable` false or missing")
def test_a_process_that_is_not_marked_executable_is_refused() -> None:
    source = f"""{HEAD}<bpmn:process id="p" name="P"><bpmn:startEvent id="s" />
      </bpmn:process></bpmn:definitions>"""
    found = definitions.lint_diagram(source.encode())
    assert "“P” is not marked executable." in [p.message for p in found]


@pytest.mark.bpmn("Unreachable node")
def test_what_nobody_reaches_and_what_hangs_on_nothing_is_refused() -> None:
    refused(node("userTask") + node("userTask", id="y", name="Far"), "ever reach “Far”")
    loose = '<bpmn:sequenceFlow id="loose" sourceRef="{}" targetRef="{}" />'
    refused(node("userTask") + loose.format("x", "ghost"), "Flow “loose” leads nowhere.")
    refused(node("userTask") + loose.format("ghost", "x"), "Flow “loose” starts nowhere.")
    off = beside("<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>"
                 "</bpmn:timerEventDefinition>", attachedToRef="ghost")  # fmt: skip
    refused(off, "is attached to nothing")
    refused(node("userTask") + node("userTask"), "Two elements have the id “x”.")


def test_an_id_like_those_we_add_is_refused() -> None:
    refused(node("userTask") + node("userTask", id="_w_body_p"), "begins with “_w_”")


@pytest.mark.bpmn("Exclusive split into parallel join; loop without a wait")
def test_a_join_of_ways_that_exclude_each_other_and_a_restless_loop_are_refused() -> None:
    conditional = SPLIT.replace(" />", "><bpmn:conditionExpression>a</bpmn:conditionExpression>"
                                "</bpmn:sequenceFlow>", 1)  # fmt: skip
    refused(
        node("exclusiveGateway", id="g", default="a2") + conditional + JOINED
        + node("parallelGateway", id="j", name="Both"),
        "“Both” waits for ways that cannot all come", first="g", last="j",
    )  # fmt: skip
    script = node("scriptTask", "<bpmn:script>{a: 1}</bpmn:script>")
    loop = """<bpmn:exclusiveGateway id="g" default="f_last" />
      <bpmn:sequenceFlow id="i1" sourceRef="x" targetRef="g" />
      <bpmn:sequenceFlow id="i2" sourceRef="g" targetRef="x">
        <bpmn:conditionExpression>a = 1</bpmn:conditionExpression></bpmn:sequenceFlow>"""
    refused(script + loop, "The loop at “Step” (id x) never waits.", last="g")


@pytest.mark.parametrize("name", ["frobnicate", "userTusk"])
def test_an_element_that_is_not_known_is_refused_with_its_line(name: str) -> None:
    refused(node("userTask") + f'<bpmn:{name} id="y" />', f"Waymark does not know “{name}” (line ")


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        (node("userTask", startQuantity="2"), "“Step” sets “startQuantity” to “2”"),
        (
            node("scriptTask", "<bpmn:script>{a: 1}</bpmn:script>", scriptFormat="groovy"),
            "“Step” is written in “groovy”. Scripts are written in FEEL.",
        ),
        (node("eventBasedGateway", eventGatewayType="Parallel"), "eventGatewayType"),
        (node("userTask", urgency="high"), "Waymark does not know the setting “urgency” of “Step”"),
    ],
)
def test_an_attribute_that_would_be_ignored_is_refused(inside: str, words: str) -> None:
    refused(inside, words)


def test_what_no_reader_of_the_file_could_follow_is_refused() -> None:
    inner = """<bpmn:startEvent id="s" /><bpmn:endEvent id="e" /><bpmn:userTask id="t" />
      <bpmn:sequenceFlow id="i" sourceRef="s" targetRef="t" />
      <bpmn:sequenceFlow id="o" sourceRef="t" targetRef="e" />"""
    across = '<bpmn:sequenceFlow id="f" sourceRef="begin" targetRef="t" />'
    refused(node("subProcess", inner) + across, "Flow “f” leads over the edge")
    found = findings(node("userTask") + '<bpmn:endEvent name="Nameless" />')
    assert any("“Nameless” (line" in p.message and "has no id" in p.message for p in found)
    script = "<bpmn:script>{a: 1}</bpmn:script>"
    refused(node("scriptTask", script * 2), "“Step” has more than one script.")
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="2" />'
    event = """<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>"""
    refused(node("intermediateCatchEvent", loop + event), "cannot be done several times")
