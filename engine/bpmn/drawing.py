"""A diagram as SVG, drawn on the server from its drawing data, with counts and the present step.

Presentation attributes only, so that a strict content security policy holds; classes let a style
sheet decide on colours. No ids, so that several drawings fit on one page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from engine.bpmn import changed, xml
from engine.bpmn.elements import ACTIVITIES, EVENTS, GATEWAYS
from engine.bpmn.layout import Box, Edge, Shape, hidden_parts, layout
from engine.bpmn.lettering import element, number, width_of
from engine.bpmn.shapes import figure, line, line_label, outline

MARGIN = 12
BADGE = 20
BEHIND = ("participant", "lane", "group")
STEPS = ACTIVITIES | EVENTS | GATEWAYS


@dataclass(frozen=True)
class Mark:
    """What a step of the drawing says beyond its name."""

    cases: int = 0
    problems: int = 0
    here: bool = False
    passed: bool = False
    change: str = ""  # what is drawn round it: a kind of `changed`


def draw(
    source: bytes,
    *,
    marks: Mapping[str, Mark] | None = None,
    links: Mapping[str, str] | None = None,
    title: str = "",
    plane: str | None = None,
) -> str:
    """The diagram as one `<svg>`; '' when the file holds no drawing data (for that plane).

    `marks` and `links` are keyed by element id. With links the drawing is a group with one link a
    step; without, one image with a title. A file that cannot be read: `InvalidDefinition`.
    """
    shapes, edges = layout(xml.read(source), plane)
    if not shapes:
        return ""
    marks, links = marks or {}, links or {}
    body = "".join(figure(s) for s in shapes if s.kind in BEHIND)
    body += "".join(figure(s) for s in shapes if _holds_others(s))
    body += "".join(line(e) for e in edges)
    front = [s for s in shapes if s.kind not in BEHIND and not _holds_others(s)]
    front.sort(key=lambda s: s.kind == "boundaryEvent")
    body += "".join(_step(s, marks.get(s.id, Mark()), links.get(s.id)) for s in front)
    body += "".join(
        _step_marks(s, marks[s.id], links.get(s.id)) for s in shapes if _holds_others(s, marks)
    )
    body += "".join(line_label(e) for e in edges)
    body += "".join(changed.on_way(e, marks[e.id].change) for e in edges if _differs(e, marks))
    body += "".join(changed.on_step(s, marks[s.id].change) for s in shapes if _differs(s, marks))
    return _svg(body, _extent(shapes, edges), title or "Diagram", linked=bool(links))


def hidden_in(source: bytes) -> dict[str, str]:
    """Element id -> id of the collapsed part whose own plane it is drawn on: `draw(plane=…)`."""
    return hidden_parts(xml.read(source))


def _differs(drawn: Shape | Edge, marks: Mapping[str, Mark]) -> bool:
    return drawn.id in marks and bool(marks[drawn.id].change)


def _holds_others(shape: Shape, among: Mapping[str, Mark] | None = None) -> bool:
    inside = shape.kind in ("subProcess", "transaction", "adHocSubProcess") and shape.expanded
    return inside and (among is None or shape.id in among)


def _svg(body: str, box: Box, title: str, linked: bool) -> str:
    content = element("title", escape(title)) + body
    return element(
        "svg",
        content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=" ".join(number(n) for n in (box.x, box.y, box.width, box.height)),
        width=box.width,
        height=box.height,
        role="group" if linked else "img",
        aria_label=title,
        class_="diagram",
        font_family="arial, sans-serif",
        font_size="12",
    )


def _extent(shapes: list[Shape], edges: list[Edge]) -> Box:
    boxes = [s.box for s in shapes] + [s.label for s in shapes if s.label]
    boxes += [e.label for e in edges if e.label]
    boxes += [Box(x, y, 0, 0) for e in edges for x, y in e.points]
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right = max(b.x + b.width for b in boxes)
    bottom = max(b.y + b.height for b in boxes)
    return Box(left - MARGIN, top - MARGIN, right - left + 2 * MARGIN, bottom - top + 2 * MARGIN)


def _step(shape: Shape, mark: Mark, link: str | None) -> str:
    if shape.kind not in STEPS:
        return figure(shape)
    return _linked(_halo(shape, mark) + figure(shape) + _badges(shape, mark), shape, mark, link)


def _step_marks(shape: Shape, mark: Mark, link: str | None) -> str:
    """Marks of a subprocess whose inside is drawn: its outline lies behind already."""
    return _linked(_halo(shape, mark) + _badges(shape, mark), shape, mark, link)


def _linked(drawn: str, shape: Shape, mark: Mark, link: str | None) -> str:
    state = (" is-here" if mark.here else "") + (" is-passed" if mark.passed else "")
    if link is None:
        return element("g", drawn, class_=f"d-step{state}")
    return element(
        "a", drawn, href=link, aria_label=_spoken(shape, mark), class_=f"d-step d-link{state}"
    )


def _spoken(shape: Shape, mark: Mark) -> str:
    """What a link says aloud: “Consent: 12 cases, 3 problems”."""
    said = [_counted(mark.cases, "case"), _counted(mark.problems, "problem")]
    said += ["the case is here"] if mark.here else []
    words = ", ".join(s for s in said if s)
    name = shape.name or shape.id
    return f"{name}: {words}" if words else name


def _counted(count: int, noun: str) -> str:
    if not count:
        return ""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _halo(shape: Shape, mark: Mark) -> str:
    """The thick outline round the step where the case is."""
    if not mark.here:
        return ""
    rounding = 12 if shape.kind in ACTIVITIES else shape.box.width
    return outline(shape, "d-here", grow=5, rx=rounding, fill="#ffdd00", stroke_width=4)


def _badges(shape: Shape, mark: Mark) -> str:
    box = shape.box
    drawn = ""
    if mark.cases:
        drawn += _badge("●", mark.cases, box.x - 8, box.y - BADGE / 2, "d-cases")
    if mark.problems:
        width = _badge_width(mark.problems)
        x = box.x + box.width + 8 - width
        if mark.cases:
            x = max(x, box.x - 4 + _badge_width(mark.cases))
        drawn += _badge("▲", mark.problems, x, box.y - BADGE / 2, "d-problems")
    return drawn


def _badge_width(count: int) -> float:
    return 26 + width_of(f"{count:,}")


def _badge(sign: str, count: int, x: float, y: float, class_: str) -> str:
    fill = "#1d70b8" if class_ == "d-cases" else "#a2261a"
    width = _badge_width(count)
    pill = element(
        "rect", x=x, y=y, width=width, height=BADGE, rx=BADGE / 2, fill=fill, stroke="#ffffff",
        class_=f"d-badge {class_}",
    )  # fmt: skip
    words = element(
        "text",
        escape(f"{sign} {count:,}"),
        x=x + width / 2,
        y=y + 14.5,
        text_anchor="middle",
        fill="#ffffff",
        font_weight="bold",
        class_="d-badge-text",
    )
    return pill + words
