"""Masked values of one case, opened with a reason for a quarter of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert

from engine import access, audit, clock
from engine.access import Actor
from engine.commands.reasons import needs_reason
from engine.commands.tasks import tell
from engine.errors import NotAllowed
from engine.history import Event
from engine.models import opening

HOW_LONG = timedelta(minutes=15)


def open_masked(db: Connection, instance_id: int, *, actor: Actor, reason: str) -> datetime:
    """From now until the instant returned this person reads what their roles may open. Recorded,
    and told in the story of the case."""
    access.require_case(db, actor, instance_id)
    if not actor.opens & actor.masks:
        raise NotAllowed("Your role opens no masked values.", action="open", rule="opens")
    needs_reason(reason)
    until = clock.now() + HOW_LONG
    db.execute(
        insert(opening).values(instance_id=instance_id, account_id=actor.account_id, until=until)
    )
    classes = sorted(actor.opens & actor.masks)
    tell(db, instance_id, actor, Event("masked.opened", details={"reason": reason}))
    audit.record(
        db,
        actor=actor,
        chain=f"case:{instance_id}",
        action="masked.open",
        subject=str(instance_id),
        details={"classes": classes},
    )
    return until
