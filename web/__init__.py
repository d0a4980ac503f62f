"""The web: a thin skin over the engine. Each page calls queries, each form calls one command."""

from __future__ import annotations

import secrets
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from flask import Flask, g
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.database import Database
from web import auth, errors
from web.config import Config, use
from web.page import chrome, words
from web.rules import require_rules

__all__ = ["create_app"]


def create_app(config: Config, database: Database | None = None) -> Flask:
    """The app for these settings; raises `NoRule` when a route does not say who may use it."""
    app = Flask(__name__)
    _settings(app, config)
    use(config)
    app.extensions["waymark"] = database or Database(config.database_url)
    _templates(app)
    errors.init_app(app)
    auth.init_app(app)
    auth.add_headers(app, config.https)
    chrome.init_app(app, config)
    _routes(app)
    require_rules(app)
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the documented way
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
    return app


def _settings(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="__Host-waymark" if config.https else "waymark",
        SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_FIELD_NAME=auth.CSRF_FIELD,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=5_000,
        WAYMARK=config,
        WAYMARK_VERSION=_version(),
    )


def _version() -> str:
    try:
        return version("waymark")
    except PackageNotFoundError:
        return "from source"


def _templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    govuk = PackageLoader("govuk_frontend_jinja")
    app.jinja_env.loader = ChoiceLoader(
        [
            FileSystemLoader(f"{app.root_path}/templates"),
            PrefixLoader({"govuk_frontend_jinja": govuk}),
        ]
    )
    for name in (
        "a_date", "a_time", "a_moment", "basis_words", "due_words", "lasted", "markdown",
        "value_words",
    ):  # fmt: skip
        app.jinja_env.filters[name] = getattr(words, name)

    @app.before_request
    def nonce() -> None:
        g.csp_nonce = secrets.token_urlsafe(16)


def _routes(app: Flask) -> None:
    from web import (
        board,
        cases,
        figures,
        files,
        health,
        interventions,
        pages,
        problems,
        signing,
        start,
        tasks,
        worklist,
    )  # fmt: skip

    for family in (
        signing, pages, worklist, tasks, start, cases, files, interventions, board, figures,
        problems, health,
    ):  # fmt: skip
        app.register_blueprint(family.bp)
    if find_spec("web.studio") is not None:
        app.register_blueprint(import_module("web.studio").bp)
