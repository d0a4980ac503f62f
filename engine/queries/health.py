"""Whether the parts of an installation are alive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from engine import clock
from engine.models import process_instance, worker

SILENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Health:
    database: str
    worker_seen_at: datetime | None
    worker_alive: bool
    open_cases: int


def health(db: Connection) -> Health:
    seen = db.execute(select(func.max(worker.c.seen_at))).scalar()
    alive = seen is not None and clock.now() - seen < SILENT_AFTER
    open_cases = db.execute(
        select(func.count())
        .select_from(process_instance)
        .where(process_instance.c.ended_at.is_(None))
    ).scalar_one()
    return Health(db.dialect.name, seen, alive, open_cases)
