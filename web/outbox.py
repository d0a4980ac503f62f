"""The demo's outbox: e-mails that a real site would have sent."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from engine.errors import NotFound
from engine.queries.outbox import kept
from web.auth import actor, database
from web.rules import rule

bp = Blueprint("outbox", __name__)


@bp.get("/outbox")
@rule("administer")
def outbox() -> str:
    if not current_app.config["WAYMARK"].connectors.outbox:
        raise NotFound("page")
    with database().reading() as db:
        mails = kept(db, actor())
    return render_template("health/outbox.html", mails=mails)
