"""Errors as pages: one table from class to status and template. A page never shows a trace."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]  # no types
from werkzeug.exceptions import HTTPException

from engine import errors
from web.auth import ask_no_more, visitor
from web.logs import log_fault
from web.posting import posted

RETRY_AFTER = "5"

TABLE: dict[type[errors.EngineError], tuple[int, str]] = {
    errors.NotFound: (404, "errors/not_found.html"),
    errors.NotAllowed: (403, "errors/not_allowed.html"),
    errors.InvalidInput: (422, "errors/invalid.html"),
    errors.InvalidDefinition: (422, "errors/definition.html"),
    errors.CannotOpen: (500, "errors/cannot_open.html"),
    errors.Conflict: (409, "errors/conflict.html"),
    errors.NoRoom: (507, "errors/no_room.html"),
    errors.Unavailable: (503, "errors/unavailable.html"),
}


# Hidden fields of our pages that are no answer of anybody's.
_PAGES_OWN = {"back", "at", "next", "counter", "base", "element"}


@dataclass(frozen=True)
class Typed:
    """What was typed into one field of a page that could not be taken."""

    label: str
    text: str


@dataclass(frozen=True)
class Sending:
    """What one button of the page sends on, and to whom."""

    task_id: str
    to: str
    fields: tuple[tuple[str, str], ...]


def init_app(app: Flask) -> None:
    app.before_request(_refuse_nul)
    app.register_error_handler(errors.EngineError, _engine_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _refuse_nul() -> None:
    """No address and no box holds this sign; a database refuses it late and rudely."""
    if "\x00" in request.path or any("\x00" in v for v in request.args.values()):
        abort(404)
    if any("\x00" in value for _, value in request.form.items(multi=True)):
        abort(400)


def typed() -> tuple[Typed, ...]:
    """What the person typed, by the labels of the form they typed it into."""
    form = getattr(g, "form", None)
    labels = {q.key: q.label for q in form.questions()} if form else {}
    found = []
    try:
        sent = posted()
    except HTTPException:  # too large or garbled: there is nothing to read
        return ()
    for name, values in sent.items():
        if name in _PAGES_OWN:
            continue
        text = ", ".join(value for value in values if value.strip())
        if text:
            found.append(Typed(labels.get(name.split("-")[0], name.replace("_", " ")), text))
    return tuple(found)


def _engine_error(error: errors.EngineError) -> ResponseReturnValue:
    for kind in type(error).__mro__:
        if kind in TABLE:
            status, template = TABLE[kind]
            break
    else:
        return _unexpected(error)
    if status == 500:
        log_fault(error, route=_route())
    if isinstance(error, errors.Unavailable):
        ask_no_more()
    if getattr(g, "signed_out", False):
        status, template = 401, "errors/signed_out.html"
    page = render_template(
        template, error=error, typed=typed(), sign_in=_sign_in_again(), sending=_sending(error)
    )
    return page, status, {"Retry-After": RETRY_AFTER} if status in (503, 507) else {}


def _sending(error: errors.EngineError) -> Sending | None:
    """What was sent in for a task that a colleague has, to be sent on to them."""
    who, task_id = visitor(), (request.view_args or {}).get("task_id")
    late = isinstance(error, errors.TaskClaimed | errors.TaskNotOpen)
    if not late or who is None or request.endpoint not in ("tasks.send", "tasks.send_typed"):
        return None
    by = getattr(error, "by", None)
    if by in (None, who.actor.name) or not typed():
        return None
    fields = tuple((n, v) for n, values in posted().items() for v in values)
    return Sending(str(task_id), str(by), fields)


def _sign_in_again() -> str:
    """The page that was left, to come back to after signing in."""
    came_from = request.referrer or ""
    path = came_from.removeprefix(request.host_url.rstrip("/"))
    return url_for("signing.sign_in", next=path if path.startswith("/") else None)


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    if visitor() is None and request.endpoint != "signing.sign_in":
        g.signed_out = True
    template = "errors/signed_out.html" if visitor() is None else "errors/stale.html"
    page = render_template(template, error=error, typed=typed(), sign_in=_sign_in_again())
    return page, 400


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code in (301, 302, 303, 304, 307, 308):
        return error.get_response()
    template = "errors/not_found.html" if code == 404 else "errors/other.html"
    return render_template(template, error=error, typed=typed()), code


def _unexpected(error: Exception) -> ResponseReturnValue:
    """Something we did not foresee: a reference to tell the service desk, and nothing else."""
    reference = secrets.token_hex(4).upper()
    log_fault(error, reference=reference, route=_route())
    return render_template("errors/unexpected.html", reference=reference, typed=typed()), 500


def _route() -> Any:
    """The route's pattern, not the path: a path may hold a case's reference."""
    return request.url_rule.rule if request.url_rule else None
