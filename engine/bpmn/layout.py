"""The drawing data of a diagram (BPMN-DI): where each shape, edge and label lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.xml import BPMNDI, local

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
LARGEST = 100_000


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Shape:
    """A drawn node, pool, lane or note: the BPMN element and where it lies."""

    id: str
    element: etree._Element
    box: Box
    label: Box | None
    expanded: bool
    horizontal: bool

    @property
    def kind(self) -> str:
        return local(self.element)

    @property
    def name(self) -> str:
        if self.kind == "textAnnotation":
            return " ".join("".join(str(t) for t in self.element.itertext()).split())
        if self.kind == "group":
            return ""
        return (self.element.get("name") or "").strip()


@dataclass(frozen=True)
class Edge:
    """A drawn flow or association."""

    id: str
    element: etree._Element
    points: tuple[tuple[float, float], ...]
    label: Box | None

    @property
    def kind(self) -> str:
        return local(self.element)

    @property
    def name(self) -> str:
        return (self.element.get("name") or "").strip()


def layout(root: etree._Element, plane: str | None) -> tuple[list[Shape], list[Edge]]:
    """Shapes and edges of one plane: the one of element `plane`, else the file's first."""
    chosen = _plane(root, plane)
    if chosen is None:
        return [], []
    elements = {e.get("id"): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    shapes, edges = [], []
    for drawn in chosen:
        element = elements.get(drawn.get("bpmnElement"))
        if element is None:
            continue
        if local(drawn) == "BPMNShape" and (shape := _shape(drawn, element)):
            shapes.append(shape)
        elif local(drawn) == "BPMNEdge" and (edge := _edge(drawn, element)):
            edges.append(edge)
    return shapes, edges


def hidden_parts(root: etree._Element) -> dict[str, str]:
    """Element -> the collapsed part it is drawn in, on a plane of its own (not the first)."""
    found: dict[str, str] = {}
    for plane in list(root.iter(f"{{{BPMNDI}}}BPMNPlane"))[1:]:
        part = plane.get("bpmnElement") or ""
        for drawn in plane.iterfind(f"{{{BPMNDI}}}BPMNShape"):
            found[drawn.get("bpmnElement") or ""] = part
    return found


def _plane(root: etree._Element, wanted: str | None) -> etree._Element | None:
    planes = list(root.iter(f"{{{BPMNDI}}}BPMNPlane"))
    if wanted is None:
        return planes[0] if planes else None
    return next((p for p in planes if p.get("bpmnElement") == wanted), None)


def _shape(drawn: etree._Element, element: etree._Element) -> Shape | None:
    box = _box(drawn.find(f"{{{DC}}}Bounds"))
    if box is None:
        return None
    return Shape(
        id=element.get("id", ""),
        element=element,
        box=box,
        label=_label(drawn),
        expanded=drawn.get("isExpanded") != "false",
        horizontal=drawn.get("isHorizontal") != "false",
    )


def _edge(drawn: etree._Element, element: etree._Element) -> Edge | None:
    found = [_point(p) for p in drawn.findall(f"{{{DI}}}waypoint")]
    points = tuple(p for p in found if p is not None)
    if len(points) < 2:
        return None
    return Edge(element.get("id", ""), element, points, _label(drawn))


def _label(drawn: etree._Element) -> Box | None:
    label = drawn.find(f"{{{BPMNDI}}}BPMNLabel")
    return None if label is None else _box(label.find(f"{{{DC}}}Bounds"))


def _box(bounds: etree._Element | None) -> Box | None:
    if bounds is None:
        return None
    read = [_number(bounds.get(name)) for name in ("x", "y", "width", "height")]
    known = [n for n in read if n is not None]
    if len(known) < 4 or known[2] < 0 or known[3] < 0:
        return None
    return Box(*known)


def _point(waypoint: etree._Element) -> tuple[float, float] | None:
    x, y = _number(waypoint.get("x")), _number(waypoint.get("y"))
    return None if x is None or y is None else (x, y)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= LARGEST else None
