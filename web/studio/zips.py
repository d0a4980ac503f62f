"""A process folder goes down as a zip file, and comes back up into the draft as one."""

from __future__ import annotations

from io import BytesIO

from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine.commands import deployments
from engine.commands import drafts as commands
from engine.definitions import packing
from engine.errors import InvalidInput
from engine.queries.studio.processes import version_files
from web.auth import actor, database
from web.rules import rule
from web.studio import drafts, saving, uploading
from web.studio.blueprint import bp


@bp.get("/<key>/draft/folder.zip")
@rule("model")
def draft_folder(key: str) -> ResponseReturnValue:
    with database().reading() as db:
        files = commands.draft_of(db, key).files
    return _zip(key, f"{key}-draft.zip", deployments.folder_of(files))


@bp.get("/<key>/versions/<int:version>/folder.zip")
@rule("model", "approve")
def version_folder(key: str, version: int) -> ResponseReturnValue:
    with database().reading() as db:
        found = version_files(db, actor(), key, version)
    return _zip(key, f"{key}-version-{version}.zip", dict(found.files))


@bp.post("/<key>/draft/folder")
@rule("model")
def upload_folder(key: str) -> ResponseReturnValue:
    """Takes a whole folder in the place of the draft's; every file is read before any is kept."""
    sent = request.files.get("folder")
    try:
        if sent is None or not sent.filename:
            raise InvalidInput({"folder": "Choose the zip file to upload."})
        taken, converted = uploading.read_folder(packing.unpack(sent.read()))
    except InvalidInput as error:
        return drafts.refused(key, error.messages)
    with database().reading() as db:
        gone = dict.fromkeys(set(commands.draft_of(db, key).files) - set(taken))
    said = f"The draft is now the folder you uploaded: {len(taken)} files. {converted}".strip()
    return saving.save(key, {**gone, **taken}, said, url_for("studio.draft", key=key))


def _zip(key: str, name: str, files: dict[str, bytes]) -> ResponseReturnValue:
    content = BytesIO(packing.pack(key, files))
    return send_file(content, mimetype="application/zip", as_attachment=True, download_name=name)
