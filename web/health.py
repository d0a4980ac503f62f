"""Status: whether database and worker are alive, which version this is, and the demo's outbox."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Blueprint, current_app, render_template

from engine import audit
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
    return render_template(
        "health/status.html", health=found, space=_space(), faults=None, checked=False
    )


@bp.post("/status/audit")
@rule("administer")
def check_audit() -> str:
    """Reads the whole audit trail and says which entries were altered or are missing."""
    with database().reading() as db:
        found, faults = health(db), audit.verify(db)
    return render_template(
        "health/status.html", health=found, space=_space(), faults=faults, checked=True
    )


def _space() -> int | None:
    """Gigabytes free where a SQLite database lies; None: the database is elsewhere."""
    folder = folder_of(current_app.config["WAYMARK"].database_url)
    return shutil.disk_usage(folder).free // 1_000_000_000 if folder else None


def folder_of(database_url: str) -> str | None:
    """The folder of a SQLite database."""
    if not database_url.startswith("sqlite:///"):
        return None
    return str(Path(database_url.removeprefix("sqlite:///")).parent.absolute())


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
