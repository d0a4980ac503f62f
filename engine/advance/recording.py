"""What a case rests on before and after a step, compared: tasks, timers, messages, jobs and
problems."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update

from engine import clock, queue
from engine.advance import opening, working
from engine.advance.step import ENDED, Step
from engine.errors import ExecutionFailed
from engine.execution import evaluation, offers, problems
from engine.execution.waits import Wait, due_instant, waits
from engine.history import Event
from engine.models import (
    incident,
    message_subscription,
    task_role,
    timer,
    user_task,
)
from engine.prepared import Prepared

STUCK = "case.nothing_can_move"
STUCK_WORDS = "Nothing can move this case: no task, date, message or problem is open."
HEARD = ("message", "signal")  # what comes from outside the case

_COMPLETE = Prepared(
    update(user_task)
    .where(
        user_task.c.id == bindparam("token"),
        user_task.c.state == "claimed",
        user_task.c.assignee_id == bindparam("holder"),
    )
    .values(state="completed")
)
_HOLD = update(timer).where(timer.c.instance_id == bindparam("of")).values(held=bindparam("on"))
_NO_QUEUE = Prepared(delete(task_role).where(task_role.c.task_id == bindparam("token")))
_NEW_TIMERS = Prepared(insert(timer))
_NO_TIMER = Prepared(delete(timer).where(timer.c.id == bindparam("token")))
_NEW_SUBSCRIPTIONS = Prepared(insert(message_subscription))
_NO_SUBSCRIPTION = Prepared(
    delete(message_subscription).where(message_subscription.c.id == bindparam("token"))
)


def record(step: Step) -> None:
    """Compare, write the rows, and set the step's status."""
    rest(step)
    gone = {t: w for t, w in step.before.items() if step.changed(t)}
    new = {t: w for t, w in step.after.items() if t not in step.before or t in gone}
    _record_gone(step, gone)
    opening.enter_stages(step, list(new.values()))
    opening.record_tasks(step, [w for w in new.values() if w.kind == "task"])
    _record_timers(step, [w for w in new.values() if w.kind == "timer"])
    _record_messages(step, [w for w in new.values() if w.kind in HEARD])
    working.record_jobs(step, [w for w in new.values() if w.kind == "job"])
    _record_problems(step, [w for w in new.values() if w.kind == "problem"])
    if step.hold is not None:
        step.db.execute(_HOLD, {"of": step.row.id, "on": step.hold})
        queue.hold(step.db, step.row.id, step.hold)
    for token, due_at in step.dates.items():
        values = {"due_at": due_at, "expected_at": due_at}
        step.db.execute(update(timer).where(timer.c.id == token).values(**values))
    for wait in step.offered_again:
        opening.offer_again(step, wait)
    step.status = status_of(step)
    if gets_stuck(step):
        _nothing_can_move(step)
    if step.status == "completed":
        step.events.append(Event("case.completed", step.case.end_event))


def rest(step: Step) -> None:
    """What the case rests on now. A timer whose date cannot be worked out is a problem there, and
    a job whose values cannot be. Dates and requests are worked out once a step: working out a
    repeat's date counts it."""
    while True:
        step.after = waits(step.case)
        failed = working.requests(step)
        for token, wait in step.after.items():
            if wait.kind != "timer" or token in step.due:
                continue
            dated = token in step.before and step.before[token].kind == "timer"
            if dated and not step.redate:
                continue
            try:
                step.due[token] = due_instant(wait.task, anew=dated)
            except ExecutionFailed as error:
                problems.note(wait.task, error)
                failed = True
        if not failed:
            return


def status_of(step: Step) -> str:
    """The case's status, from what it rests on."""
    if step.ending:
        return "cancelled"
    if step.case.completed:
        return "completed"
    if step.suspended:
        return "suspended"
    held = any(
        w.kind == "problem" or opening.UNREAD in w.task.internal_data for w in step.after.values()
    )
    return "incident" if held or not _can_move(step) else "active"


def _can_move(step: Step) -> bool:
    """A condition alone never comes true: nothing would change what it reads."""
    return any(w.kind != "condition" for w in step.after.values())


def gets_stuck(step: Step) -> bool:
    """Nothing can move this case any more. Told once: what a person does to a case that stands
    still leaves the problem open."""
    return not (_can_move(step) or status_of(step) in ENDED or told_stuck(step))


def _nothing_can_move(step: Step) -> None:
    details = {"code": STUCK, "message": STUCK_WORDS}
    step.events.append(Event("problem.opened", details=details))
    step.db.execute(
        insert(incident).values(
            instance_id=step.row.id,
            definition_id=step.row.definition_id,
            code=STUCK,
            message=STUCK_WORDS,
            details={},
            opened_at=clock.now(),
        )
    )


def told_stuck(step: Step) -> bool:
    """“Nothing can move this case” stands open."""
    i = incident.c
    standing = (i.code == STUCK) & i.resolved_at.is_(None)
    known = select(i.id).where(i.instance_id == step.row.id, standing)
    return step.db.execute(known).first() is not None


