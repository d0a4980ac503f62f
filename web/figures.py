"""Figures for supervisors and boards: counts and medians, nothing that names a case."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.queries.board.figures import figures
from web.auth import actor, database
from web.rules import rule

bp = Blueprint("figures", __name__)


@bp.get("/figures")
@rule("figures")
def index() -> str:
    with database().reading() as db:
        found = figures(db, actor(), request.args.get("process"))
    return render_template("board/figures.html", page=found)
