"""The supervisor's board."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine.bpmn.drawing import Mark, draw
from engine.queries import board as queries
from engine.queries.board import counts
from web.auth import actor, database
from web.page.refreshing import live
from web.page.tabs import Tab
from web.rules import rule

bp = Blueprint("board", __name__)
PARTS = ("waiting", "problems", "dates", "workload", "diagram")


@dataclass(frozen=True)
class BoardPage:
    board: queries.Board
    part: str
    drawable: tuple[tuple[int, str, int], ...]
    counted: counts.Counted | None


@bp.get("/board")
@rule("operate")
def board() -> ResponseReturnValue:
    asked = request.args.get("part", "waiting")
    part = asked if asked in PARTS else "waiting"
    with database().reading() as db:
        found = queries.board(db, actor(), part)
        drawable = counts.drawable(db) if part == "diagram" else ()
        chosen = request.args.get("version", "")
        wanted = int(chosen) if chosen.isdigit() else next((d[0] for d in drawable), None)
        known = wanted in {d[0] for d in drawable}
        counted = counts.counted(db, actor(), wanted) if wanted and known else None
    page = BoardPage(found, part, drawable, counted)
    return live("board/board.html", page, tabs=_tabs(page), drawing=_drawing(counted))


def _tabs(page: BoardPage) -> list[Tab]:
    tiles = page.board.tiles
    parts = (
        ("waiting", "Waiting too long", tiles.waiting_too_long),
        ("problems", "Problems", tiles.problems),
        ("dates", "Dates", None),
        ("workload", "Workload", None),
        ("diagram", "Diagram", None),
    )
    return [
        Tab(name, url_for("board.board", part=key), page.part == key, count)
        for key, name, count in parts
    ]


def _drawing(counted: counts.Counted | None) -> Markup:
    if counted is None:
        return Markup("")
    marks = {s.element_id: Mark(cases=s.cases, problems=s.problems) for s in counted.steps}
    links = {s.element_id: f"#step-{s.element_id}" for s in counted.steps}
    title = f"{counted.title}, version {counted.version}: open cases at each step"
    return Markup(draw(counted.source, marks=marks, links=links, title=title))  # noqa: S704
