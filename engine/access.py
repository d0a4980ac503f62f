"""Who may see, claim, complete and operate: each rule once, as a check and as an SQL predicate.

Deny by default. Rights and roles are data (roles.yaml, kept in wm_role); no role key stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select, true

from engine.errors import NotAllowed, NotFound
from engine.models import account, account_role, process_instance, role, task_role, user_task

RIGHTS = frozenset(
    {"start", "work", "operate", "see_all", "model", "approve", "administer", "govern", "figures"}
)
FIELD_CLASSES = frozenset({"special", "third_party", "police"})
ANYONE = "anyone"
_CASE_RIGHTS = frozenset({"work", "see_all", "operate"})
_NARROW_KINDS = frozenset({"partner", "provider"})


@dataclass(frozen=True)
class Actor:
    """Who acts. `masks` are the field classes this person reads masked; `shared_roles` are the
    roles that every account has, `own_rights` those that roles given by name grant;
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

    def has(self, right: str) -> bool:
        return right in self.rights

    @property
    def team_roles(self) -> frozenset[str]:
        """Roles given to this person by name: those everybody has show nobody's case."""
        return self.roles - self.shared_roles


SYSTEM = Actor(None, "waymark", "Waymark", "", frozenset(), RIGHTS, frozenset())


class TaskRow(Protocol):
    """What the task rules read: a row of wm_user_task, or anything shaped like one."""

    @property
    def state(self) -> str: ...
    @property
    def roles(self) -> Collection[str]: ...
    @property
    def organisation(self) -> str | None: ...
    @property
    def assignee_id(self) -> int | None: ...


class SeenTask(TaskRow, Protocol):
    @property
    def ended_by(self) -> int | None: ...


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
        masks=_masks(named.values()),
        shared_roles=frozenset(shared),
        whole_roles=frozenset(key for key, detail in named.items() if _reads_whole(detail)),
        own_rights=_rights(named.values()),
    )


def _rights(details: Collection[Mapping[str, Any]]) -> frozenset[str]:
    return RIGHTS & {right for detail in details for right in detail.get("rights", ())}


def _masks(named: Collection[Mapping[str, Any]]) -> frozenset[str]:
    """A class is masked unless one of the roles that do case work reads it openly."""
    working = [d for d in named if _CASE_RIGHTS & set(d.get("rights", ()))]
    masked = FIELD_CLASSES
    for detail in working:
        masked &= frozenset(detail.get("masks", ()))
    return masked


def _reads_whole(detail: Mapping[str, Any]) -> bool:
    """`sees: own` or an outside organisation's role: only its own requests and answers."""
    default = "own" if detail.get("organisation") in _NARROW_KINDS else "case"
    rights = set(detail.get("rights", ()))
    return bool(_CASE_RIGHTS & rights) and bool(detail.get("sees", default) == "case")


# --- rights -------------------------------------------------------------------------------------


def require(actor: Actor, right: str) -> None:
    if right not in actor.rights:
        raise NotAllowed("Your role does not allow this.", action=right, rule=right)


def may_start(actor: Actor, manifest: Mapping[str, Any]) -> bool:
    """`start` of process.yaml names the roles that may begin a case by hand."""
    allowed = manifest.get("start") or ()
    if not manifest.get("reference") or actor.account_id is None:
        return False
    return ANYONE in allowed or bool(actor.roles & set(allowed))


# --- cases --------------------------------------------------------------------------------------


def case_seen_by(actor: Actor) -> ColumnElement[bool]:
    """Over wm_process_instance: who holds or held a task of the case, whose role (and
    organisation) has an open one, or who may see all."""
    if "see_all" in actor.rights:
        return true()
    if actor.account_id is None:
        return false()
    mine = exists().where(
        user_task.c.instance_id == process_instance.c.id,
        or_(
            user_task.c.assignee_id == actor.account_id,
            user_task.c.ended_by == actor.account_id,
        ),
    )
    offered = exists().where(
        user_task.c.instance_id == process_instance.c.id,
        user_task.c.state.in_(("created", "claimed")),
        user_task.c.id == task_role.c.task_id,
        task_role.c.role.in_(sorted(actor.team_roles)),
        _own_organisation(actor),
    )
    return or_(mine, offered)


def may_see_case(db: Connection, actor: Actor, instance_id: int) -> bool:
    found = db.execute(
        select(process_instance.c.id)
        .where(process_instance.c.id == instance_id, case_seen_by(actor))
    ).first()  # fmt: skip
    return found is not None


def require_case(db: Connection, actor: Actor, instance_id: int) -> None:
    """NotFound for a case this actor may not know of, as for one that does not exist."""
    if not may_see_case(db, actor, instance_id):
        raise NotFound("case", instance_id)


