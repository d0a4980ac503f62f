"""The studio: processes and their versions, a draft with its findings, publishing."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, g, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine.bpmn import drawing, xml
from engine.commands import deployments
from engine.errors import ConcurrentUpdate, EngineError, InvalidDefinition, InvalidInput, Problem
from engine.queries import definitions as queries
from web.auth import actor, database
from web.posting import Db, once
from web.rules import rule

bp = Blueprint("studio", __name__, url_prefix="/studio")
DIAGRAM = "process.bpmn"
TEXT_FILES = (".bpmn", ".dmn", ".form", ".yaml", ".md")


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
    return _attachment(dict(found.files).get(path), f"{key}-{version}-{path}")


@bp.get("/<key>/draft")
@rule("model")
def draft(key: str) -> str:
    return _draft(key)


@bp.get("/<key>/draft/files/<path:path>")
@rule("model")
def draft_file(key: str, path: str) -> ResponseReturnValue:
    with database().reading() as db:
        files = deployments.draft_of(db, key).files
    content = files[path].encode() if path in files else None
    return _attachment(content, f"{key}-draft-{path}")


@bp.post("/<key>/draft")
@rule("model")
def save(key: str) -> ResponseReturnValue:
    """Saves the drawing and checks it. The answer is the same page with every finding."""
    source = request.form.get("diagram", "").replace("\r\n", "\n")
    return _save(key, {DIAGRAM: source}, "Draft saved. Nothing is live until you publish.")


@bp.post("/<key>/draft/upload")
@rule("model")
def upload(key: str) -> ResponseReturnValue:
    """Takes one file of the folder; the file is read before anything is kept."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _draft(key, "Choose the file to upload.", "file"), 422
    try:
        name, text = _uploaded(sent.filename, sent.read())
    except InvalidInput as error:
        return _draft(key, str(error), "file"), 422
    except InvalidDefinition as error:
        return _draft(
            key, "This file was not taken: see the findings.", "file", error.problems
        ), 422
    return _save(key, {name: text}, f"Uploaded into the draft as {name}.")


@bp.post("/<key>/draft/discard")
@rule("model")
def discard(key: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        deployments.discard_definition_draft(db, key, actor=actor())
        return url_for("studio.process", key=key)

    return once(act, "The draft was thrown away. The live version is as it was.")


@bp.post("/<key>/publish")
@rule("model")
def publish(key: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")

    def act(db: Db) -> str:
        deployments.publish_draft(db, key, actor=actor(), reason=reason)
        return url_for("studio.process", key=key)

    try:
        return once(act, "Published. New cases run on it; open cases keep their version.")
    except InvalidInput as error:
        return _draft(key, str(error), "reason"), 422
    except InvalidDefinition:
        return _draft(key, "Not published: mend the errors first.", "findings"), 422


def _save(key: str, changed: dict[str, str], said: str) -> ResponseReturnValue:
    counter = request.form.get("counter", "0")

    def act(db: Db) -> str:
        files = {**deployments.draft_of(db, key).files, **changed}
        deployments.save_definition_draft(
            db, key, files, int(counter) if counter.isdigit() else 0, actor=actor()
        )
        return url_for("studio.draft", key=key)

    try:
        return once(act, said)
    except ConcurrentUpdate as error:
        return _theirs_and_yours(key, changed, error), 409


def _theirs_and_yours(key: str, changed: dict[str, str], error: EngineError) -> str:
    """Two people saved one draft: theirs stands, yours is on the page to copy."""
    return render_template("studio/conflict.html", key=key, changed=changed, error=error)


def _draft(
    key: str, message: str | None = None, at: str = "", extra: list[Problem] | None = None
) -> str:
    g.studio = True
    with database().reading() as db:
        page = queries.draft_page(db, actor(), key)
    problems = [*(extra or []), *page.problems]
    return render_template(
        "studio/draft.html",
        page=page,
        problems=problems,
        message=message,
        at=at,
        reason=request.form.get("reason", ""),
        diagram=page.draft.files.get(DIAGRAM, ""),
    )


def _uploaded(filename: str, content: bytes) -> tuple[str, str]:
    """(path in the folder, text) of an uploaded file."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    if not name.endswith(TEXT_FILES):
        raise InvalidInput({"file": f"A folder holds {', '.join(TEXT_FILES)} files only."})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput({"file": f"{name} is not UTF-8 text."}) from error
    if name.endswith(".bpmn"):
        xml.read(content, name)
        return DIAGRAM, text
    return (f"forms/{name}" if name.endswith(".form") else name), text


def _attachment(content: bytes | None, name: str) -> ResponseReturnValue:
    if content is None:
        return render_template("errors/not_found.html"), 404
    return send_file(
        BytesIO(content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=name.replace("/", "-"),
    )
