"""How each BPMN element looks: pools, tasks, events, gateways, notes and the lines between them."""

from __future__ import annotations

import math

from lxml import etree

from engine.bpmn.elements import ACTIVITIES, EVENTS, GATEWAYS
from engine.bpmn.icons import EVENTS as EVENT_SIGNS
from engine.bpmn.icons import GATEWAYS as GATEWAY_SIGNS
from engine.bpmn.icons import MARKERS, TASKS, icon
from engine.bpmn.layout import Edge, Shape
from engine.bpmn.lettering import (
    LINE,
    Attributes,
    Value,
    block,
    element,
    number,
    readable,
    sideways,
    wrap,
)
from engine.bpmn.xml import local, tag

INK, PAPER = "#0b0c0c", "#ffffff"
HEAD = 30  # width of the strip that holds a pool's or lane's name
THROWN = {"endEvent", "intermediateThrowEvent"}
INSIDE = {"subProcess", "transaction", "adHocSubProcess"}


def figure(shape: Shape) -> str:
    """The element without badges: its outline, sign and words."""
    if shape.kind in ("participant", "lane"):
        return _band(shape)
    if shape.kind in EVENTS:
        return _event(shape) + _outside_label(shape)
    if shape.kind in GATEWAYS:
        return _gateway(shape) + _outside_label(shape)
    if shape.kind in ACTIVITIES:
        return _activity(shape)
    if shape.kind == "textAnnotation":
        return _note(shape)
    if shape.kind == "group":
        return outline(shape, "d-group", rx=10, fill="none", stroke_dasharray="8 4 2 4")
    return outline(shape, "d-unknown", stroke_dasharray="4 3") + _inside(shape, shape.name)


def outline(shape: Shape, class_: str, grow: float = 0, **more: Value) -> str:
    box = shape.box
    given: Attributes = {"fill": PAPER, "stroke": INK, "stroke_width": 1.5}
    return element(
        "rect",
        x=box.x - grow,
        y=box.y - grow,
        width=box.width + 2 * grow,
        height=box.height + 2 * grow,
        class_=class_,
        **(given | more),
    )


def _band(shape: Shape) -> str:
    box, middle = shape.box, shape.box.middle
    drawn = outline(shape, f"d-{shape.kind}", stroke="#505a5f", stroke_width=1)
    if shape.kind == "participant":
        strip = (
            f"M{number(box.x + HEAD)} {number(box.y)}v{number(box.height)}"
            if shape.horizontal
            else f"M{number(box.x)} {number(box.y + HEAD)}h{number(box.width)}"
        )
        drawn += element("path", d=strip, fill="none", stroke="#505a5f", class_="d-line")
    words = readable(shape.name)
    if shape.horizontal:
        lines = wrap(words, box.height - 8, most=2)
        start = box.x + HEAD / 2 - (len(lines) - 1) * LINE / 2
        for i, line in enumerate(lines):
            drawn += sideways(line, start + i * LINE, middle[1], "d-text d-head")
        return drawn
    return drawn + block([words], middle[0], box.y + HEAD / 2, class_="d-text d-head")


def _activity(shape: Shape) -> str:
    box = shape.box
    thick = 4.0 if shape.kind == "callActivity" else 1.5
    inside = shape.kind in INSIDE
    drawn = outline(
        shape,
        f"d-activity d-{shape.kind}",
        rx=8,
        stroke_width=thick,
        stroke_dasharray="2 3" if shape.element.get("triggeredByEvent") == "true" else None,
    )
    if shape.kind == "transaction":
        drawn += outline(shape, "d-line", grow=-3, rx=6, fill="none")
    if shape.kind in TASKS:
        drawn += icon(TASKS[shape.kind], box.x + 5, box.y + 5, 15, solid=shape.kind == "sendTask")
    markers = _markers(shape)
    left = box.x + box.width / 2 - 9 * len(markers)
    for i, marker in enumerate(markers):
        drawn += icon(MARKERS[marker], left + 18 * i + 1, box.y + box.height - 18, 16)
    if inside and shape.expanded:
        lines = wrap(shape.name, box.width - 16, most=2)
        return drawn + block(lines, box.x + box.width / 2, box.y + 8 + LINE * len(lines) / 2)
    return drawn + _inside(shape, shape.name, up=7 if markers else 0)


