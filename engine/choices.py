"""People, organisations and cases that a question of a form may choose from."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select

from engine import access
from engine.access import Actor
from engine.forms import Choice, Form
from engine.models import account, organisation, process_instance

MOST = 500


def offered(
    db: Connection, form: Form, actor: Actor, instance_id: int | None
) -> dict[str, tuple[Choice, ...]]:
    """Kind (`person`, `organisation`, `case`) → choices, for the kinds this form asks for."""
    asked = {f.choose for q in form.questions() for f in (q, *q.fields) if f.choose}
    return {kind: _OFFERS[kind](db, actor, instance_id) for kind in sorted(asked) if kind}


def _people(db: Connection, _actor: Actor, _case: int | None) -> tuple[Choice, ...]:
    a = account.c
    rows = db.execute(
        select(a.username, a.name).where(a.active.is_(True)).order_by(a.name).limit(MOST)
    )
    return tuple(Choice(r.username, r.name) for r in rows)


def _organisations(db: Connection, _actor: Actor, _case: int | None) -> tuple[Choice, ...]:
    rows = db.execute(select(organisation).order_by(organisation.c.title).limit(MOST))
    return tuple(Choice(r.key, r.title) for r in rows)


def _cases(db: Connection, actor: Actor, instance_id: int | None) -> tuple[Choice, ...]:
    """Other cases that this person may know of, the newest first."""
    p = process_instance.c
    rows = db.execute(
        select(p.id, p.reference)
        .where(access.case_seen_by(actor))
        .order_by(p.id.desc())
        .limit(MOST)
    )
    return tuple(Choice(r.reference, r.reference) for r in rows if r.id != instance_id)


_OFFERS: dict[str, Callable[[Connection, Actor, int | None], tuple[Choice, ...]]] = {
    "person": _people,
    "organisation": _organisations,
    "case": _cases,
}
