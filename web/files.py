"""The files of a case: its own page, adding one, opening one."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, send_file, url_for
from flask.typing import ResponseReturnValue

from engine.commands import files as commands
from engine.errors import InvalidInput
from engine.queries import cases, files
from web.auth import actor, database
from web.cases import show_part
from web.page.reading import note_reading
from web.page.uploads import FIELD, chosen, make_room
from web.posting import Db, once
from web.rules import SIGNED_IN, rule

bp = Blueprint("files", __name__, url_prefix="/cases")


@bp.url_value_preprocessor
def _room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "files.add":
        make_room()


@bp.get("/<reference>/files")
@rule(SIGNED_IN)
def index(reference: str) -> str:
    return _page(reference, {})


@bp.post("/<reference>/files")
@rule(SIGNED_IN)
def add(reference: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        head = cases.case_head(db, actor(), reference)
        commands.add_file(db, head.id, _given(), actor=actor())
        return url_for("files.index", reference=reference)

    try:
        return once(act, "The file is on the case.")
    except InvalidInput as error:
        return _page(reference, error.messages), 422


@bp.get("/<reference>/files/<int(max=999999999999):number>")
@rule(SIGNED_IN)
def read(reference: str, number: int) -> ResponseReturnValue:
    """As an attachment, never shown by the browser itself; that it was opened is recorded."""
    with database().reading() as db:
        head = cases.case_head(db, actor(), reference)
    note_reading(head.id)
    with database().transaction() as db:
        found = commands.open_file(db, head.id, number, actor=actor())
    return send_file(
        BytesIO(found.content), found.media_type, as_attachment=True,
        download_name=found.name, conditional=False, etag=False,
    )  # fmt: skip


def _given() -> commands.Upload:
    given = chosen()
    if given is None:
        raise InvalidInput({FIELD: "Choose the file to add."})
    return given


def _page(reference: str, errors: Mapping[str, str]) -> str:
    with database().reading() as db:
        head = cases.case_head(db, actor(), reference)
        found = files.files_of(db, actor(), head.id)
    note_reading(head.id)
    return show_part("files", head, files=found, errors=errors)
