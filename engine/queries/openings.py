"""Whether a person has opened the masked values of a case, and reads it so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine import clock
from engine.access import Actor
from engine.models import opening


def opened_until(db: Connection, actor: Actor, instance_id: int) -> datetime | None:
    """Until when the masked values of this case are open to this person; None: they are not."""
    o = opening.c
    until: datetime | None = db.execute(
        select(func.max(o.until)).where(
            o.account_id == actor.account_id, o.instance_id == instance_id
        )
    ).scalar()
    return until if until is not None and until > clock.now() else None


def reading(db: Connection, actor: Actor, instance_id: int) -> Actor:
    """The person as they read this case now: without the masks they have opened."""
    if not actor.opens & actor.masks or opened_until(db, actor, instance_id) is None:
        return actor
    return replace(actor, masks=actor.masks - actor.opens)
