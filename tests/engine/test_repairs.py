"""Findings that are put right at a press: the finding goes, nothing else changes or appears."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.bpmn import drawing, repairs, xml
from engine.bpmn.elements import elements_of
from engine.errors import NotFound, Problem

HEAD = (
    f'<bpmn:definitions xmlns:bpmn="{xml.BPMN}" xmlns:bpmndi="{xml.BPMNDI}" xmlns:spiff='
    f'"{xml.SPIFF}" xmlns:dc="{repairs.DC}" id="d">'
)
TASK = (
    '<bpmn:startEvent id="s"/><bpmn:userTask id="t" name="Look"/><bpmn:endEvent id="e"/>'
    '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>'
)
ENDED = '<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/>'
PICTURE = (
    '<bpmndi:BPMNDiagram id="x"><bpmndi:BPMNPlane id="y" bpmnElement="p"><bpmndi:BPMNShape id="z" '
    'bpmnElement="t"><dc:Bounds x="100" y="80" width="100" height="80"/></bpmndi:BPMNShape>'
    "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
)
CHOICE = (
    '<bpmn:exclusiveGateway id="g"/><bpmn:endEvent id="e2"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="g"/>'
    '<bpmn:sequenceFlow id="w1" sourceRef="g" targetRef="e"><bpmn:conditionExpression>n = 1'
    "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    '<bpmn:sequenceFlow id="w2" sourceRef="g" targetRef="e2"/>'
)
STORE = (
    ENDED + '<bpmn:dataStoreReference id="ds" name="Files" dataStoreRef="kept"/>'
    '<bpmn:userTask id="u"><bpmn:dataOutputAssociation id="da"><bpmn:targetRef>ds</bpmn:targetRef>'
    "</bpmn:dataOutputAssociation></bpmn:userTask>"
)
CASES = {
    "bpmn.task_without_type": TASK.replace("userTask", "task") + ENDED,
    "bpmn.not_executable": TASK + ENDED,
    "bpmn.flow_no_condition": TASK + CHOICE,
    "bpmn.dangling_flow": TASK
    + ENDED
    + '<bpmn:sequenceFlow id="f3" sourceRef="t" targetRef="no"/>',
    "bpmn.data_store": TASK + STORE,
    "bpmn.no_end_event": TASK.replace('<bpmn:endEvent id="e"/>', ""),
    "bpmn.unknown_property": TASK.replace(
        'name="Look"/>',
        'name="Look"><bpmn:extensionElements><spiff:properties><spiff:property name="nonsense" '
        'value="1"/><spiff:property name="stage" value="x"/></spiff:properties>'
        "</bpmn:extensionElements></bpmn:userTask>",
    )
    + ENDED,
}


def diagram(code: str) -> bytes:
    executable = "" if code == "bpmn.not_executable" else ' isExecutable="true"'
    process = f'<bpmn:process id="p"{executable}>{CASES[code]}</bpmn:process>'
    store = '<bpmn:dataStore id="kept" name="Files"/>' if code == "bpmn.data_store" else ""
    return f"{HEAD}{store}{process}{PICTURE}</bpmn:definitions>".encode()


def found(source: bytes, code: str) -> list[Problem]:
    return [p for p in definitions.lint_diagram(source) if p.code == code]


def test_every_repair_is_tried_here() -> None:
    assert set(CASES) == set(repairs.REPAIRS)


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_repair_takes_its_finding_away_and_brings_no_other(code: str) -> None:
    source = diagram(code)
    before = definitions.lint_diagram(source)
    problem = next(
        p for p in before if p.code == code and repairs.offered(p) and p.element_id != "d"
    )
    after = repairs.apply(source, problem)
    assert problem.element_id not in {p.element_id for p in found(after, code)}
    known = {(p.code, p.element_id) for p in before}
    assert {(p.code, p.element_id) for p in definitions.lint_diagram(after)} <= known
    kept = set(elements_of(xml.read(source)).elements) - {"ds"}
    assert kept <= set(elements_of(xml.read(after)).elements)


def test_a_default_way_is_one_of_the_gateways_own() -> None:
    source = diagram("bpmn.flow_no_condition")
    after = repairs.apply(source, found(source, "bpmn.flow_no_condition")[0])
    assert elements_of(xml.read(after)).elements["g"].default == "w2"


def test_a_store_becomes_a_note_at_its_place_with_its_words_and_line() -> None:
    source = diagram("bpmn.data_store")
    problem = next(p for p in found(source, "bpmn.data_store") if p.element_id == "ds")
    after = xml.read(repairs.apply(source, problem))
    (note,) = after.iter(xml.tag("textAnnotation"))
    assert (note.get("id"), note.findtext(xml.tag("text"))) == ("ds", "Files")
    (line,) = after.iter(xml.tag("association"))
    assert (line.get("id"), line.get("sourceRef"), line.get("targetRef")) == ("da", "u", "ds")
    assert list(after.iter(xml.tag("dataStore"))) == []


def test_an_end_event_is_drawn_behind_the_step_and_joined_to_it() -> None:
    source = diagram("bpmn.no_end_event")
    after = repairs.apply(source, found(source, "bpmn.no_end_event")[0])
    diagram_after = elements_of(xml.read(after))
    assert [f.target for f in diagram_after.out_of("t")] == ["t_end"]
    assert "d-endEvent" not in drawing.draw(source)
    assert "d-endEvent" in drawing.draw(after)


def test_what_a_repair_draws_takes_no_id_that_is_there() -> None:
    taken = diagram("bpmn.no_end_event").replace(b'id="s"', b'id="t_end"')
    source = taken.replace(b'sourceRef="s"', b'sourceRef="t_end"')
    after = repairs.apply(source, found(source, "bpmn.no_end_event")[0])
    assert [f.target for f in elements_of(xml.read(after)).out_of("t")] == ["t_end_"]
    assert after.count(b'id="t_end"') == 1


def test_a_finding_without_a_repair_is_not_repaired() -> None:
    source = diagram("bpmn.not_executable")
    with pytest.raises(NotFound):
        repairs.apply(source, Problem("bpmn.unreachable", "…", element_id="t"))
    with pytest.raises(NotFound):
        repairs.apply(source, Problem("bpmn.not_executable", "…", element_id="nothing"))
