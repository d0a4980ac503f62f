"""Pages that say the same to everybody: accessibility, privacy, glossary, licences."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine.queries import start
from web.auth import database
from web.rules import PUBLIC, rule

bp = Blueprint("pages", __name__)


@bp.get("/accessibility")
@rule(PUBLIC)
def accessibility() -> str:
    return render_template("pages/accessibility.html")


@bp.get("/privacy")
@rule(PUBLIC)
def privacy() -> str:
    with database().reading() as db:
        words = start.words(db)
    return render_template("pages/privacy.html", words=words)


@bp.get("/glossary")
@rule(PUBLIC)
def glossary() -> str:
    with database().reading() as db:
        words = start.words(db)
    return render_template("pages/glossary.html", words=words)


@bp.get("/licences")
@rule(PUBLIC)
def licences() -> str:
    return render_template("pages/licences.html")
