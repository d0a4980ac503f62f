"""What people do with user tasks: claim, release, hand over, save for later, complete."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from engine import access, audit, clock, definitions, sealing
from engine.access import Actor
from engine.advance import advancing
from engine.commands import messages
from engine.commands.cases import Advanced, Posted, advanced, checked
from engine.commands.reasons import needs_reason
from engine.database import insert_for
from engine.errors import (
    ConcurrentUpdate,
    InvalidInput,
    NotAllowed,
    NotFound,
    TaskClaimed,
    TaskNotOpen,
)
from engine.execution import run
from engine.execution.activities import write_all
from engine.forms import Form
from engine.history import Event, pack
from engine.models import account, draft, history_event, process_instance, task_role, user_task
from engine.prepared import Prepared

OPEN = ("created", "claimed")
_READ = Prepared(select(user_task).where(user_task.c.id == bindparam("task_id")))
_OWN = and_(draft.c.task_id == bindparam("task"), draft.c.account_id == bindparam("account"))
_DRAFT, _NO_DRAFT = select(draft.c["values"]).where(_OWN), Prepared(delete(draft).where(_OWN))


def claim_task(db: Connection, task_id: str, *, actor: Actor) -> None:
    """Take a task from its queue. Claiming one's own again changes nothing."""
    row = _locked(db, task_id, actor)
    if row.state == "claimed" and row.assignee_id == actor.account_id:
        return
    _must_be_unclaimed(db, row)
    if not access.may_claim(actor, row):
        raise NotAllowed("This task is for another role.", action="claim", rule="roles")
    _must_be_separate(db, row, actor)
    _hold(db, row, actor.account_id)
    _tell(db, row, actor, Event("task.claimed", row.element_id, task_id))


def release_task(db: Connection, task_id: str, *, actor: Actor, keep_draft: bool = True) -> None:
    """Back to the queue; the draft stays for the next holder, or goes."""
    row = _locked(db, task_id, actor)
    _must_be_mine(db, row, actor)
    if not set(row.roles) - actor.shared_roles:
        raise NotAllowed(
            "This task was given to you alone, so no one else would be asked to do it. "
            "Hand it over to a person instead.",
            action="release",
            rule="roles",
        )
    _hold(db, row, None)
    if not keep_draft:
        db.execute(delete(draft).where(draft.c.task_id == task_id))
    _tell(db, row, actor, Event("task.released", row.element_id, task_id))


def reassign_task(
    db: Connection, task_id: str, account_id: int | None, reason: str, *, actor: Actor
) -> None:
    """Give an open task to a person who may do it (or back to its queue), with a reason."""
    row = _locked(db, task_id, actor)
    if row.assignee_id != actor.account_id:
        access.require_operate(db, actor, row.instance_id)
    _must_be_open(db, row)
    needs_reason(reason)
    to = None
    if account_id is not None:
        to = access.load_actor(db, account_id)
        if not access.is_offered(to, row):
            raise InvalidInput({"account": f"{to.name} does not have the role for this task."})
        _must_be_separate(db, row, to)
    _hold(db, row, account_id)
    details = {"to": to.name if to else None, "from": _name(db, row.assignee_id), "reason": reason}
    _tell(db, row, actor, Event("task.reassigned", row.element_id, task_id, details))


def save_draft(
    db: Connection, task_id: str, posted: Posted, counter: int, *, actor: Actor
) -> datetime:
    """Keep what was typed, unchecked. A save older than the one kept is ignored."""
    row = _read(db, task_id, actor)
    if actor.account_id is None:
        raise NotFound("task", task_id)
    if row.state not in OPEN:
        raise _not_open(db, row)
    form = definitions.load(db, row.definition_id).form(row.element_id)
    typed = form.keep_typed(posted) if form else {}
    typed |= _no_longer_asked(db, task_id, form, actor=actor)
    now = clock.now()
    statement = insert_for(db)(draft).values(
        task_id=task_id,
        account_id=actor.account_id,
        counter=counter,
        saved_at=now,
        values=sealing.DRAFT.dump(typed, task_id, actor.account_id),
    )
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["task_id", "account_id"],
            set_={
                "counter": statement.excluded.counter,
                "saved_at": statement.excluded.saved_at,
                "values": statement.excluded["values"],
            },
            where=draft.c.counter <= counter,
        )
    )
    return now


def _no_longer_asked(
    db: Connection, task_id: str, form: Form | None, *, actor: Actor
) -> dict[str, list[str]]:
    """What the draft holds of a version whose form asked more: a migration loses none of it."""
    found = db.execute(_DRAFT, {"task": task_id, "account": actor.account_id}).scalar()
    before: dict[str, list[str]] = (
        sealing.DRAFT.load(found, task_id, actor.account_id) if found else {}
    )
    asked = form.keep_typed(before) if form else {}
    return {name: values for name, values in before.items() if name not in asked}


