"""What every process folder keeps: words for people, clear drawings, fields that never decide."""

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import feel
from engine.bpmn import xml
from engine.bpmn.elements import Diagram, Element, elements_of
from engine.bpmn.layout import Box, Edge, Shape, layout
from engine.bpmn.rules.expressions import expressions_of

PROCESSES = Path(__file__).parents[2] / "processes"
FOLDERS = sorted(path.parent for path in PROCESSES.glob("*/process.bpmn"))
BASES = ("statute: ", "guidance: ", "local policy", "product default")
UNWANTED = re.compile(r"\b(suspects?|offenders?|the subject|targets?|score of|risk level)\b", re.I)
every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)


@cache
def diagram(folder: Path) -> Diagram:
    return elements_of(xml.read((folder / "process.bpmn").read_bytes()))


def people(folder: Path) -> list[Element]:
    return [e for e in diagram(folder).elements.values() if e.for_people]


def components(folder: Path) -> Iterator[dict[str, Any]]:
    todo = [json.loads(path.read_text()) for path in sorted(folder.glob("forms/*.form"))]
    while todo:
        at = todo.pop()
        todo += at.get("components", [])
        yield at


def expressions(folder: Path) -> Iterator[str]:
    """Every text of the folder that is worked out: settings, conditions, scripts, tables, forms."""
    drawn = diagram(folder)
    for element in drawn.elements.values():
        yield from (text for where, text in expressions_of(element) if where != "prefill")
        yield from [element.script] if element.script else []
    yield from (flow.condition for flow in drawn.flows.values() if flow.condition)
    for path in folder.glob("*.dmn"):
        yield from re.findall(r"<inputExpression.*?<text>(.*?)</text>", path.read_text(), re.S)
    for one in components(folder):
        yield from [hide] if (hide := one.get("conditional", {}).get("hide")) else []
        yield from [check] if (check := one.get("properties", {}).get("check")) else []


@every_folder
def test_every_task_says_what_to_do_by_when_and_why_then(folder: Path) -> None:
    for task in people(folder):
        wanted = {"title", "due", "dueBasis", "stage"}
        assert wanted <= set(task.properties), task.id
        assert task.properties["dueBasis"].startswith(BASES), task.id
        assert task.guidance, task.id
        assert 2 <= len(re.findall(r"[.!?](?:\s|$)", task.guidance)) <= 5, task.id


@every_folder
def test_every_task_and_case_action_has_a_form(folder: Path) -> None:
    asked = {e.id for e in diagram(folder).elements.values() if e.for_people or e.is_action}
    forms = {path.stem for path in folder.glob("forms/*.form")}
    assert asked <= forms
    assert forms - asked <= {"record_concern"}  # a start form


@every_folder
def test_every_way_out_of_a_choice_is_named(folder: Path) -> None:
    drawn = diagram(folder)
    for gateway in (e for e in drawn.elements.values() if e.kind == "exclusiveGateway"):
        ways = drawn.out_of(gateway.id)
        assert len(ways) == 1 or all(way.name for way in ways), gateway.id


@every_folder
def test_no_element_has_the_id_of_a_process(folder: Path) -> None:
    assert not set(diagram(folder).elements) & {other.name for other in FOLDERS}
    assert set(diagram(folder).processes) == {folder.name}


@every_folder
def test_lanes_and_those_who_may_start_are_roles(folder: Path) -> None:
    roles = set(yaml.safe_load((PROCESSES / "roles.yaml").read_text()))
    manifest = yaml.safe_load((folder / "process.yaml").read_text())
    assert set(diagram(folder).lanes.values()) <= roles
    assert {*manifest.get("start", []), manifest["role"]} <= roles | {"anyone"}


@every_folder
def test_fields_that_never_decide_are_read_by_nothing(folder: Path) -> None:
    silent = {
        one.get("key") or one.get("path")
        for other in FOLDERS
        for one in components(other)
        if one.get("properties", {}).get("neverDecides")
    }
    for text in expressions(folder):
        assert not set(feel.compile(text).names) & silent, text


@every_folder
def test_no_answer_is_chosen_beforehand_and_no_list_has_the_same_choice_twice(folder: Path) -> None:
    for one in components(folder):
        assert "defaultValue" not in one
        values = [choice["value"] for choice in one.get("values", [])]
        assert len(values) == len(set(values)), one["id"]


@every_folder
def test_a_reason_has_at_least_twenty_characters(folder: Path) -> None:
    for one in components(folder):
        key = one.get("key", "")
        if key == "reason" and one["type"] == "textarea" and one["id"] != "reason":
            continue  # inside a list: why a member disagreed
        if key.endswith(("_reason", "_rationale")) or key == "reason":
            assert one["validate"].get("minLength") == 20 or one["type"] == "radio", key


@every_folder
def test_nobody_is_called_a_suspect(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.suffix in {".md", ".yaml", ".form", ".bpmn"}:
            assert not UNWANTED.search(path.read_text()), path


def drawings(folder: Path) -> Iterator[tuple[list[Shape], list[Edge]]]:
    """The diagram, and the inside of each part that is drawn on a plane of its own."""
    root = xml.read((folder / "process.bpmn").read_bytes())
    yield layout(root, None)
    for part in diagram(folder).elements.values():
        if part.kind == "subProcess":
            yield layout(root, part.id)


def apart(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return beside or one.y + one.height <= other.y or other.y + other.height <= one.y


@every_folder
def test_nothing_in_the_drawing_lies_over_another(folder: Path) -> None:
    for shapes, _ in drawings(folder):
        nodes = [s for s in shapes if s.kind not in ("participant", "lane", "boundaryEvent")]
        boxes = [(s.id, s.box) for s in nodes] + [
            (f"words of {s.id}", s.label) for s in nodes if s.label
        ]
        for (name, one), (other_name, other) in combinations(boxes, 2):
            assert apart(one, other), f"{name} and {other_name}"


@every_folder
def test_flows_are_drawn_at_right_angles(folder: Path) -> None:
    edges = [edge for _, drawn in drawings(folder) for edge in drawn]
    for edge in (e for e in edges if e.kind == "sequenceFlow"):
        for (x1, y1), (x2, y2) in pairwise(edge.points):
            assert x1 == x2 or y1 == y2, edge.id


@every_folder
def test_every_element_is_drawn(folder: Path) -> None:
    shown = list(drawings(folder))
    drawn = diagram(folder)
    assert set(drawn.elements) <= {shape.id for shapes, _ in shown for shape in shapes}
    assert set(drawn.flows) <= {edge.id for _, edges in shown for edge in edges}
    assert len(shown[0][0]) <= 40 + len(drawn.lanes) + 1  # what one screen holds


CONCERN, REFERRAL = "raise_concern/forms/record_concern.form", "intake/forms/register_referral.form"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (CONCERN, "does not mean you think the person is a terrorist"),
        (CONCERN, "no expectation that you take on a surveillance role"),
        (CONCERN, "no detailed knowledge of the signs of radicalisation"),
        (CONCERN, "each will be taken seriously"),
        (CONCERN, "Call 999 now"),
        (REFERRAL, "There is no such thing as a 'typical extremist'"),
        (REFERRAL, "section 26"),
        ("gateway/forms/gateway_outcome.form", "radical or extreme views is not illegal"),
        ("gateway/process.bpmn", "another route than Channel: choose pursue"),
        ("seek_consent/forms/ask_consent.form", "Taking part is voluntary"),
    ],
)
def test_the_words_of_the_source_stand_where_people_read_them(where: str, words: str) -> None:
    assert words in (PROCESSES / where).read_text()
