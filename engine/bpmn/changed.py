"""What is drawn over a diagram: outline, sign and word of what is added, gone, changed in a
comparison, and of what the scenarios reached and missed.

Each kind has a line and a sign of its own, so that it can be told apart without its colour.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from engine.bpmn.elements import ACTIVITIES
from engine.bpmn.layout import Edge, Shape
from engine.bpmn.lettering import element, width_of
from engine.bpmn.shapes import outline

# kind -> sign, word, colour, dashes of the line round it
KINDS = {
    "added": ("+", "Added", "#005a30", None),
    "removed": ("×", "Removed", "#942514", "8 5"),
    "changed": ("≠", "Changed", "#1d4f91", "2 4"),
    "missed": ("○", "Not reached", "#942514", "8 5"),
}
REACHED, GREEN = "reached", "#005a30"  # a tick at the corner of a step: nothing to look after
HEIGHT = 20


def on_step(shape: Shape, kind: str) -> str:
    """Round a step, its word above it."""
    if kind == REACHED:
        return _pill("✓", shape.box.x + shape.box.width, shape.box.y, GREEN)
    sign, word, colour, dashes = KINDS[kind]
    rounding = 12 if shape.kind in ACTIVITIES else shape.box.width
    ring = outline(
        shape, f"d-{kind}", grow=6, rx=rounding, fill="none", stroke=colour, stroke_width=3,
        stroke_dasharray=dashes,
    )  # fmt: skip
    x, _ = shape.box.middle
    return ring + _pill(f"{sign} {word}", x, shape.box.y - 6 - HEIGHT / 2, colour)


def on_way(edge: Edge, kind: str) -> str:
    """Along a line, its sign in the middle of the longest stretch."""
    sign, _, colour, dashes = KINDS[kind]
    stretches = list(zip(edge.points, edge.points[1:], strict=False))
    (x1, y1), (x2, y2) = max(
        stretches, key=lambda s: abs(s[0][0] - s[1][0]) + abs(s[0][1] - s[1][1])
    )
    line = element(
        "polyline",
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in edge.points),
        fill="none",
        stroke=colour,
        stroke_width=4,
        stroke_dasharray=dashes,
        class_=f"d-{kind}",
    )
    return line + _pill(sign, (x1 + x2) / 2, (y1 + y2) / 2, colour)


def _pill(words: str, x: float, y: float, colour: str) -> str:
    width = width_of(words) * 1.1 + 14
    pill = element(
        "rect", x=x - width / 2, y=y - HEIGHT / 2, width=width, height=HEIGHT, rx=4, fill=colour,
        stroke="#ffffff", class_="d-change",
    )  # fmt: skip
    text = element(
        "text", escape(words), x=x, y=y + 4.5, text_anchor="middle", fill="#ffffff",
        font_weight="bold", class_="d-change-text",
    )  # fmt: skip
    return pill + text