def may_have_moved(step: Step) -> bool:
    """A case that stood still, or was held, rests on something now, or ends."""
    return step.row.status in ("incident", "suspended") and bool(step.after or step.ending)


def _record_gone(step: Step, gone: dict[str, Wait]) -> None:
    tasks = [t for t, w in gone.items() if w.kind == "task"]
    if tasks:
        _end_tasks(step, tasks)
    for kinds, delete_one in ((("timer",), _NO_TIMER), (HEARD, _NO_SUBSCRIPTION)):
        tokens = [{"token": t} for t, w in gone.items() if w.kind in kinds]
        if tokens:
            step.write(delete_one, tokens)
    working.end_jobs(step, [w for w in gone.values() if w.kind == "job"])
    _solve(step, [t for t, w in gone.items() if w.kind == "problem"])


def _solve(step: Step, tokens: list[str]) -> None:
    """Problems whose token is gone; and “nothing can move this case”, once something can."""
    moved = may_have_moved(step)
    if not (tokens or moved):
        return
    solved: Any = incident.c.token_id.in_(tokens)
    if moved:
        solved = or_(solved, incident.c.token_id.is_(None))
    step.db.execute(
        update(incident)
        .where(incident.c.instance_id == step.row.id, solved, incident.c.resolved_at.is_(None))
        .values(resolved_at=clock.now(), resolved_by=step.actor.account_id)
    )


def _end_tasks(step: Step, tokens: list[str]) -> None:
    now = clock.now()
    done = step.completed_task if step.completed_task in tokens else None
    if done is not None:
        values = {"token": done, "holder": step.actor.account_id, "ended_at": now}
        faster = "This task was given to someone else at the same moment."
        step.write(_COMPLETE, {**values, "ended_by": step.actor.account_id}, unless=faster)
    dropped = [t for t in tokens if t != done]
    if dropped:
        why = _why_dropped(step)
        step.db.execute(
            update(user_task)
            .where(user_task.c.id.in_(dropped))
            .values(state="cancelled", ended_at=now, ended_why=why)
        )
        for token in dropped:
            element = step.before[token].element
            step.events.append(Event("task.cancelled", element.id, token, {"why": why}))
    step.write(_NO_QUEUE, [{"token": token} for token in tokens])


def _why_dropped(step: Step) -> str | None:
    if step.why is not None:
        return step.why[:300]
    by = step.case.journal.interrupted_by or (step.events[0].element_id if step.events else None)
    for definition_id in step.row.bound.values():
        element = step.definition(definition_id).elements.get(by or "")
        if element is not None:
            return element.label[:300]
    return None


def _record_timers(step: Step, new: list[Wait]) -> None:
    rows = []
    for wait in new:
        rows.append(
            {
                "id": wait.token_id,
                "instance_id": step.row.id,
                "definition_id": wait.definition_id,
                "element_id": wait.element.id,
                "due_at": step.due[wait.token_id],
                "expected_at": step.due[wait.token_id],
                "created_at": clock.now(),
                "title": offers.title_of(wait.task),
                "protected": wait.element.properties.get("protected") == "true",
                "held": step.suspended,
            }
        )
    if rows:
        step.write(_NEW_TIMERS, rows)


def _record_messages(step: Step, new: list[Wait]) -> None:
    rows = []
    for wait in new:
        try:
            rows.append(subscription(step, wait))
        except ExecutionFailed as error:
            problems.note(wait.task, error)
            step.after[wait.token_id] = Wait(
                wait.token_id, "problem", wait.element, wait.definition_id, wait.task, wait.beside
            )
            opening.open_incident(step, wait, str(error), error.code, error.details)
    if rows:
        step.write(_NEW_SUBSCRIPTIONS, rows)


def subscription(step: Step, wait: Wait) -> dict[str, Any]:
    given = wait.element.properties
    key = evaluation.evaluate(wait.task, given["key"]) if given.get("key") else step.row.reference
    if wait.kind == "signal":  # no key of the diagram's: it is for everybody who waits
        key = wait.token_id
    if not isinstance(key, str) or not key:
        raise ExecutionFailed(
            f"The key of “{wait.element.label}” should give a text.",
            code="message.bad_key",
            expression=given.get("key", "")[:300],
            values=evaluation.kinds(wait.task, given.get("key", "null")),
        )
    roles = offers.roles_of(wait.task, given["roles"]) if given.get("roles") else []
    expected = given.get("expected")
    return {
        "id": wait.token_id,
        "instance_id": step.row.id,
        "definition_id": wait.definition_id,
        "element_id": wait.element.id,
        "name": wait.element.message,
        "key": key,
        "title": offers.title_of(wait.task),
        "roles": roles,
        "created_at": clock.now(),
        "expected_at": offers.deadline(wait.task, "expected", expected) if expected else None,
        "optional": wait.beside,
    }


def _record_problems(step: Step, new: list[Wait]) -> None:
    for wait in new:
        found = problems.of(wait.task) or {}
        opening.open_incident(
            step, wait, found["message"], found["code"], found.get("details") or {}
        )
