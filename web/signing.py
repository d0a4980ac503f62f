"""Sign in and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine.commands import signing
from engine.errors import NotAllowed
from web import auth
from web.auth import database, visitor
from web.demo_accounts import demo_accounts
from web.page import chrome
from web.page.questions import Message
from web.rules import PUBLIC, SIGNED_IN, rule

bp = Blueprint("signing", __name__)
WRONG = "The username or password is wrong"


@bp.get("/")
@rule(SIGNED_IN)
def home() -> ResponseReturnValue:
    return redirect(chrome.first_page(), 303)


@bp.get("/sign-in")
@rule(PUBLIC)
def sign_in() -> ResponseReturnValue:
    if visitor():
        return redirect(chrome.first_page(), 303)
    return _page("", ())


@bp.post("/sign-in")
@rule(PUBLIC)
def sign_in_now() -> ResponseReturnValue:
    username, password = request.form.get("username", ""), request.form.get("password", "")
    if not username.strip() or not password:
        return _page(username, _missing(username, password)), 422
    try:
        opened = _check(username, password)
    except NotAllowed as error:
        return _page(username, (Message(str(error), "#username"),)), 422
    auth.begin(opened)
    return redirect(auth.safe_next(request.form.get("next")) or url_for("signing.home"), 303)


@bp.post("/sign-out")
@rule(PUBLIC)
def sign_out() -> ResponseReturnValue:
    if who := visitor():
        with database().transaction() as db:
            signing.sign_out(db, who.token)
    session.clear()
    return redirect(url_for("signing.sign_in"), 303)


def _check(username: str, password: str) -> signing.Session:
    """Two short transactions with the slow check between them."""
    with database().transaction() as db:
        attempt = signing.begin_sign_in(db, username, request.remote_addr or "")
    right = signing.is_right(attempt, password)
    with database().transaction() as db:
        if right:
            older = visitor()
            return signing.finish_sign_in(db, attempt, replacing=older.token if older else None)
        signing.fail_sign_in(db, attempt)
    raise NotAllowed(WRONG, action="sign in", rule="password")


def _missing(username: str, password: str) -> tuple[Message, ...]:
    found = [] if username.strip() else [Message("Enter your username", "#username")]
    return (*found, *([] if password else [Message("Enter your password", "#password")]))


def _page(username: str, messages: tuple[Message, ...]) -> str:
    following = auth.safe_next(request.values.get("next"))
    return render_template(
        "signing/sign_in.html",
        username=username,
        messages=messages,
        following=following,
        accounts=demo_accounts(),
    )
