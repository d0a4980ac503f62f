"""The supervisor's board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine.bpmn.drawing import Mark, draw, hidden_in
from engine.commands import leavers
from engine.errors import InvalidInput
from engine.queries import board as queries
from engine.queries import people
from engine.queries.board import counts
from web.auth import actor, database
from web.page.reasons import given_reason
from web.page.refreshing import live
from web.page.tabs import Tab
from web.posting import given_account
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


@bp.get("/board/leavers/<int(max=999999999999):account_id>")
@rule("operate")
def leaver(account_id: int) -> str:
    return _leaver(account_id, {}, ())


@bp.post("/board/leavers/<int(max=999999999999):account_id>")
@rule("operate")
def hand_over_all(account_id: int) -> ResponseReturnValue:
    """Everything one person holds to another, or back to its queues; a result a task."""
    try:
        to = given_account("Choose who takes the tasks")
        results = leavers.hand_over_all(
            database(), account_id, to, actor=actor(), reason=given_reason()
        )
    except InvalidInput as error:
        return _leaver(account_id, error.messages, ()), 422
    return _leaver(account_id, {}, results)


def _leaver(
    account_id: int, errors: Mapping[str, str], results: tuple[leavers.HandedOver, ...]
) -> str:
    with database().reading() as db:
        name, held, others = people.holder(db, actor(), account_id)
    return render_template(
        "board/leaver.html", account_id=account_id, name=name, held=held, others=others,
        errors=errors, results=results, sent=dict(request.form.items()),
    )  # fmt: skip


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
    hidden = hidden_in(counted.source)  # counted at the collapsed part that they are drawn in
    marks: dict[str, Mark] = {}
    links: dict[str, str] = {}
    for step in counted.steps:
        at = hidden.get(step.element_id, step.element_id)
        had = marks.get(at, Mark())
        marks[at] = Mark(cases=had.cases + step.cases, problems=had.problems + step.problems)
        links.setdefault(at, f"#step-{step.element_id}")
    title = f"{counted.title}, version {counted.version}: open cases at each step"
    return Markup(draw(counted.source, marks=marks, links=links, title=title))  # noqa: S704
