"""Status: whether database and worker are alive, and which version this is."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine.queries.health import health
from web.auth import database
from web.rules import PUBLIC, rule

bp = Blueprint("health", __name__)


@bp.get("/status")
@rule("administer")
def status() -> str:
    with database().reading() as db:
        found = health(db)
    return render_template("health/status.html", health=found)


@bp.get("/alive")
@rule(PUBLIC)
def alive() -> tuple[str, int]:
    """For a load balancer: says nothing but that the database answers."""
    with database().reading() as db:
        health(db)
    return "alive\n", 200
