"""What a step opened for people: user tasks with who may do them, and problems."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from engine import clock
from engine.advance.step import Step
from engine.execution import offers
from engine.execution.waits import Wait
from engine.history import Event
from engine.models import account, incident, task_role, user_task
from engine.prepared import Prepared

_NEW_TASKS, _NEW_ROLES = Prepared(insert(user_task)), Prepared(insert(task_role))


def record_tasks(step: Step, new: list[Wait]) -> None:
    if not new:
        return
    offered = [(w, offers.offer(w.task, step.definition(w.definition_id).manifest)) for w in new]
    names = sorted({made.assignee for _, made in offered if made.assignee})
    holders = _accounts(step, names) if names else {}
    rows, roles = [], []
    for wait, made in offered:
        holder = holders.get(made.assignee or "")
        rows.append(task_row(step, wait, made, holder))
        roles += [role_row(wait.token_id, role, made, holder) for role in dict.fromkeys(made.roles)]
        _open_unread(step, wait, made)
        details = {"title": made.title, "roles": made.roles}
        step.events.append(Event("task.created", wait.element.id, wait.token_id, details))
        step.stage = made.stage or step.stage
    step.write(_NEW_TASKS, rows)
    if roles:
        step.write(_NEW_ROLES, roles)
    step.new_tasks = rows


def enter_stages(step: Step, new: list[Wait]) -> None:
    """A case that now waits for a date or a message is in the stage of that step; what waits
    beside a step (a boundary, an event subprocess) changes nothing."""
    for wait in new:
        if wait.element.kind == "intermediateCatchEvent":
            step.stage = offers.stage_of(wait.task, wait.element) or step.stage


UNREAD = "unread"  # beside the token: a setting of its task could not be read


def note_unread(wait: Wait, made: offers.Offer) -> bool:
    """Whether a setting of an open task cannot be read; noted beside its token."""
    wait.task.internal_data.pop(UNREAD, None)
    if made.problems:
        wait.task.internal_data[UNREAD] = True
    return bool(made.problems)


def _open_unread(step: Step, wait: Wait, made: offers.Offer) -> None:
    note_unread(wait, made)
    for error in made.problems:
        open_incident(step, wait, str(error), error.code, error.details)


def offer_again(step: Step, wait: Wait) -> None:
    """Work out an open task's settings anew, after a value they read was put right."""
    made = offers.offer(wait.task, step.definition(wait.definition_id).manifest)
    c = user_task.c
    row = step.db.execute(select(c.assignee_id, c.state).where(c.id == wait.token_id)).one()
    fresh = task_row(step, wait, made, row.assignee_id)
    kept = ("id", "instance_id", "definition_id", "element_id", "state", "created_at", "scope")
    values = {n: v for n, v in fresh.items() if n not in (*kept, "claimed_at", "assignee_id")}
    step.db.execute(update(user_task).where(c.id == wait.token_id).values(**values))
    step.db.execute(delete(task_role).where(task_role.c.task_id == wait.token_id))
    roles = [role_row(wait.token_id, r, made, row.assignee_id) for r in dict.fromkeys(made.roles)]
    if roles:
        step.write(_NEW_ROLES, roles)
    step.db.execute(
        update(incident)
        .where(incident.c.token_id == wait.token_id, incident.c.resolved_at.is_(None))
        .values(resolved_at=clock.now(), resolved_by=step.actor.account_id)
    )
    _open_unread(step, wait, made)


def _accounts(step: Step, usernames: list[str]) -> dict[str, int]:
    rows = step.db.execute(
        select(account.c.username, account.c.id).where(
            account.c.username.in_(usernames), account.c.active.is_(True)
        )
    )
    return {row.username: row.id for row in rows}


def task_row(step: Step, wait: Wait, made: offers.Offer, holder: int | None) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": wait.token_id,
        "instance_id": step.row.id,
        "definition_id": wait.definition_id,
        "element_id": wait.element.id,
        "scope": step.case.scopes.key(wait.task),
        "state": "claimed" if holder else "created",
        "title": made.title,
        "roles": made.roles,
        "organisation": made.organisation,
        "assignee_id": holder,
        "stage": made.stage or step.stage,
        "urgent": made.urgent,
        "due_at": made.due_at,
        "due_basis": made.due_basis,
        "expected_at": made.expected_at,
        "created_at": now,
        "claimed_at": now if holder else None,
    }


def role_row(token: str, role: str, made: offers.Offer, holder: int | None) -> dict[str, Any]:
    return {
        "task_id": token,
        "role": role,
        "organisation": made.organisation,
        "claimed": holder is not None,
        "due_at": made.due_at,
        "urgent": made.urgent,
    }


def open_incident(step: Step, wait: Wait, message: str, code: str, details: dict[str, Any]) -> None:
    step.events.append(
        Event(
            "problem.opened",
            wait.element.id,
            wait.token_id,
            {"code": code, "message": message, **details},
        )
    )
    step.db.execute(
        insert(incident).values(
            instance_id=step.row.id,
            definition_id=wait.definition_id,
            token_id=wait.token_id,
            element_id=wait.element.id,
            element_name=wait.element.label[:300],
            code=code,
            message=message[:2000],
            details=details,
            opened_at=clock.now(),
        )
    )
