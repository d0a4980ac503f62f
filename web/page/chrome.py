"""What stands round every page: council header, navigation by rights, footer, the bundles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request, url_for
from flask_wtf.csrf import generate_csrf  # type: ignore[import-untyped]  # no types

from web.auth import visitor
from web.config import Config
from web.posting import KEY_FIELD, new_key
from web.rules import PUBLIC, rule

BUNDLES = Path(__file__).parents[1] / "static" / "dist"


@dataclass(frozen=True)
class Link:
    """`active` means that the page shown belongs to this part of the site."""

    text: str
    href: str
    active: bool


# Words, route, rights of which one is needed (none: everybody).
NAVIGATION = (
    ("Tasks", "worklist.tasks", {"work"}),
    ("Cases", "cases.index", {"work", "see_all"}),
    ("Board", "board.board", {"operate"}),
    ("Figures", "figures.index", {"figures"}),
    ("Studio", "studio.index", {"model", "approve"}),
    ("Start", "start.index", set[str]()),
    ("Status", "health.status", {"administer"}),
)


def init_app(app: Flask, config: Config) -> None:
    app.jinja_env.globals.update(csrf=generate_csrf, key_field=KEY_FIELD, new_key=new_key)

    @app.context_processor
    def names() -> dict[str, Any]:
        who = visitor()
        return {
            "site": config,
            "version": app.config["WAYMARK_VERSION"],
            "who": who.actor if who else None,
            "navigation": _navigation() if who else (),
            "asset": asset,
            "styled": bool(_manifest(_stamp())),
            "cspNonce": g.get("csp_nonce", ""),
        }

    @app.get("/brand.css")
    @rule(PUBLIC)
    def brand() -> Response:
        css = (
            f":root{{--govuk-brand-colour:{config.brand};"
            "--govuk-template-background-colour:#ffffff;"
            "--govuk-surface-background-colour:#f3f2f1;"
            "--govuk-surface-border-colour:#cecece}\n"
            f".council-header{{background:{config.brand}}}\n"
        )
        return Response(css, mimetype="text/css")


# The first page: by the rights that roles given by name grant, not those everybody has.
FIRST = (
    ("operate", "board.board"),
    ("work", "worklist.tasks"),
    ("model", "studio.index"),
    ("approve", "studio.index"),
    ("administer", "health.status"),
    ("figures", "figures.index"),
)


def first_page() -> str:
    """Where this person's own work is."""
    who = visitor()
    own = who.actor.own_rights if who else frozenset()
    for right, endpoint in FIRST:
        if right in own and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("start.index")


def _navigation() -> tuple[Link, ...]:
    who = visitor()
    rights = who.actor.rights if who else frozenset()
    family = (request.endpoint or "").split(".")[0]
    return tuple(
        Link(words, url_for(endpoint), family == endpoint.split(".")[0])
        for words, endpoint, needed in NAVIGATION
        if endpoint in current_app.view_functions and (not needed or needed & rights)
    )


def asset(name: str) -> str | None:
    """The address of a bundle, or None when the bundles were not built."""
    found = _manifest(_stamp()).get(name)
    return url_for("static", filename=f"dist/{found}") if found else None


def _stamp() -> float:
    try:
        return (BUNDLES / "manifest.json").stat().st_mtime
    except FileNotFoundError:
        return 0.0


@lru_cache(maxsize=2)
def _manifest(stamp: float) -> dict[str, str]:
    if not stamp:
        return {}
    found: dict[str, str] = json.loads((BUNDLES / "manifest.json").read_text())
    return found
