"""The server's drawing of a diagram: what it shows, what it says aloud, what it never contains."""

from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.drawing import Mark, draw, hidden_in
from engine.bpmn.lettering import width_of, wrap
from engine.errors import InvalidDefinition

PROCESSES = Path(__file__).parents[3] / "processes"
SVG = "{http://www.w3.org/2000/svg}"
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:w="http://www.omg.org/spec/DD/20100524/DI" id="d">'
)


def diagram(elements: str, drawn: str) -> bytes:
    plane = f'<di:BPMNDiagram><di:BPMNPlane bpmnElement="p">{drawn}</di:BPMNPlane></di:BPMNDiagram>'
    return f'{HEAD}<process id="p">{elements}</process>{plane}</definitions>'.encode()


def shape(element: str, x: float = 0, extra: str = "", size: str = '100" height="80') -> str:
    bounds = f'<dc:Bounds x="{x}" y="0" width="{size}"/>'
    return f'<di:BPMNShape bpmnElement="{element}" {extra}>{bounds}</di:BPMNShape>'


def parsed(svg: str) -> etree._Element:
    return etree.fromstring(svg)


def words(svg: str) -> str:
    return " ".join("".join(t.itertext()) for t in parsed(svg).iter(f"{SVG}tspan", f"{SVG}text"))


ONE_TASK = diagram('<userTask id="ask" name="Ask for consent"/>', shape("ask"))
FOLDERS = sorted(PROCESSES.glob("*/process.bpmn"))


@pytest.mark.parametrize("path", FOLDERS, ids=lambda p: p.parent.name)
def test_every_process_is_drawn_without_a_style_attribute_or_an_id(path: Path) -> None:
    svg = parsed(draw(path.read_bytes(), title="A process"))
    assert not [e for e in svg.iter() if "style" in e.attrib or "id" in e.attrib]
    assert not list(svg.iter(f"{SVG}style", f"{SVG}script"))


@pytest.mark.parametrize("path", FOLDERS, ids=lambda p: p.parent.name)
def test_every_node_of_a_process_is_a_link_with_its_name(path: Path) -> None:
    kinds = ("Task", "Event", "Gateway", "callActivity", "subProcess")
    root = etree.parse(path).getroot()
    nodes = {
        e.get("id"): e.get("name")
        for e in root.iter("{http://www.omg.org/spec/BPMN/20100524/MODEL}*")
        if str(e.tag).endswith(kinds)
    }
    source = path.read_bytes()
    links = {n: f"#{n}" for n in nodes}
    found: dict[str, str | None] = {}
    for plane in (None, *sorted(set(hidden_in(source).values()))):
        svg = parsed(draw(source, links=links, plane=plane))
        found |= {a.get("href", "")[1:]: a.get("aria-label") for a in svg.iter(f"{SVG}a")}
    assert found == {node: name or node for node, name in nodes.items()}


def test_a_drawing_without_links_is_one_image_with_a_title() -> None:
    svg = parsed(draw(ONE_TASK, title="Consent & more"))
    assert (svg.get("role"), svg.get("aria-label")) == ("img", "Consent & more")
    assert svg[0].tag == f"{SVG}title"
    assert svg[0].text == "Consent & more"


def test_a_link_says_its_counts_aloud() -> None:
    marks = {"ask": Mark(cases=12, problems=1)}
    svg = parsed(draw(ONE_TASK, marks=marks, links={"ask": "/cases?at=ask&page=1"}))
    link = svg.find(f".//{SVG}a")
    assert svg.get("role") == "group"
    assert link is not None
    assert link.get("href") == "/cases?at=ask&page=1"
    assert link.get("aria-label") == "Ask for consent: 12 cases, 1 problem"


def test_counts_stand_as_sign_and_number() -> None:
    shown = words(draw(ONE_TASK, marks={"ask": Mark(cases=1200, problems=3)}))
    assert "● 1,200" in shown
    assert "▲ 3" in shown


def test_the_present_step_has_a_thick_outline() -> None:
    svg = parsed(draw(ONE_TASK, marks={"ask": Mark(here=True)}))
    outlines = [e for e in svg.iter(f"{SVG}rect") if e.get("class") == "d-here"]
    assert [e.get("stroke-width") for e in outlines] == ["4"]


def test_a_passed_step_is_marked_by_a_class() -> None:
    assert "is-passed" in draw(ONE_TASK, marks={"ask": Mark(passed=True)})


def test_no_drawing_data_gives_nothing() -> None:
    assert draw(f'{HEAD}<process id="p"/></definitions>'.encode()) == ""


