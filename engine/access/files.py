"""Who may read the files of a case that they may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, or_, select, true

from engine import clock
from engine.access.actor import Actor
from engine.access.rules import reads_whole_case, task_seen_by
from engine.models import case_file, opening, user_task


def file_seen_by(db: Connection, actor: Actor, instance_id: int) -> ColumnElement[bool]:
    """Over wm_case_file, of a case this actor may see: every file for who reads the case whole;
    for others those they added, and those beside a task of theirs."""
    if reads_whole_case(db, actor, instance_id):
        return true()
    theirs = select(user_task.c.id).where(
        user_task.c.instance_id == instance_id, task_seen_by(actor)
    )
    return or_(case_file.c.account_id == actor.account_id, case_file.c.task_id.in_(theirs))


def reads_unmasked(db: Connection, actor: Actor, instance_id: int) -> bool:
    """Whether nothing stands between this actor and the case that a reason would open."""
    if not actor.opens & actor.masks:
        return True
    o = opening.c
    found = db.execute(
        select(o.until)
        .where(
            o.account_id == actor.account_id,
            o.instance_id == instance_id,
            o.until > clock.now(),
        )
        .limit(1)
    ).first()
    return found is not None
