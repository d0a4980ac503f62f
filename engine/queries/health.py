"""Whether the parts of an installation are alive, and what it kept instead of sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from engine import access, clock, queue, sealing
from engine.access import Actor
from engine.models import outbox, process_instance, timer, worker

SILENT_AFTER = timedelta(seconds=60)
MOST_MAILS = 200


@dataclass(frozen=True)
class Health:
    database: str
    worker_seen_at: datetime | None
    worker_alive: bool
    open_cases: int
    oldest_timer: datetime | None  # due and not fired: late when it is long ago
    oldest_job: datetime | None  # due and not begun


def health(db: Connection) -> Health:
    seen = db.execute(select(func.max(worker.c.seen_at))).scalar()
    alive = seen is not None and clock.now() - seen < SILENT_AFTER
    open_cases = db.execute(
        select(func.count())
        .select_from(process_instance)
        .where(process_instance.c.ended_at.is_(None))
    ).scalar_one()
    now = clock.now()
    timers = select(func.min(timer.c.due_at)).where(timer.c.held.is_(False), timer.c.due_at <= now)
    due = queue.next_due(db)
    return Health(
        db.dialect.name,
        seen,
        alive,
        open_cases,
        db.execute(timers).scalar(),
        due if due is not None and due <= now else None,
    )


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    body: str
    at: datetime


def outbox_of(db: Connection, actor: Actor) -> tuple[Mail, ...]:
    """The newest first, for administrators. Without its case: reading a case is another right."""
    access.require(actor, "administer")
    o = outbox.c
    rows = db.execute(
        select(o.key, o.recipient, o.subject, o.body, o.at)
        .order_by(o.at.desc(), o.id.desc())
        .limit(MOST_MAILS)
    )
    return tuple(
        Mail(
            sealing.RECIPIENT.read(row.recipient, row.key),
            sealing.SUBJECT.read(row.subject, row.key),
            sealing.BODY.read(row.body, row.key),
            row.at,
        )
        for row in rows
    )
