"""The studio's list of processes, and the versions of one."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from engine.bpmn import drawing
from engine.queries.studio import processes as queries
from web.auth import actor, database
from web.rules import rule
from web.studio.blueprint import DIAGRAM, attachment, bp


@bp.get("")
@rule("model", "approve")
def index() -> str:
    with database().reading() as db:
        lines = queries.processes(db, actor())
    return render_template("studio/index.html", lines=lines)


@bp.get("/<key>")
@rule("model", "approve")
def process(key: str) -> str:
    with database().reading() as db:
        page = queries.process_page(db, actor(), key)
    picture = drawing.draw(page.newest.files[DIAGRAM], title=page.title)
    return render_template("studio/process.html", page=page, picture=picture)


@bp.get("/<key>/versions/<int:version>/<path:path>")
@rule("model", "approve")
def download(key: str, version: int, path: str) -> ResponseReturnValue:
    with database().reading() as db:
        found = queries.version_files(db, actor(), key, version)
    return attachment(key, path, found.files.get(path))
