"""Typed text that came too late: sent to the colleague who has the task, or has completed it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from engine import access, audit, clock, definitions, sealing
from engine.access import Actor, load_actor
from engine.errors import Conflict, InvalidInput, NotFound
from engine.forms import Form
from engine.models import sent_text, user_task

Posted = Mapping[str, list[str]]


def send_typed(db: Connection, task_id: str, posted: Posted, *, actor: Actor) -> tuple[str, ...]:
    """To whoever holds or completed the task: what they may read of it. The labels of the
    questions whose answers were not sent. NotFound for a task this actor may not know of."""
    row = db.execute(select(user_task).where(user_task.c.id == task_id)).one_or_none()
    if row is None or not (access.sees_task(actor, row) or access.is_offered(actor, row)):
        raise NotFound("task", task_id)
    to = row.ended_by if row.state == "completed" else row.assignee_id
    if row.state not in ("claimed", "completed") or to in (None, actor.account_id):
        raise Conflict("No colleague has this task now, so there is nobody to send it to.")
    form = definitions.load(db, row.definition_id).form(row.element_id)
    readable, withheld = _for(form, posted, load_actor(db, to)) if form else ({}, ())
    if not readable:
        raise InvalidInput({"typed": "There is nothing in it that they may read."})
    now = clock.now()
    db.execute(
        insert(sent_text).values(
            task_id=task_id, account_id=actor.account_id, to_id=to, at=now,
            values=sealing.SENT.dump(readable, task_id, actor.account_id, now),
        )
    )  # fmt: skip
    audit.record(
        db, actor=actor, chain=f"case:{row.instance_id}", action="task.send_typed", subject=task_id
    )
    return withheld


def _for(form: Form, posted: Posted, reader: Actor) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """What was typed and this person may read; the labels of what was typed besides."""
    typed = {
        name: values
        for name, values in form.keep_typed(posted).items()
        if any(value.strip() for value in values)
    }
    masked = {one.key: one.label for one in form.questions() if access.is_masked(one, reader)}
    kept = {name: values for name, values in typed.items() if name.split("-")[0] not in masked}
    withheld = {name.split("-")[0] for name in typed.keys() - kept.keys()}
    return kept, tuple(label for key, label in masked.items() if key in withheld)


def dismiss(db: Connection, number: int, *, actor: Actor) -> str:
    """The reader needs it no longer; the id of its task. NotFound for anybody else."""
    s = sent_text.c
    task_id = db.execute(
        update(sent_text)
        .where(s.id == number, s.to_id == actor.account_id)
        .values(dismissed_at=clock.now())
        .returning(s.task_id)
    ).scalar()
    if task_id is None:
        raise NotFound("message", number)
    return str(task_id)