def test_an_unknown_element_is_a_labelled_box() -> None:
    svg = draw(diagram('<choreographyTask id="c" name="Odd thing"/>', shape("c")))
    assert "d-unknown" in svg
    assert "Odd thing" in words(svg)


def test_names_are_text_and_never_markup() -> None:
    name = "&lt;script&gt;alert(1)&lt;/script&gt;"
    svg = draw(diagram(f'<userTask id="ask" name="{name}"/>', shape("ask")), links={"ask": '"><b'})
    assert "<script" not in svg
    assert "<b" not in svg.replace("<body", "")


def test_a_file_with_a_doctype_is_refused() -> None:
    with pytest.raises(InvalidDefinition):
        draw(b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>')


@pytest.mark.parametrize("width", ["nan", "1e99", "-5", "wide"])
def test_a_shape_without_a_sensible_place_is_left_out(width: str) -> None:
    source = ONE_TASK.decode().replace('width="100"', f'width="{width}"')
    assert draw(source.encode()) == ""


def test_a_collapsed_subprocess_is_drawn_on_its_own_plane() -> None:
    elements = '<subProcess id="sub" name="Outer"><userTask id="in" name="Inner"/></subProcess>'
    inner = f'<di:BPMNDiagram><di:BPMNPlane bpmnElement="sub">{shape("in")}</di:BPMNPlane>'
    source = diagram(elements, shape("sub", extra='isExpanded="false"')).replace(
        b"</definitions>", f"{inner}</di:BPMNDiagram></definitions>".encode()
    )
    assert "Outer" in words(draw(source))
    assert "Inner" not in words(draw(source))
    assert words(draw(source, plane="sub")).split()[:1] == ["Inner"]
    assert draw(source, plane="elsewhere") == ""


EVENTS = {
    "message": "messageEventDefinition",
    "timer": "timerEventDefinition",
    "terminate": "terminateEventDefinition",
    "error": "errorEventDefinition",
    "escalation": "escalationEventDefinition",
    "signal": "signalEventDefinition",
}


@pytest.mark.parametrize("definition", EVENTS.values(), ids=EVENTS)
def test_an_event_shows_the_sign_of_what_it_waits_for_or_does(definition: str) -> None:
    plain = draw(diagram('<endEvent id="e"/>', shape("e")))
    marked = draw(diagram(f'<endEvent id="e"><{definition}/></endEvent>', shape("e")))
    assert marked.count("<path") == plain.count("<path") + 1


def test_a_boundary_that_does_not_interrupt_is_dashed() -> None:
    event = '<boundaryEvent id="b" attachedToRef="t" cancelActivity="{}"/><userTask id="t"/>'
    assert "stroke-dasharray" in draw(diagram(event.format("false"), shape("b")))
    assert "stroke-dasharray" not in draw(diagram(event.format("true"), shape("b")))


def test_a_task_for_many_shows_three_bars() -> None:
    many = '<userTask id="t"><multiInstanceLoopCharacteristics/></userTask>'
    assert "M4 3v10M8 3v10M12 3v10" in draw(diagram(many, shape("t")))


def test_a_call_activity_has_a_thick_border() -> None:
    assert 'stroke-width="4"' in draw(diagram('<callActivity id="c"/>', shape("c")))


def test_a_flow_has_an_arrowhead_at_its_end_and_its_label() -> None:
    ends = '<w:waypoint x="0" y="0"/><w:waypoint x="200" y="0"/>'
    source = diagram(
        '<userTask id="ask"/><sequenceFlow id="f" name="Yes"/>',
        shape("ask") + f'<di:BPMNEdge bpmnElement="f">{ends}</di:BPMNEdge>',
    )
    svg = parsed(draw(source))
    heads = [e.get("points", "") for e in svg.iter(f"{SVG}polygon") if e.get("class") == "d-arrow"]
    assert [points.split()[0] for points in heads] == ["200,0"]
    assert "Yes" in words(draw(source))


def test_a_lane_named_by_a_role_key_reads_as_words() -> None:
    source = diagram('<laneSet><lane id="l" name="safeguarding_lead"/></laneSet>', shape("l"))
    assert "Safeguarding lead" in words(draw(source))


def test_words_are_wrapped_to_the_width_and_cut_at_the_last_line() -> None:
    lines = wrap("Record the decision of the panel and who voted for it in which way", 80, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width_of(line) <= 95 for line in lines)


def test_a_word_wider_than_the_box_is_broken() -> None:
    assert len(wrap("W" * 40, 60, most=20)) > 5
