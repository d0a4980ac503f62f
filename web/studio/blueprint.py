"""The studio's address, and what its pages share."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

bp = Blueprint("studio", __name__, url_prefix="/studio")
DIAGRAM, MANIFEST = "process.bpmn", "process.yaml"


def attachment(key: str, path: str, content: bytes | None) -> ResponseReturnValue:
    """A file to save under the name it can be uploaded by again; a diagram is named by its key."""
    if content is None:
        return render_template("errors/not_found.html"), 404
    name = path.rsplit("/", 1)[-1]
    return send_file(
        BytesIO(content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=f"{key}.bpmn" if path == DIAGRAM else name,
    )


def sent_counter() -> int:
    """Which state of the draft the sender had before them."""
    sent = request.form.get("counter", "")
    return int(sent) if sent.isdecimal() else 0
