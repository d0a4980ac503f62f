"""Accounts and their roles. Everything that changes who may do what is on the audit trail."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Connection, delete, insert, select, update

from engine import audit, clock
from engine.access import Actor, require
from engine.errors import InvalidInput, NotFound
from engine.models import account, account_role, login_session, organisation, role

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}\Z")
SHORTEST_PASSWORD = 10


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """argon2id with the library's present parameters."""
    return PasswordHasher()


def create_account(
    db: Connection,
    username: str,
    name: str,
    organisation: str,
    *,
    password: str | None = None,
    roles: Collection[str] = (),
    actor: Actor,
) -> int:
    """The id of a new, active account. Without a password nobody can sign in to it."""
    require(actor, "administer")
    username, name = username.strip().lower(), name.strip()
    _check_new(db, username, name, organisation)
    account_id: int = db.execute(
        insert(account)
        .values(
            username=username,
            name=name,
            organisation=organisation.strip(),
            active=True,
            created_at=clock.now(),
        )
        .returning(account.c.id)
    ).scalar_one()
    _record(db, actor, account_id, "account.created")
    if password is not None:
        set_password(db, account_id, password, actor=actor)
    if roles:
        set_roles(db, account_id, roles, actor=actor)
    return account_id


def _check_new(db: Connection, username: str, name: str, organisation: str) -> None:
    messages = {}
    if not USERNAME.match(username):
        messages["username"] = "Enter a username: small letters, digits, full stops and hyphens"
    elif db.execute(select(account.c.id).where(account.c.username == username)).first():
        messages["username"] = "There is already an account with this username"
    if not name:
        messages["name"] = "Enter the person's name"
    if not organisation.strip():
        messages["organisation"] = "Enter the person's organisation"
    if messages:
        raise InvalidInput(messages)


def set_roles(db: Connection, account_id: int, roles: Collection[str], *, actor: Actor) -> None:
    """The account has exactly these roles from now on (and those that everybody has)."""
    require(actor, "administer")
    _require_account(db, account_id)
    known = {row.key: row.details for row in db.execute(select(role))}
    if unknown := sorted(set(roles) - set(known)):
        raise InvalidInput({"roles": f"There is no role “{', '.join(unknown)}”"})
    _check_kinds(db, account_id, {key: known[key] for key in roles})
    db.execute(delete(account_role).where(account_role.c.account_id == account_id))
    if roles:
        rows = [{"account_id": account_id, "role": key} for key in sorted(set(roles))]
        db.execute(insert(account_role), rows)
    _record(db, actor, account_id, "account.roles_set", roles=sorted(set(roles)))


def _check_kinds(db: Connection, account_id: int, roles: Mapping[str, Mapping[str, Any]]) -> None:
    """A role for one kind of organisation is held by people of such an organisation alone (where
    the site lists its organisations)."""
    kinds = {row.key: row.kind for row in db.execute(select(organisation))}
    own = select(account.c.organisation).where(account.c.id == account_id)
    kind = kinds.get(db.execute(own).scalar_one())
    for key, details in sorted(roles.items()):
        wanted = details.get("organisation") or "any"
        if kinds and wanted not in ("any", kind):
            title = details.get("title") or key
            raise InvalidInput({"roles": f"“{title}” is for people of a {wanted} organisation"})


def set_password(db: Connection, account_id: int, password: str, *, actor: Actor) -> None:
    """Replace the password; every open session of the account ends."""
    if actor.account_id != account_id:
        require(actor, "administer")
    _require_account(db, account_id)
    if len(password) < SHORTEST_PASSWORD:
        words = f"Password must be {SHORTEST_PASSWORD} characters or more"
        raise InvalidInput({"password": words})
    hashed = hasher().hash(password)
    db.execute(update(account).where(account.c.id == account_id).values(password_hash=hashed))
    _end_sessions(db, account_id)
    _record(db, actor, account_id, "account.password_set")


def set_active(db: Connection, account_id: int, active: bool, *, actor: Actor) -> None:
    """An inactive account cannot sign in, and what it had open is ended at once."""
    require(actor, "administer")
    _require_account(db, account_id)
    db.execute(update(account).where(account.c.id == account_id).values(active=active))
    if not active:
        _end_sessions(db, account_id)
    _record(db, actor, account_id, "account.opened" if active else "account.closed")


def _end_sessions(db: Connection, account_id: int) -> None:
    db.execute(
        update(login_session)
        .where(login_session.c.account_id == account_id, login_session.c.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def _require_account(db: Connection, account_id: int) -> None:
    if db.execute(select(account.c.id).where(account.c.id == account_id)).first() is None:
        raise NotFound("account", account_id)


def _record(
    db: Connection, actor: Actor, account_id: int, action: str, roles: list[str] | None = None
) -> None:
    chain = f"account:{account_id}"
    details = None if roles is None else {"roles": roles}
    audit.record(db, actor=actor, chain=chain, action=action, subject=chain, details=details)
