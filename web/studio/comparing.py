"""Two versions of a process compared: sentences, both drawings, the files in lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request

from engine.bpmn import drawing
from engine.bpmn.drawing import Mark
from engine.errors import InvalidDefinition
from engine.queries.studio import comparing as queries
from engine.queries.studio.comparing import ComparePage, Side
from web.auth import actor, database
from web.rules import rule
from web.studio.blueprint import DIAGRAM, bp


@dataclass(frozen=True)
class Picture:
    """One of the two drawings; empty when there is nothing to draw."""

    heading: str
    svg: str


@bp.get("/<key>/compare")
@rule("model", "approve")
def compare(key: str) -> str:
    asked = (request.args.get("from", ""), request.args.get("to", ""))
    with database().reading() as db:
        page = queries.compare_page(db, actor(), key, *asked)
    return render_template("studio/compare.html", page=page, pictures=pictures(page))


def pictures(page: ComparePage) -> tuple[Picture, ...]:
    """Both drawings with what differs marked; none when the drawing is the same."""
    return tuple(
        _picture(side, page.comparison.marks(old=is_old), page.title)
        for side, is_old in ((page.old, True), (page.new, False))
    )


def _picture(side: Side, marks: Mapping[str, str], title: str) -> Picture:
    words = f"{title}, {side.words}"
    drawn = {element: Mark(change=kind) for element, kind in marks.items()}
    try:
        svg = drawing.draw(side.files.get(DIAGRAM, b""), marks=drawn, title=words)
    except InvalidDefinition:
        svg = ""  # an old draft may hold a file that is none: the sentences say so
    return Picture(side.words[:1].upper() + side.words[1:], svg)
