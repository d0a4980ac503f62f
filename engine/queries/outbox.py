"""E-mails that were kept instead of being sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine import access
from engine.access import Actor
from engine.models import outbox

MOST = 200


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    body: str
    at: datetime


def kept(db: Connection, actor: Actor) -> tuple[Mail, ...]:
    """The newest first, for administrators. Without its case: reading a case is another right."""
    access.require(actor, "administer")
    o = outbox.c
    rows = db.execute(
        select(o.recipient, o.subject, o.body, o.at).order_by(o.at.desc(), o.id.desc()).limit(MOST)
    )
    return tuple(Mail(row.recipient, row.subject, row.body, row.at) for row in rows)
