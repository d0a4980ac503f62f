"""What happens next, after somebody completed a task or recorded something in a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from engine import access
from engine.access import Actor
from engine.definitions import shown
from engine.errors import NotFound
from engine.models import incident, process_instance, user_task
from engine.queries.waiting import Wait, waits_of

AT_ONCE = timedelta(seconds=2)


@dataclass(frozen=True)
class Aftermath:
    """`following` was opened by the step itself; `also` is what the case waited for already. Who
    does not read the `whole` case reads of their own part alone."""

    task_id: str
    title: str
    reference: str
    ended: bool
    problem: bool
    whole: bool
    following: tuple[Wait, ...]
    also: tuple[Wait, ...]


def aftermath(db: Connection, actor: Actor, task_id: str) -> Aftermath:
    """Only for who completed the task."""
    t, p = user_task.c, process_instance.c
    row = db.execute(
        select(user_task, p.reference, p.ended_at.label("case_ended"))
        .select_from(user_task.join(process_instance, p.id == t.instance_id))
        .where(t.id == task_id, t.state == "completed", access.task_seen_by(actor))
    ).first()
    if row is None:
        raise NotFound("task", task_id)
    since = row.ended_at - AT_ONCE
    waits = [w for w in waits_of(db, actor, row.instance_id) if w.kind != "problem"]
    following = tuple(w for w in waits if w.since >= since)
    return Aftermath(
        task_id=row.id, title=shown.title(db, actor, row), reference=row.reference,
        ended=row.case_ended is not None,
        problem=_has_failed(db, row.instance_id, since),
        whole=access.reads_whole_case(db, actor, row.instance_id),
        following=following, also=tuple(w for w in waits if w not in following),
    )  # fmt: skip


def _has_failed(db: Connection, instance_id: int, since: datetime) -> bool:
    i = incident.c
    wanted = i.instance_id == instance_id, i.resolved_at.is_(None), i.opened_at >= since
    return db.execute(select(i.id).where(*wanted)).first() is not None
