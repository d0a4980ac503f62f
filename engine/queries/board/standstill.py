"""Cases that stand still though nothing is late yet: nobody there may do a task, or the case was
suspended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, not_, or_, select

from engine import access, history
from engine.access import Actor
from engine.definitions import shown
from engine.models import (
    account,
    account_role,
    history_event,
    process_definition,
    process_instance,
    task_role,
    timer,
    user_task,
)
from engine.queries.people import any_of, role_titles

MOST = 100


@dataclass(frozen=True)
class Orphan:
    """An open task that nobody who can sign in may do. `why` says which of the two it is."""

    task_id: str
    reference: str
    title: str
    why: str
    since: datetime


@dataclass(frozen=True)
class Suspended:
    """A case that somebody suspended: who, when and why."""

    reference: str
    process: str
    by: str
    at: datetime
    reason: str


def orphans(db: Connection, actor: Actor) -> tuple[Orphan, ...]:
    """Held by somebody who has left, or for a role that no active account has; oldest first."""
    t, p = user_task.c, process_instance.c
    holder = account.alias("holder")
    left = select(account.c.id).where(account.c.active.is_(False))
    dead, r = _to_nobody(db, actor), task_role.c
    to_somebody = exists().where(r.task_id == t.id, not_(or_(false(), *dead)))
    nobody = (
        false()
        if not dead
        else and_(t.id.in_(select(r.task_id).where(or_(false(), *dead))), not_(to_somebody))
    )
    rows = db.execute(
        select(user_task, p.reference, holder.c.name)
        .select_from(user_task)
        .join(process_instance, p.id == t.instance_id)
        .outerjoin(holder, holder.c.id == t.assignee_id)
        .where(
            access.case_seen_by(actor),
            or_(
                and_(t.state == "claimed", t.assignee_id.in_(left)),
                and_(t.state == "created", nobody),
            ),
        )
        .order_by(t.created_at, t.id)
        .limit(MOST)
    ).all()
    titles = role_titles(db)
    return tuple(_orphan(row, titles, shown.words(db, actor, row)) for row in rows)


def _to_nobody(db: Connection, actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions over wm_task_role: the roles (and organisations) offered to that no active account
    has. Few pairs, so the many tasks are looked at only when there is one."""
    r = task_role.c
    offered = db.execute(select(r.role, r.organisation).where(r.claimed.is_(False)).distinct())
    held = db.execute(
        select(account_role.c.role, account.c.organisation)
        .join(account, account.c.id == account_role.c.account_id)
        .where(account.c.active.is_(True))
    )
    pairs = {(row.role, row.organisation) for row in held}
    roles = {role for role, _ in pairs} | actor.shared_roles
    return [
        and_(r.role == row.role, r.organisation == row.organisation)
        if row.organisation
        else and_(r.role == row.role, r.organisation.is_(None))
        for row in offered
        if (row.role not in roles if row.organisation is None else (*row,) not in pairs)
    ]


def _orphan(row: Any, titles: dict[str, str], instead: str | None) -> Orphan:
    roles = any_of(row.roles, titles)
    why = (
        f"{row.name} holds it and has left"
        if row.state == "claimed"
        else f"nobody who can sign in is {roles}"
        if roles
        else "it is for no role"
    )
    return Orphan(row.id, row.reference, instead or row.title, why, row.created_at)


@dataclass(frozen=True)
class Dated:
    """A date that a case waits for, or that stands beside one of its steps."""

    reference: str
    title: str
    due_at: datetime
    protected: bool
    held: bool  # its case is suspended


def dates(db: Connection, actor: Actor) -> tuple[Dated, ...]:
    """The next dates of all cases, what is overdue first."""
    t, p = timer.c, process_instance.c
    rows = db.execute(
        select(p.reference, t.title, t.due_at, t.protected, t.held)
        .join(process_instance, p.id == t.instance_id)
        .where(access.case_seen_by(actor))
        .order_by(t.due_at, t.id)
        .limit(MOST)
    )
    return tuple(Dated(*row) for row in rows)


def suspended(db: Connection, actor: Actor) -> tuple[Suspended, ...]:
    """Longest first."""
    return _suspended(db, access.case_seen_by(actor))


def suspension(db: Connection, instance_id: int) -> Suspended | None:
    """Who suspended this case, when and why; None when it is not."""
    found = _suspended(db, process_instance.c.id == instance_id)
    return found[0] if found else None


def _suspended(db: Connection, which: ColumnElement[bool]) -> tuple[Suspended, ...]:
    p, h = process_instance.c, history_event.c
    last = (
        select(h.instance_id, func.max(h.seq).label("seq"))
        .where(h.kind == "case.suspended")
        .group_by(h.instance_id)
        .subquery()
    )
    rows = db.execute(
        select(
            p.reference,
            process_definition.c.title,
            h.at,
            account.c.name,
            h.instance_id,
            h.seq,
            h.details,
        )
        .select_from(process_instance)
        .join(process_definition, process_definition.c.id == p.definition_id)
        .join(last, last.c.instance_id == p.id)
        .join(history_event, and_(h.instance_id == p.id, h.seq == last.c.seq))
        .outerjoin(account, account.c.id == h.account_id)
        .where(p.status == "suspended", which)
        .order_by(h.at)
        .limit(MOST)
    ).all()
    return tuple(
        Suspended(
            row.reference, row.title, row.name or "Waymark", row.at,
            str(history.unpack(row).get("reason", "")),
        )
        for row in rows
    )  # fmt: skip
