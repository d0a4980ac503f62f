"""Status: whether database and worker are alive, which version this is, and the demo's outbox."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from engine.errors import NotFound
from engine.queries.health import health, outbox_of
from web.auth import actor, database
from web.rules import PUBLIC, rule

bp = Blueprint("health", __name__)


@bp.get("/status")
@rule("administer")
def status() -> str:
    with database().reading() as db:
        found = health(db)
    return render_template("health/status.html", health=found)


@bp.get("/outbox")
@rule("administer")
def outbox() -> str:
    """E-mails that a real site would have sent."""
    if not current_app.config["WAYMARK"].connectors.outbox:
        raise NotFound("page")
    with database().reading() as db:
        mails = outbox_of(db, actor())
    return render_template("health/outbox.html", mails=mails)


@bp.get("/alive")
@rule(PUBLIC)
def alive() -> tuple[str, int]:
    """For a load balancer: says nothing but that the database answers."""
    with database().reading() as db:
        health(db)
    return "alive\n", 200
