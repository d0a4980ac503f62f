"""What somebody who has left, or is away for long, still holds: handed over, each by itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine import access
from engine.access import Actor
from engine.commands.reasons import needs_reason
from engine.commands.tasks import OPEN, reassign_task
from engine.database import Database
from engine.definitions import shown
from engine.errors import EngineError
from engine.models import process_instance, user_task


@dataclass(frozen=True)
class HandedOver:
    """What came of one task: `failed` says why it stays where it is."""

    reference: str
    title: str
    failed: str | None


def hand_over_all(
    database: Database, holder: int, to: int | None, *, actor: Actor, reason: str
) -> tuple[HandedOver, ...]:
    """Give every open task of `holder` to another person, or (None) back to its queue. One that
    the other may not do stays, and says so."""
    needs_reason(reason)
    access.require(actor, "operate")
    t, p = user_task.c, process_instance.c
    with database.reading() as db:
        rows = db.execute(
            select(user_task, p.reference)
            .join(process_instance, p.id == t.instance_id)
            .where(t.assignee_id == holder, t.state.in_(OPEN), access.case_seen_by(actor))
            .order_by(t.created_at, t.id)
        ).all()
        titles = {row.id: shown.title(db, actor, row) for row in rows}
    found = []
    for row in rows:
        failed = None
        try:
            with database.transaction() as db:
                reassign_task(db, row.id, to, reason, actor=actor)
        except EngineError as error:
            failed = str(error)
        found.append(HandedOver(row.reference, titles[row.id], failed))
    return tuple(found)
