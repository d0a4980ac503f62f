"""A POST that changes something: one transaction, one effect however often it is sent, then 303."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue

from engine.commands import repeats
from engine.errors import InvalidInput
from web.auth import CSRF_FIELD, Db, database, visitor

__all__ = ["KEY_FIELD", "Db", "given_account", "new_key", "once", "posted", "sent_key"]
KEY_FIELD = "wm-key"
LONGEST_ID = 12  # digits
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")


def once(act: Callable[[Db], str], said: str = "") -> ResponseReturnValue:
    """Run `act(db)`, which returns the path to go to; a repeat of the request goes there as well.

    `said` is one sentence shown on the next page; no case data belongs in it."""
    who = visitor()
    by = who.actor if who else None
    key, request_hash = sent_key(), _request_hash()
    with database().transaction() as db:
        answer = repeats.begin(db, key, request_hash, actor=by) if key else None
        if answer is None:
            answer = act(db)
            if key:
                repeats.finish(db, key, answer[:500], actor=by)
    if said:
        flash(said)
    return redirect(answer, 303)


def sent_key() -> str | None:
    """The Idempotency-Key of this request, from the form's hidden field or the header."""
    key = request.form.get(KEY_FIELD) or request.headers.get("Idempotency-Key") or ""
    return key if KEY.match(key) else None


def new_key() -> str:
    """For a form's hidden field; a page shown again after a mistake keeps the key it came with."""
    return (request.method == "POST" and sent_key()) or secrets.token_urlsafe(24)


def given_account(missing: str) -> int | None:
    """The account chosen on the page, None for “back to the queue”. `missing` is said beside the
    question when none was."""
    given = request.form.get("account", "")
    if not (given.isascii() and given.isdigit()) or len(given) > LONGEST_ID:
        raise InvalidInput({"account": missing})
    return int(given) or None


def posted() -> dict[str, list[str]]:
    """Everything typed into the page, without the page's own hidden fields. Files of a question
    are numbers: without those left out, with those that came with this request."""
    typed = {name: values for name, values in request.form.lists() if not name.startswith("wm-")}
    for name, _, number in (left.partition(":") for left in request.form.getlist("wm-without")):
        typed[name] = [value for value in typed.get(name, []) if value != number]
    added: dict[str, list[str]] = g.get("added_files", {})
    return {**typed, **{name: typed.get(name, []) + new for name, new in added.items()}}


def _request_hash() -> str:
    fields = sorted(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in (CSRF_FIELD, KEY_FIELD)
    )
    sent = hashlib.sha256(repr((request.path, fields)).encode())
    for name, file in sorted(request.files.items(multi=True), key=lambda one: one[0]):
        sent.update(repr((name, file.filename)).encode())
        sent.update(hashlib.file_digest(file.stream, "sha256").digest())  # type: ignore[arg-type]  # it reads
        file.stream.seek(0)
    return sent.hexdigest()
