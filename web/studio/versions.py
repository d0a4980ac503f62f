"""A published version: read, named, taken as the start of a new draft; starts stopped, resumed."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.bpmn import drawing
from engine.commands import starts
from engine.commands import versions as commands
from engine.errors import InvalidInput
from engine.queries.studio import processes as queries
from web.auth import actor, database
from web.posting import Db, once
from web.rules import rule
from web.studio.blueprint import DIAGRAM, bp

STOPPED = "New starts are stopped. Cases that are open go on."
RESUMED = "New cases can be started again."
NAMED = "The name is kept."


@bp.get("/<key>/versions/<int:version>")
@rule("model", "approve")
def version(key: str, version: int) -> str:
    return _version(key, version)


@bp.post("/<key>/versions/<int:version>/name")
@rule("model")
def name(key: str, version: int) -> ResponseReturnValue:
    def act(db: Db) -> str:
        called = request.form.get("name", "")
        commands.name_version(db, key, version, actor=actor(), name=called)
        return url_for("studio.version", key=key, version=version)

    try:
        return once(act, NAMED)
    except InvalidInput as error:
        return _version(key, version, error.messages), 422


@bp.post("/<key>/versions/<int:version>/draft")
@rule("model")
def draft_from(key: str, version: int) -> ResponseReturnValue:
    def act(db: Db) -> str:
        commands.draft_from(db, key, version, actor=actor())
        return url_for("studio.draft", key=key)

    try:
        return once(act, f"This draft has the files of version {version}. Nothing is live yet.")
    except InvalidInput as error:
        return _version(key, version, error.messages), 422


@bp.get("/<key>/starts")
@rule("model")
def stopping(key: str) -> str:
    return _starts(key)


@bp.post("/<key>/starts")
@rule("model")
def change_starts(key: str) -> ResponseReturnValue:
    """Stops new starts or resumes them: which of the two was pressed."""
    stops = request.form.get("act") == "stop"
    change = starts.stop if stops else starts.resume

    def act(db: Db) -> str:
        change(db, key, actor=actor(), reason=request.form.get("reason", ""))
        return url_for("studio.process", key=key)

    try:
        return once(act, STOPPED if stops else RESUMED)
    except InvalidInput as error:
        return _starts(key, error.messages), 422


def _version(key: str, number: int, messages: Mapping[str, str] | None = None) -> str:
    with database().reading() as db:
        page = queries.version_page(db, actor(), key, number)
    return render_template(
        "studio/version.html",
        page=page,
        picture=drawing.draw(page.definition.files[DIAGRAM], title=page.title),
        messages=messages or {},
        name=request.form.get("name", page.line.name or ""),
    )


def _starts(key: str, messages: Mapping[str, str] | None = None) -> str:
    with database().reading() as db:
        page = queries.process_page(db, actor(), key)
    reason = request.form.get("reason", "")
    return render_template("studio/starts.html", page=page, messages=messages or {}, reason=reason)
