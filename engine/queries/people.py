"""Who there is: accounts, roles, organisations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.access import Actor, require
from engine.models import account, account_role, organisation, role


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
