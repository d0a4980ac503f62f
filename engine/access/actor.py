"""Who acts: an account with its roles, rights and masks. Roles are data (roles.yaml, kept in
wm_role); no role key stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from engine.errors import NotFound
from engine.models import account, account_role, role

RIGHTS = frozenset(
    {"start", "work", "operate", "see_all", "model", "approve", "administer", "govern", "figures"}
)
FIELD_CLASSES = frozenset({"special", "third_party", "police"})
TEXT = "text"  # what was typed in words and has no class: masked only where a role says so
_MASKABLE = FIELD_CLASSES | {TEXT}
_CASE_RIGHTS = frozenset({"work", "see_all", "operate"})
_NARROW_KINDS = frozenset({"partner", "provider"})


@dataclass(frozen=True)
class Actor:
    """Who acts. `masks` are the field classes (and TEXT) this person reads masked;
    `shared_roles` are the roles that every account has, `own_rights` those that roles given by
    name grant;
    `whole_roles` are roles whose holders read a case whole, not only their own part of it."""

    account_id: int | None
    username: str
    name: str
    organisation: str
    roles: frozenset[str]
    rights: frozenset[str]
    masks: frozenset[str]
    shared_roles: frozenset[str] = frozenset()
    whole_roles: frozenset[str] = frozenset()
    own_rights: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()  # masked classes that a reason opens for a while

    def has(self, right: str) -> bool:
        return right in self.rights

    @property
    def team_roles(self) -> frozenset[str]:
        """Roles given to this person by name: those everybody has show nobody's case."""
        return self.roles - self.shared_roles


SYSTEM = Actor(None, "waymark", "Waymark", "", frozenset(), RIGHTS, frozenset())


def load_actor(db: Connection, account_id: int) -> Actor:
    """The account with its roles, rights and masks as they are now; NotFound when inactive."""
    row = db.execute(
        select(account.c.username, account.c.name, account.c.organisation)
        .where(account.c.id == account_id, account.c.active.is_(True))
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("account", account_id)
    given = and_(account_role.c.role == role.c.key, account_role.c.account_id == account_id)
    rows = db.execute(
        select(role.c.key, role.c.details, account_role.c.account_id)
        .select_from(role.outerjoin(account_role, given))
    ).all()  # fmt: skip
    shared = {r.key for r in rows if r.details.get("everyone")}
    details = {r.key: r.details for r in rows if r.account_id is not None or r.key in shared}
    named = {key: detail for key, detail in details.items() if key not in shared}
    return Actor(
        account_id=account_id,
        username=row.username,
        name=row.name,
        organisation=row.organisation,
        roles=frozenset(details),
        rights=_rights(details.values()),
        masks=_masks(named.values(), details.values()),
        shared_roles=frozenset(shared),
        whole_roles=frozenset(key for key, detail in named.items() if _reads_whole(detail)),
        own_rights=_rights(named.values()),
        opens=_MASKABLE & {name for detail in named.values() for name in detail.get("opens", ())},
    )


def _rights(details: Collection[Mapping[str, Any]]) -> frozenset[str]:
    return RIGHTS & {right for detail in details for right in detail.get("rights", ())}


def _masks(
    named: Collection[Mapping[str, Any]], every: Collection[Mapping[str, Any]]
) -> frozenset[str]:
    """A class is masked unless a role given by name that does case work reads it openly; who has
    no such role reads by the roles that everybody has."""
    working = [d for d in named if _works(d)] or [d for d in every if _works(d)]
    masked = _MASKABLE if working else FIELD_CLASSES
    for detail in working:
        masked &= frozenset(detail.get("masks", ()))
    return masked


def _works(detail: Mapping[str, Any]) -> bool:
    return bool(_CASE_RIGHTS & set(detail.get("rights", ())))


def _reads_whole(detail: Mapping[str, Any]) -> bool:
    """`sees: own` or an outside organisation's role: only its own requests and answers."""
    default = "own" if detail.get("organisation") in _NARROW_KINDS else "case"
    return _works(detail) and bool(detail.get("sees", default) == "case")


def shared_roles(db: Connection) -> frozenset[str]:
    """Roles that every account has."""
    rows = db.execute(select(role.c.key, role.c.details))
    return frozenset(row.key for row in rows if row.details.get("everyone"))