def reads_whole_case(db: Connection, actor: Actor, instance_id: int) -> bool:
    """On a case this actor may see: all its answers, or only what they wrote themselves. Work
    that belongs to one organisation shows that organisation nothing of the others'."""
    if "see_all" in actor.rights:
        return True
    if not actor.whole_roles:
        return False
    own = or_(
        user_task.c.assignee_id == actor.account_id,
        user_task.c.ended_by == actor.account_id,
        _offered_to(actor.whole_roles, actor),
    )
    found = db.execute(
        select(user_task.c.id)
        .where(user_task.c.instance_id == instance_id, user_task.c.organisation.is_(None), own)
        .limit(1)
    ).first()
    return found is not None


def may_operate(db: Connection, actor: Actor, instance_id: int) -> bool:
    return "operate" in actor.rights and may_see_case(db, actor, instance_id)


def require_operate(db: Connection, actor: Actor, instance_id: int) -> None:
    require_case(db, actor, instance_id)
    require(actor, "operate")


# --- tasks --------------------------------------------------------------------------------------


def _own_organisation(actor: Actor) -> ColumnElement[bool]:
    return or_(
        task_role.c.organisation.is_(None), task_role.c.organisation == actor.organisation
    )  # fmt: skip


def _offered_to(roles: frozenset[str], actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        task_role.c.task_id == user_task.c.id,
        task_role.c.role.in_(sorted(roles)),
        _own_organisation(actor),
    )


def task_seen_by(actor: Actor) -> ColumnElement[bool]:
    """Over wm_user_task: one's own, those offered to one's role and organisation, or all."""
    if "see_all" in actor.rights:
        return true()
    if actor.account_id is None:
        return false()
    return or_(
        user_task.c.assignee_id == actor.account_id,
        user_task.c.ended_by == actor.account_id,
        _offered_to(actor.team_roles, actor),
        and_(user_task.c.state == "created", _offered_to(actor.roles, actor)),
    )


def sees_task(actor: Actor, task: SeenTask) -> bool:
    """`task_seen_by` for a row in hand."""
    if "see_all" in actor.rights:
        return True
    if actor.account_id is None:
        return False
    if actor.account_id in (task.assignee_id, task.ended_by):
        return True
    if task.state not in ("created", "claimed") or not is_offered(actor, task):
        return False
    return task.state == "created" or bool(actor.team_roles & set(task.roles))


def may_see_task(db: Connection, actor: Actor, task_id: str) -> bool:
    found = db.execute(
        select(user_task.c.id).where(user_task.c.id == task_id, task_seen_by(actor))
    ).first()
    return found is not None


def require_task(db: Connection, actor: Actor, task_id: str) -> None:
    if not may_see_task(db, actor, task_id):
        raise NotFound("task", task_id)


def is_offered(actor: Actor, task: TaskRow) -> bool:
    """Role and, when the task belongs to one, organisation match."""
    same = task.organisation is None or task.organisation == actor.organisation
    return same and bool(actor.roles & set(task.roles))


def may_claim(actor: Actor, task: TaskRow) -> bool:
    """Open, held by nobody, and offered to one's role. (Separation of duties: `worked_on`.)"""
    return actor.account_id is not None and task.state == "created" and is_offered(actor, task)


def claimable_by(actor: Actor) -> ColumnElement[bool]:
    if actor.account_id is None:
        return false()
    return and_(user_task.c.state == "created", _offered_to(actor.roles, actor))


def may_complete(actor: Actor, task: TaskRow) -> bool:
    """Only who holds it: nobody submits a task under another's name."""
    return task.state == "claimed" and task.assignee_id == actor.account_id is not None


def completable_by(actor: Actor) -> ColumnElement[bool]:
    return and_(user_task.c.state == "claimed", user_task.c.assignee_id == actor.account_id)


def worked_on(
    db: Connection, instance_id: int, account_id: int, element_ids: Collection[str] | None = None
) -> bool:
    """Whether this account completed a task of the case: one of `element_ids`, or any (`*`)."""
    wanted = [
        user_task.c.instance_id == instance_id,
        user_task.c.state == "completed",
        user_task.c.ended_by == account_id,
    ]
    if element_ids is not None:
        wanted.append(user_task.c.element_id.in_(sorted(element_ids)))
    return db.execute(select(user_task.c.id).where(*wanted).limit(1)).first() is not None


def shared_roles(db: Connection) -> frozenset[str]:
    """Roles that every account has."""
    rows = db.execute(select(role.c.key, role.c.details))
    return frozenset(row.key for row in rows if row.details.get("everyone"))