def _inside(shape: Shape, words: str, up: float = 0) -> str:
    x, y = shape.box.middle
    most = max(1, int((shape.box.height - 8 - 2 * up) // LINE))
    lines = wrap(words, shape.box.width - 10, most)
    up = up if len(lines) > 2 else 0
    crowded = len(lines) >= most and shape.kind in TASKS
    return block(lines, x, y - up + (4 if crowded and not up else 0))


def _markers(shape: Shape) -> list[str]:
    found = []
    many = shape.element.find(tag("multiInstanceLoopCharacteristics"))
    if many is not None:
        found.append("sequential" if many.get("isSequential") == "true" else "parallel")
    if shape.element.find(tag("standardLoopCharacteristics")) is not None:
        found.append("loop")
    if shape.kind in INSIDE and not shape.expanded:
        found.append("collapsed")
    if shape.kind == "adHocSubProcess":
        found.append("adhoc")
    return found


def _event(shape: Shape) -> str:
    (x, y), radius = shape.box.middle, shape.box.width / 2
    soft = "false" in (shape.element.get("cancelActivity"), shape.element.get("isInterrupting"))
    dashes = "5 3" if soft else None
    ring: Attributes = {"cx": x, "cy": y, "stroke": INK, "stroke_dasharray": dashes}
    drawn = element(
        "circle",
        r=radius,
        class_=f"d-event d-{shape.kind}",
        fill=PAPER,
        stroke_width=3.5 if shape.kind == "endEvent" else 1.5,
        **ring,
    )
    if shape.kind not in ("startEvent", "endEvent"):
        drawn += element(
            "circle", r=radius - 3, class_="d-line", fill="none", stroke_width=1.2, **ring
        )
    sign = _sign(shape.element)
    if sign:
        solid = shape.kind in THROWN or sign == "terminate"
        size = radius * 1.1
        drawn += icon(EVENT_SIGNS[sign], x - size / 2, y - size / 2, size, solid)
    return drawn


def _sign(event: etree._Element) -> str | None:
    kinds = [local(child).removesuffix("EventDefinition") for child in event]
    known = [kind for kind in kinds if kind in EVENT_SIGNS]
    if len(known) > 1:
        return "multiple"
    return known[0] if known else None


def _gateway(shape: Shape) -> str:
    box, (x, y) = shape.box, shape.box.middle
    corners = [(x, box.y), (box.x + box.width, y), (x, box.y + box.height), (box.x, y)]
    drawn = element(
        "polygon",
        points=" ".join(f"{number(a)},{number(b)}" for a, b in corners),
        class_=f"d-gateway d-{shape.kind}",
        fill=PAPER,
        stroke=INK,
        stroke_width=1.5,
    )
    size = box.width * 0.42
    if shape.kind == "eventBasedGateway":
        for radius in (size * 0.62, size * 0.5):
            drawn += element(
                "circle", cx=x, cy=y, r=radius, fill="none", stroke=INK, class_="d-line"
            )
    return drawn + icon(GATEWAY_SIGNS[shape.kind], x - size / 2, y - size / 2, size)


def _outside_label(shape: Shape) -> str:
    if not shape.name:
        return ""
    if shape.label is not None:
        lines = wrap(shape.name, max(shape.label.width, 30) + 4)
        x, y = shape.label.middle
        return block(lines, x, y)
    lines = wrap(shape.name, 100)
    bottom = shape.box.y + shape.box.height
    return block(lines, shape.box.middle[0], bottom + 6 + LINE * len(lines) / 2)


def _note(shape: Shape) -> str:
    box = shape.box
    bracket = f"M{number(box.x + 10)} {number(box.y)}h-10v{number(box.height)}h10"
    drawn = element("path", d=bracket, fill="none", stroke=INK, class_="d-line d-note")
    lines = wrap(shape.name, box.width - 12, most=max(1, int(box.height // LINE)))
    return drawn + block(lines, box.x + 8, box.middle[1], anchor="start", class_="d-text d-note")


def line(edge: Edge) -> str:
    """A flow or association with its arrowhead and label."""
    dashed = {"messageFlow": "7 5", "association": "1 4"}.get(edge.kind)
    if "ataInput" in edge.kind or "ataOutput" in edge.kind:
        dashed = "1 4"
    drawn = element(
        "polyline",
        points=" ".join(f"{number(x)},{number(y)}" for x, y in edge.points),
        class_=f"d-flow d-{edge.kind}",
        fill="none",
        stroke=INK,
        stroke_width=1.5,
        stroke_linejoin="round",
        stroke_dasharray=dashed,
    )
    if edge.kind != "association":
        drawn += _arrowhead(edge)
    return drawn


def _arrowhead(edge: Edge) -> str:
    (x1, y1), (x2, y2) = edge.points[-2], edge.points[-1]
    length = math.hypot(x2 - x1, y2 - y1) or 1
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    tip = [(x2, y2)]
    tip += [(x2 - 9 * ux + side * 4 * uy, y2 - 9 * uy - side * 4 * ux) for side in (1, -1)]
    return element(
        "polygon",
        points=" ".join(f"{number(x)},{number(y)}" for x, y in tip),
        class_="d-arrow",
        fill=PAPER if edge.kind == "messageFlow" else INK,
        stroke=INK,
    )


def line_label(edge: Edge) -> str:
    if not edge.name:
        return ""
    if edge.label is not None:
        x, y = edge.label.middle
        return block(wrap(edge.name, max(edge.label.width, 30) + 4), x, y, class_="d-text d-way")
    pairs = list(zip(edge.points, edge.points[1:], strict=False))
    (x1, y1), (x2, y2) = max(pairs, key=lambda pair: math.dist(*pair))
    lines = wrap(edge.name, 90)
    return block(lines, (x1 + x2) / 2, (y1 + y2) / 2 - 4 - LINE * len(lines) / 2)