def complete_task(db: Connection, task_id: str, posted: Posted, *, actor: Actor) -> Advanced:
    """Send the form in and move the case on. A fault of a later step never loses the answers."""
    row = _read(db, task_id, actor)
    with advancing_open(db, row, actor) as step:
        wait = step.before.get(task_id)
        if wait is None or wait.kind != "task":
            raise _not_open(db, _read(db, task_id, actor))
        form = step.definition(row.definition_id).form(row.element_id)
        context = step.case.view(wait.task)
        values = checked(db, form, posted, context, row.instance_id, actor=actor)
        step.events.append(Event("task.completed", row.element_id, task_id))
        write_all(wait.task, values)
        step.completed_task = task_id
        run.complete(step.case, wait.task)
        step.write(_NO_DRAFT, {"task": task_id, "account": actor.account_id})
    messages.deliver_soon(step)
    return advanced(step)


def advancing_open(db: Connection, row: Any, actor: Actor) -> Any:
    """Check that this person may complete the task, then open its case."""
    if row.state not in OPEN:
        raise _not_open(db, row)
    if row.state == "created":
        raise NotAllowed("Claim this task first.", action="complete", rule="claimed")
    if row.assignee_id != actor.account_id:
        raise _claimed(db, row)
    _must_be_separate(db, row, actor)
    return advancing(db, row.instance_id, actor=actor, audited=("task.complete", row.id))


def _read(db: Connection, task_id: str, actor: Actor) -> Any:
    found = _READ.rows(db, {"task_id": task_id})
    # Who was offered it may be told who was faster, even when that closed it to them.
    if not found or not (access.sees_task(actor, found[0]) or access.is_offered(actor, found[0])):
        raise NotFound("task", task_id)
    return found[0]


def _locked(db: Connection, task_id: str, actor: Actor) -> Any:
    """The task under the lock of its case: two people pressing at once come one by one."""
    row = _read(db, task_id, actor)
    db.execute(
        select(process_instance.c.id)
        .where(process_instance.c.id == row.instance_id)
        .with_for_update()
    )
    return _read(db, task_id, actor)


def _hold(db: Connection, row: Any, account_id: int | None) -> None:
    claimed = account_id is not None
    changed = db.execute(
        update(user_task)
        .where(user_task.c.id == row.id, user_task.c.state == row.state)
        .values(
            state="claimed" if claimed else "created",
            assignee_id=account_id,
            claimed_at=clock.now() if claimed else None,
        )
    )
    if changed.rowcount != 1:
        raise ConcurrentUpdate("Someone else changed this task at the same moment. Try again.")
    db.execute(update(task_role).where(task_role.c.task_id == row.id).values(claimed=claimed))


def _must_be_open(db: Connection, row: Any) -> None:
    if row.state not in OPEN:
        raise _not_open(db, row)


def _must_be_unclaimed(db: Connection, row: Any) -> None:
    _must_be_open(db, row)
    if row.state == "claimed":
        raise _claimed(db, row)


def _must_be_mine(db: Connection, row: Any, actor: Actor) -> None:
    _must_be_open(db, row)
    if row.state == "created":
        raise NotAllowed("Nobody holds this task.", action="release", rule="claimed")
    if row.assignee_id != actor.account_id:
        raise _claimed(db, row)


def _must_be_separate(db: Connection, row: Any, actor: Actor) -> None:
    """Separation of duties: `notCompletedBy` names elements, or `*` for the whole case."""
    element = definitions.load(db, row.definition_id).elements[row.element_id]
    rule = element.properties.get("notCompletedBy", "").strip()
    if not rule or actor.account_id is None:
        return
    ids = None if rule == "*" else [part.strip() for part in rule.split(",")]
    if access.worked_on(db, row.instance_id, actor.account_id, ids):
        raise NotAllowed(
            "You worked on an earlier step of this case, so another person must do this one.",
            action="complete",
            rule="notCompletedBy",
        )


def _name(db: Connection, account_id: int | None) -> str | None:
    if account_id is None:
        return None
    return db.execute(select(account.c.name).where(account.c.id == account_id)).scalar()


def _not_open(db: Connection, row: Any) -> TaskNotOpen:
    by, at = _name(db, row.ended_by), row.ended_at
    if row.state == "cancelled":
        why = f": {row.ended_why}" if row.ended_why else ""
        return TaskNotOpen(f"This task is no longer needed{why}.", by=by, at=at)
    return TaskNotOpen(f"{by or 'Someone'} completed this task.", by=by, at=at)


def _claimed(db: Connection, row: Any) -> TaskClaimed:
    by = _name(db, row.assignee_id)
    return TaskClaimed(f"{by or 'Someone'} took this task.", by=by, at=row.claimed_at)


def _tell(db: Connection, row: Any, actor: Actor, event: Event) -> None:
    """One history row and one audit entry for what does not move the case."""
    tell(db, row.instance_id, actor, event)
    audit.record(
        db,
        actor=actor,
        chain=f"case:{row.instance_id}",
        action=event.kind,
        subject=str(event.task_id),
    )


def tell(db: Connection, instance_id: int, actor: Actor, event: Event) -> None:
    """Add an event to a case's story that does not move it."""
    c = process_instance.c
    sequence = db.execute(
        update(process_instance)
        .where(c.id == instance_id)
        .values(history_seq=c.history_seq + 1)
        .returning(c.history_seq)
    ).scalar_one()
    db.execute(
        insert(history_event).values(
            instance_id=instance_id,
            seq=sequence,
            at=clock.now(),
            kind=event.kind,
            element_id=event.element_id,
            account_id=actor.account_id,
            task_id=event.task_id,
            details=pack(event.details, instance_id, sequence),
        )
    )
