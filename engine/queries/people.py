"""Who there is: accounts, roles, organisations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.access import Actor, case_seen_by, require
from engine.definitions import shown
from engine.errors import NotFound
from engine.models import (
    account,
    account_role,
    organisation,
    process_instance,
    role,
    user_task,
)


@dataclass(frozen=True)
class Account:
    id: int
    username: str
    name: str
    organisation: str
    active: bool
    roles: tuple[str, ...]
    role_titles: tuple[str, ...]


def accounts(db: Connection, *, actor: Actor) -> tuple[Account, ...]:
    require(actor, "administer")
    return all_accounts(db)


def all_accounts(db: Connection) -> tuple[Account, ...]:
    """Every account by username, with the titles of its roles. For the demo and the command line:
    a page calls `accounts`."""
    titles = {
        r.key: str(r.details.get("title", r.key)) for r in db.execute(select(role)).all()
    }  # fmt: skip
    held: dict[int, list[str]] = {}
    for row in db.execute(select(account_role).order_by(account_role.c.role)):
        held.setdefault(row.account_id, []).append(row.role)
    rows = db.execute(select(account).order_by(account.c.username)).all()
    return tuple(
        Account(
            r.id, r.username, r.name, r.organisation, r.active, tuple(held.get(r.id, ())),
            tuple(titles.get(key, key) for key in held.get(r.id, ())),
        )
        for r in rows
    )  # fmt: skip


def names(db: Connection, account_ids: Collection[int | None]) -> dict[int, str]:
    """Account id → the person's name."""
    wanted = sorted({i for i in account_ids if i is not None})
    if not wanted:
        return {}
    rows = db.execute(select(account.c.id, account.c.name).where(account.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def role_titles(db: Connection) -> dict[str, str]:
    """Role key → its title."""
    return {r.key: str(r.details.get("title", r.key)) for r in db.execute(select(role))}


def organisation_titles(db: Connection) -> dict[str, str]:
    rows = db.execute(select(organisation.c.key, organisation.c.title))
    return {row.key: row.title for row in rows}


def titles(db: Connection) -> dict[str, str]:
    """Key of a role or an organisation → its title."""
    return {**organisation_titles(db), **role_titles(db)}


def any_of(roles: Iterable[str], known: Mapping[str, str]) -> str:
    """Roles by their titles: “Worker or Boss”."""
    return " or ".join(known.get(role, role) for role in roles)


@dataclass(frozen=True)
class Held:
    """A task that somebody holds."""

    task_id: str
    title: str
    reference: str


def holder(
    db: Connection, actor: Actor, account_id: int
) -> tuple[str, tuple[Held, ...], tuple[tuple[int, str], ...]]:
    """The name, the open tasks a person holds, and the other active people (id, name); NotFound
    when there is no such account."""
    require(actor, "operate")
    name = db.execute(select(account.c.name).where(account.c.id == account_id)).scalar()
    if name is None:
        raise NotFound("account", account_id)
    t, p = user_task.c, process_instance.c
    rows = db.execute(
        select(user_task, p.reference)
        .join(process_instance, p.id == t.instance_id)
        .where(t.assignee_id == account_id, t.state == "claimed", case_seen_by(actor))
        .order_by(t.due_at, t.id)
    )
    others = db.execute(
        select(account.c.id, account.c.name)
        .where(account.c.active.is_(True), account.c.id != account_id)
        .order_by(account.c.name, account.c.id)
    )
    held = tuple(Held(row.id, shown.title(db, actor, row), row.reference) for row in rows)
    return str(name), held, tuple((row.id, row.name) for row in others)
