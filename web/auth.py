"""Who is asking: the session cookie → an account of ours, held to the rule of the route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import (  # type: ignore[import-untyped]  # the library has no types
    AnonymousUserMixin,
    LoginManager,
    UserMixin,
    current_user,
)
from flask_wtf import CSRFProtect  # type: ignore[import-untyped]  # no types

from engine import clock
from engine.access import Actor, load_actor
from engine.commands import signing
from engine.database import Database
from engine.errors import EngineError, NotAllowed, NotFound
from web.rules import PUBLIC, SIGNED_IN, rule_of

Db: TypeAlias = Any  # a connection of engine.database; pages pass it on and never look inside
CSRF_FIELD = "wm-csrf"
SEEN_EVERY = timedelta(minutes=1)
csrf = CSRFProtect()


@dataclass(frozen=True)
class Visitor(UserMixin):  # type: ignore[misc]  # the library has no types
    """Somebody signed in, with the session they came by."""

    token: str
    actor: Actor
    session: signing.OpenSession

    def get_id(self) -> str:
        return self.token


def database() -> Database:
    return cast(Database, current_app.extensions["waymark"])


def actor() -> Actor:
    """The signed-in person; a route whose rule is `public` asks `current_user` first."""
    return cast(Visitor, current_user).actor


def visitor() -> Visitor | None:
    return cast(Visitor, current_user) if current_user.is_authenticated else None


def ask_no_more() -> None:
    """The database is away: whoever is not known yet stays unknown for this answer."""
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    manager = LoginManager()
    manager.session_protection = None  # the row says when a session ends, not the address
    manager.user_loader(_load)
    manager.init_app(app)
    app.before_request(_check_rule)


def _load(token: str) -> Visitor | None:
    """The visitor of a session token; the idle time starts anew, at most once a minute."""
    with database().reading() as db:
        found = signing.find_session(db, token)
        if found is None:
            return None
        try:
            who = load_actor(db, found.account_id)
        except NotFound:
            return None
    if clock.now() - found.seen_at > SEEN_EVERY and not is_poll():
        with database().transaction() as db:
            signing.touch(db, token)
    return Visitor(token, who, found)


def is_poll() -> bool:
    """A page that refreshes itself is not a person at work."""
    return request.headers.get("X-Waymark-Refresh") is not None


def begin(opened: signing.Session) -> None:
    """A new cookie for a new session: nothing of the one before is kept."""
    session.clear()
    session["_user_id"] = opened.token
    session[CSRF_FIELD] = opened.csrf_secret


def _check_rule() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    needed = rule_of(current_app, request.endpoint)
    if PUBLIC in needed:
        return None
    if not current_user.is_authenticated:
        return _signed_out()
    if SIGNED_IN not in needed and not needed & actor().rights:
        raise NotAllowed("Your role does not have this page.", action=request.endpoint)
    return None


def _signed_out() -> ResponseReturnValue:
    if request.method == "POST":
        g.signed_out, g.kept = True, _keep_late()
        raise NotAllowed("You were signed out before this was sent.", rule=SIGNED_IN)
    if is_poll():
        return "", 401
    following = request.full_path.rstrip("?") if request.path != "/" else None
    return redirect(url_for("signing.sign_in", next=following), 303)


Keep = Callable[[Db, Actor], None]
_late: dict[str, Keep] = {}


def kept_when_late(endpoint: str, keep: Keep) -> None:
    """What is sent to this route after the session ran out is kept by `keep(db, actor)`."""
    _late[endpoint] = keep


def _keep_late() -> bool:
    """Save what was typed for the account whose session ran out lately; False when we cannot."""
    keep, token = _late.get(request.endpoint or ""), session.get("_user_id")
    if keep is None or not isinstance(token, str):
        return False
    try:
        with database().transaction() as db:
            account_id = signing.lately_ended(db, token)
            if account_id is None:
                return False
            keep(db, load_actor(db, account_id))
    except EngineError:
        return False
    return True


def safe_next(path: str | None) -> str | None:
    """Only a path of this site: never another host, never a scheme."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return None
    return path if path.isprintable() and "\\" not in path else None


def add_headers(app: Flask, https: bool) -> None:
    """The security headers of every answer."""

    @app.after_request
    def headers(response: Any) -> Any:
        policy = CONTENT_POLICY.format(nonce=getattr(g, "csp_nonce", ""))
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cache-Control"] = _caching()
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def _caching() -> str:
    """Pages are kept nowhere; bundles, whose names change with what they hold, for ever."""
    if request.endpoint != "static":
        return "no-store"
    bundle = request.path.startswith("/static/dist/")
    return "public, max-age=31536000, immutable" if bundle else "public, max-age=3600"


CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
