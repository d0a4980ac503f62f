"""A case moved to other versions: the rows of what it still waits for follow, and keep what people
and time have put into them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from engine import access
from engine.advance import recording, working
from engine.advance.opening import role_row, task_row
from engine.advance.step import Step
from engine.errors import ExecutionFailed, NotFound
from engine.execution import offers
from engine.execution.waits import Wait
from engine.models import (
    incident,
    message_subscription,
    process_instance,
    task_role,
    timer,
    user_task,
)

KEPT = ("id", "instance_id", "created_at", "state", "claimed_at", "assignee_id")


def rebind(step: Step) -> None:
    """Due instants, drafts and holders stay; titles, roles and changed due rules are the new
    version's. A holder who may no longer do a task gives it back to its queue."""
    bound = step.bound or {}
    step.db.execute(
        update(process_instance)
        .where(process_instance.c.id == step.row.id)
        .values(bound=bound, definition_id=bound[step.row.key])
    )
    losing = losing_holders(step)
    for wait in kept(step):
        if wait.kind == "task":
            _task(step, wait, token_loses=wait.token_id in losing)
        elif wait.kind == "timer":
            _timer(step, wait)
        elif wait.kind == "message":
            _message(step, wait)
        elif wait.kind == "job":
            working.rebind(step, wait)
        elif wait.kind == "problem":
            _problem(step, wait)


def kept(step: Step) -> list[Wait]:
    """What the case waited for before and waits for still, as the new versions have it."""
    before = step.before
    return [w for t, w in step.after.items() if t in before and before[t].kind == w.kind]


def losing_holders(step: Step) -> dict[str, str]:
    """Token -> name of the person who holds its task and may not do it in the new version."""
    tokens = [w.token_id for w in kept(step) if w.kind == "task"]
    t = user_task.c
    rows = step.db.execute(
        select(t.id, t.assignee_id).where(t.id.in_(tokens), t.assignee_id.is_not(None))
    ).all()
    found = {}
    for row in rows:
        made = _offer(step, step.after[row.id])
        try:
            holder = access.load_actor(step.db, row.assignee_id)
        except NotFound:  # the account is closed
            found[row.id] = "somebody who has left"
            continue
        same = made.organisation in (None, holder.organisation)
        named = made.assignee == holder.username
        if not (named or (same and holder.roles & set(made.roles))):
            found[row.id] = holder.name
    return found


def _offer(step: Step, wait: Wait) -> offers.Offer:
    return offers.offer(wait.task, step.definition(wait.definition_id).manifest)


def _task(step: Step, wait: Wait, *, token_loses: bool) -> None:
    t = user_task.c
    row = step.db.execute(select(user_task).where(t.id == wait.token_id)).one()
    holder = None if token_loses else row.assignee_id
    made = _offer(step, wait)
    values = {n: v for n, v in task_row(step, wait, made, holder).items() if n not in KEPT}
    for name, setting in (("due_at", "due"), ("expected_at", "expected")):
        if not (step.redate or _changed(step, wait, setting)):
            values[name] = getattr(row, name)
    if token_loses:
        values |= {"state": "created", "assignee_id": None, "claimed_at": None}
    step.db.execute(update(user_task).where(t.id == wait.token_id).values(**values))
    made.due_at = values["due_at"]
    step.db.execute(delete(task_role).where(task_role.c.task_id == wait.token_id))
    roles = [role_row(wait.token_id, r, made, holder) for r in dict.fromkeys(made.roles)]
    if roles:
        step.db.execute(insert(task_role), roles)


def _changed(step: Step, wait: Wait, setting: str) -> bool:
    old = step.before[wait.token_id].element.properties
    rules = (setting, "due") if setting == "expected" else (setting,)
    return any(old.get(rule) != wait.element.properties.get(rule) for rule in rules)


def _timer(step: Step, wait: Wait) -> None:
    values: dict[str, Any] = {
        "definition_id": wait.definition_id,
        "element_id": wait.element.id,
        "title": offers.title_of(wait.task),
        "protected": wait.element.properties.get("protected") == "true",
    }
    if step.redate:
        values["due_at"] = values["expected_at"] = step.due[wait.token_id]
    step.db.execute(update(timer).where(timer.c.id == wait.token_id).values(**values))


def _message(step: Step, wait: Wait) -> None:
    try:
        values = recording.subscription(step, wait)
    except ExecutionFailed:  # the key was worked out when the wait began: it still holds
        values = {"definition_id": wait.definition_id, "element_id": wait.element.id}
    values = {n: v for n, v in values.items() if n not in KEPT}
    s = message_subscription.c
    step.db.execute(update(message_subscription).where(s.id == wait.token_id).values(**values))


def _problem(step: Step, wait: Wait) -> None:
    step.db.execute(
        update(incident)
        .where(incident.c.token_id == wait.token_id, incident.c.resolved_at.is_(None))
        .values(
            definition_id=wait.definition_id,
            element_id=wait.element.id,
            element_name=wait.element.label[:300],
        )
    )
