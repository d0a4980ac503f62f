"""Bring open cases to the newest version: tried on each in memory first, then moved one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine.commands import operations
from engine.commands.operations import Brought
from engine.errors import InvalidInput
from engine.queries.studio import migrating as queries
from engine.queries.studio.migrating import Plan, Tried
from web.auth import actor, database
from web.page.reasons import given_reason
from web.rules import rule
from web.studio.blueprint import bp

NEWER = "A newer version was published meanwhile. Look again at what would happen."
NONE_CHOSEN = "Choose the cases to move."


@dataclass(frozen=True)
class MigratePage:
    """`tried` is empty until the move has been tried; `chosen` are the cases ticked."""

    plan: Plan
    tried: tuple[Tried, ...] = ()
    chosen: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def can_move(self) -> tuple[Tried, ...]:
        return tuple(one for one in self.tried if one.refused is None)

    @property
    def cannot(self) -> tuple[Tried, ...]:
        return tuple(one for one in self.tried if one.refused is not None)


@bp.get("/<key>/migrate")
@rule("model", "operate")
def migrate(key: str) -> str:
    with database().reading() as db:
        page = MigratePage(queries.plan(db, actor(), key, _only(), _first()))
    return _shown(page)


@bp.post("/<key>/migrate")
@rule("model", "operate")
def move_cases(key: str) -> ResponseReturnValue:
    """First says of each case what would happen; then moves those chosen, a result a case."""
    with database().reading() as db:
        plan = queries.plan(db, actor(), key, _only(), _first())
        mapping, redate = _mapping(plan), "wm-redate" in request.form
        ways = operations.ways(db, plan.references, mapping, redate)
        tried = queries.tried(db, actor(), ways)
        # read last: the ways are to the version that the page showed, or to a newer one
        live = queries.live_version(db, key)
    confirmed = request.form.get("wm-act") == "confirm"
    chosen = _chosen(tried) if confirmed else _names(t for t in tried if t.refused is None)
    page = MigratePage(plan, tried, chosen)
    if not confirmed:
        return _shown(page)
    page.errors.update(_faults(live, chosen))
    if not page.errors:
        moving = [way for way in ways if way.reference in chosen]
        try:
            brought = operations.bring(database(), moving, actor=actor(), reason=given_reason())
            return _results(plan, brought)
        except InvalidInput as error:
            page.errors.update(error.messages)
    return _shown(page), 422


def _faults(live: int, chosen: tuple[str, ...]) -> dict[str, str]:
    if request.form.get("wm-to") != str(live):
        return {"tried": NEWER}
    if not chosen:
        return {"case": NONE_CHOSEN}
    if request.form.get("wm-count", "").strip() != str(len(chosen)):
        return {"count": f"Type the number of cases to confirm: {len(chosen)}."}
    return {}


def _mapping(plan: Plan) -> dict[str, dict[str, str]]:
    """What the page says of each step that is gone; nothing but what it offered is taken."""
    found: dict[str, dict[str, str]] = {}
    for gone in plan.gone:
        given = request.form.get(gone.name, "")
        if any(place.element_id == given for place in gone.places):
            found.setdefault(gone.process, {})[gone.element_id] = given
    return found


def _names(some: Iterable[Tried]) -> tuple[str, ...]:
    return tuple(one.reference for one in some)


def _chosen(tried: tuple[Tried, ...]) -> tuple[str, ...]:
    ticked = set(request.form.getlist("case"))
    return _names(one for one in tried if one.reference in ticked)


def _only() -> str | None:
    return request.values.get("only") or None


def _first() -> int:
    """The number of the first case shown."""
    asked = request.values.get("from", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _shown(page: MigratePage) -> str:
    return render_template(
        "studio/migrate.html", page=page, only=_only(), sent=dict(request.form.items())
    )


def _results(plan: Plan, brought: tuple[Brought, ...]) -> str:
    return render_template("studio/migrated.html", plan=plan, brought=brought)
