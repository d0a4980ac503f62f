"""A draft: drawn, repaired, uploaded into, checked, thrown away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import connectors
from engine.bpmn import repairs
from engine.commands import drafts
from engine.errors import InvalidDefinition, InvalidInput, NotFound, Problem
from engine.queries.studio import drafts as queries
from engine.queries.studio.forms import without_form
from engine.queries.studio.parts import name_of, parts_of
from engine.queries.studio.tables import table_files
from web.auth import actor, database
from web.posting import Db, once
from web.rules import rule
from web.studio import saving, uploading
from web.studio.blueprint import DIAGRAM, MANIFEST, attachment, bp, sent_counter
from web.studio.saving import SAVED

Messages = Mapping[str, str]  # field of the page -> what to do about it


@bp.get("/<key>/draft")
@rule("model")
def draft(key: str) -> str:
    return _draft(key)


@bp.get("/<key>/draft/files/<path:path>")
@rule("model")
def draft_file(key: str, path: str) -> ResponseReturnValue:
    with database().reading() as db:
        files = drafts.draft_of(db, key).files
    return attachment(key, path, files[path].encode() if path in files else None)


@bp.post("/<key>/draft")
@rule("model")
def save(key: str) -> ResponseReturnValue:
    """Saves the drawing and checks it. The answer is the same page with every finding."""
    source = _sent_diagram()
    try:
        queries.check_file(DIAGRAM, source.encode())
    except InvalidDefinition as error:
        return _draft(key, {"diagram": str(error)}, diagram=source), 422
    return _saved(key, {DIAGRAM: source}, SAVED)


@bp.post("/<key>/draft/repair")
@rule("model")
def repair(key: str) -> ResponseReturnValue:
    """Puts one finding right in the drawing as it was sent, and saves both."""
    code, _, element = request.form.get("repair", "").partition(" ")
    problem, source = Problem(code, "", element_id=element), _sent_diagram()
    try:
        repaired = repairs.apply(source.encode(), problem).decode()
    except NotFound:
        return _draft(key, {"findings": "This is no longer found: look again."}, source), 422
    except InvalidDefinition as error:
        return _draft(key, {"diagram": str(error)}, source), 422
    return _saved(key, {DIAGRAM: repaired}, f"{repairs.REPAIRS[code].label}: done. {SAVED}")


@bp.post("/<key>/draft/check")
@rule("model")
def check(key: str) -> str:
    """The findings about what is drawn and not yet saved: a part of the page."""
    with database().reading() as db:
        problems = queries.unsaved_problems(db, actor(), key, {DIAGRAM: _sent_diagram()})
        saved = drafts.draft_of(db, key)
    return render_template(
        "studio/findings.html",
        key=key,
        problems=problems,
        repair_of=repairs.offered,
        page_of=_pages(saved),
    )


@bp.post("/<key>/draft/upload")
@rule("model")
def upload(key: str) -> ResponseReturnValue:
    """Takes one file of the folder; the file is read before anything is kept."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidInput({"file": "Choose the file to upload."})
        name, text, converted = uploading.read_file(sent.filename, sent.read())
    except InvalidInput as error:
        return _draft(key, error.messages), 422
    return _saved(key, {name: text}, f"Uploaded into the draft as {name}. {converted}".strip())


@bp.post("/<key>/draft/discard")
@rule("model")
def discard(key: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        drafts.discard(db, key, sent_counter(), actor=actor())
        return url_for("studio.process", key=key)

    return once(act, "The draft was thrown away. The live version is as it was.")


@bp.errorhandler(413)
def too_large(error: Exception) -> ResponseReturnValue:
    """Nothing of what was sent can be read then, so that nothing of it stands on the page."""
    return render_template("errors/other.html", error=error, typed=()), 413


def refused(key: str, messages: Messages) -> ResponseReturnValue:
    """The draft's page saying what to do about what was sent."""
    return _draft(key, messages), 422


def _saved(key: str, changed: dict[str, str], said: str) -> ResponseReturnValue:
    """Saved, and back to the draft with the element that was chosen there."""
    chosen = request.form.get("element") or None
    return saving.save(key, changed, said, url_for("studio.draft", key=key, element=chosen))


def _draft(key: str, messages: Messages | None = None, diagram: str | None = None) -> str:
    """The draft's page; with messages, the same page saying what to do, all that was typed kept."""
    with database().reading() as db:
        page = queries.draft_page(db, actor(), key)
    return render_template(
        "studio/draft.html",
        page=page,
        parts=parts_of(page.draft),
        without_form=without_form(page.draft),
        messages=messages or {},
        repair_of=repairs.offered,
        page_of=_pages(page.draft),
        diagram=page.draft.files.get(DIAGRAM, "") if diagram is None else diagram,
        choices={name: list(map(_pair, some)) for name, some in asdict(page.choices).items()},
        connectors=[asdict(one) for one in connectors.declared().values()],
    )


def _pages(draft: drafts.DefinitionDraft) -> Callable[[Problem], str | None]:
    """Where the form or table that a finding is about is edited; None for the drawing's own."""
    tables = table_files(draft)

    def page_of(problem: Problem) -> str | None:
        path = problem.file or ""
        if path in tables:
            return url_for("studio.table", key=draft.key, name=tables[path])
        if path.endswith(".form") and path in draft.files:
            return url_for("studio.form", key=draft.key, name=name_of(path))
        return url_for("studio.texts", key=draft.key) if path == MANIFEST else None

    return page_of


def _pair(choice: Mapping[str, Any]) -> tuple[str, str]:
    return choice["name"], choice["words"]


def _sent_diagram() -> str:
    return request.form.get("diagram", "").replace("\r\n", "\n")
