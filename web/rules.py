"""Every route says who may use it. The app does not start when one is silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

from engine.access import RIGHTS

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC, SIGNED_IN = "public", "signed_in"
_KNOWN = RIGHTS | {PUBLIC, SIGNED_IN}
_FLASKS_OWN = {"static": PUBLIC}


class NoRule(Exception):
    """A route without a rule: nobody has thought about who may use it."""


def rule(*names: str) -> Callable[[View], View]:
    """`public`, `signed_in`, or rights of which the person needs one."""
    if unknown := set(names) - _KNOWN or not names:
        raise NoRule(f"{unknown} is no rule")

    def mark(view: View) -> View:
        view.rule = frozenset(names)  # type: ignore[attr-defined]  # read by `rule_of` alone
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> frozenset[str]:
    """The rule of a route; one without is nobody's."""
    if endpoint in _FLASKS_OWN:
        return frozenset({_FLASKS_OWN[endpoint]})
    found: frozenset[str] = getattr(app.view_functions[endpoint], "rule", frozenset())
    return found


def require_rules(app: Flask) -> None:
    """Raises NoRule naming the routes that have none."""
    silent = sorted({r.endpoint for r in app.url_map.iter_rules() if not rule_of(app, r.endpoint)})
    if silent:
        raise NoRule(f"Routes without a rule: {', '.join(silent)}")
