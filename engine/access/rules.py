"""Who may see, claim, complete and operate: each rule once, as a check and as an SQL predicate.

Deny by default.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select, true

from engine.access.actor import Actor
from engine.errors import NotAllowed, NotFound
from engine.models import process_instance, task_role, user_task

ANYONE = "anyone"


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


def _offered(actor: Actor) -> ColumnElement[bool]:
    """To a role given by name; a role that everybody has offers to who started the case alone, or
    every account would read of it."""
    started = select(process_instance.c.id).where(process_instance.c.started_by == actor.account_id)
    return or_(
        _offered_to(actor.team_roles, actor),
        and_(_offered_to(actor.shared_roles, actor), user_task.c.instance_id.in_(started)),
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
        and_(user_task.c.state == "created", _offered(actor)),
    )


def sees_task(actor: Actor, task: SeenTask) -> bool:
    """`task_seen_by` for a row in hand, whose id only those it was offered to can know."""
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


def does_task(actor: Actor, task: SeenTask) -> bool:
    """Whose task it is, was, or may become: not who only may see every case."""
    mine = actor.account_id is not None and actor.account_id in (task.assignee_id, task.ended_by)
    return mine or is_offered(actor, task)


def may_claim(actor: Actor, task: TaskRow) -> bool:
    """Open, held by nobody, and offered to one's role. (Separation of duties: `worked_on`.)"""
    return actor.account_id is not None and task.state == "created" and is_offered(actor, task)


def may_complete(actor: Actor, task: TaskRow) -> bool:
    """Only who holds it: nobody submits a task under another's name."""
    return task.state == "claimed" and task.assignee_id == actor.account_id is not None


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
