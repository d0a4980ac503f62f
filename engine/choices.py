"""People, organisations, cases and files that a question of a form may choose from."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select

from engine import access, sealing
from engine.access import Actor
from engine.forms import Choice, Form
from engine.models import account, case_file, organisation, process_instance

MOST = 500


def offered(
    db: Connection, form: Form, actor: Actor, instance_id: int | None
) -> dict[str, tuple[Choice, ...]]:
    """Kind (`person`, `organisation`, `case`, `file`) → choices, for those this form asks for."""
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


def _files(db: Connection, actor: Actor, instance_id: int | None) -> tuple[Choice, ...]:
    """What is on the case and this person may read of it, the newest first."""
    if instance_id is None:
        return ()
    f = case_file.c
    rows = db.execute(
        select(f.id, f.account_id, f.at, f.name)
        .where(f.instance_id == instance_id, access.file_seen_by(db, actor, instance_id))
        .order_by(f.id.desc())
        .limit(MOST)
    )
    return tuple(
        Choice(str(r.id), sealing.FILE_NAME.read(r.name, instance_id, r.account_id, r.at))
        for r in rows
    )


_OFFERS: dict[str, Callable[[Connection, Actor, int | None], tuple[Choice, ...]]] = {
    "person": _people,
    "organisation": _organisations,
    "case": _cases,
    "file": _files,
}
