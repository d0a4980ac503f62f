"""Start a case: what may be started, its read-me and form, the acknowledgment, what I raised."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import cases as commands
from engine.errors import InvalidInput
from engine.queries import start
from engine.queries.start import StartPage
from web.auth import actor, database
from web.page import questions
from web.posting import Db, once, posted
from web.rules import SIGNED_IN, rule

bp = Blueprint("start", __name__, url_prefix="/start")


@bp.get("")
@rule(SIGNED_IN)
def index() -> str:
    with database().reading() as db:
        found = start.startable(db, actor())
        mine = start.raised(db, actor())
    return render_template("start/index.html", startable=found, raised=mine)


@bp.get("/<key>")
@rule(SIGNED_IN)
def process(key: str) -> str:
    return _show(_read(key), {}, {})


@bp.post("/<key>")
@rule(SIGNED_IN)
def begin(key: str) -> ResponseReturnValue:
    page = _read(key)
    g.form = page.form
    act = request.form.get("wm-act", "start")
    if page.form and act.startswith((questions.ADD, questions.REMOVE)):
        typed, _ = questions.change_rows(page.form, page.form.keep_typed(posted()), act)
        return _show(page, typed, {})
    return _start(page)


def _start(page: StartPage) -> ResponseReturnValue:
    def act(db: Db) -> str:
        started = commands.start_case(
            db, page.key, posted(), actor=actor(), start_event=page.start_event
        )
        return url_for("start.received", reference=started.reference)

    try:
        return once(act)
    except InvalidInput as error:
        typed = page.form.keep_typed(posted()) if page.form else {}
        return _show(page, typed, error.messages), 422


@bp.get("/received/<reference>")
@rule(SIGNED_IN)
def received(reference: str) -> str:
    with database().reading() as db:
        one = start.raised_one(db, actor(), reference)
    return render_template("start/received.html", one=one)


def _read(key: str) -> StartPage:
    with database().reading() as db:
        return start.start_page(db, actor(), key, request.values.get("at"))


def _show(page: StartPage, typed: Mapping[str, list[str]], errors: Mapping[str, str]) -> str:
    view = None
    if page.form is not None:
        view = questions.view(page.form, typed, {}, errors=errors, offered=page.offered)
    messages = view.messages if view else ()
    return render_template("start/process.html", page=page, view=view, messages=messages)
