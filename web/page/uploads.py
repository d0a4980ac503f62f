"""A file that was chosen on a page."""

from __future__ import annotations

from flask import request

from engine.commands.files import LARGEST, Upload

FIELD = "file"  # what mistakes call it
INPUT = "wm-file"
WITH_FORM = LARGEST + 4 * 1024 * 1024  # a file, with everything else that is typed on the page


def make_room() -> None:
    """This request may be as large as a file. Called before anything reads its form."""
    request.max_content_length = WITH_FORM


def chosen() -> Upload | None:
    """What was chosen; None when nothing was."""
    return next(iter(chosen_for("")), None)


def chosen_for(question: str) -> list[Upload]:
    """What was chosen for a question of the form (empty: for the task itself)."""
    name = f"{INPUT}-{question}" if question else INPUT
    found = []
    for sent in request.files.getlist(name):
        if sent.filename:
            sent.stream.seek(0)  # it may have been read before: for a change that was not kept
            found.append(Upload(sent.filename, sent.stream.read(LARGEST + 1)))
    return found
