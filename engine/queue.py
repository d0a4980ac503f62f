"""The queue of jobs: rows with a lease. Enqueued in the step's own transaction; claimed by one
worker at a time; what a dead worker held is claimed again when its lease has run out."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.engine import Row

from engine import clock, feel, sealing
from engine.database import Database, after_commit, insert_for
from engine.models import job

GRACE = timedelta(seconds=30)  # beyond an attempt's time limit, for its result to be written


@dataclass(frozen=True)
class Claimed:
    """A job that this worker has: `attempt` counts from 1. `outcome` is kept from an attempt whose
    case could not take it; `lost`: the last attempt's worker never came back."""

    id: str
    instance_id: int
    element_id: str
    connector: str
    values: dict[str, Any]
    attempt: int
    allowed: int
    back_off: tuple[int, ...]
    time_limit: int
    worker: str
    outcome: dict[str, Any] | None
    lost: bool


awake = threading.Event()  # set when a job of this process is safe: its worker need not wait


def _wake(_database: Database) -> None:
    awake.set()


def enqueue(db: Connection, rows: list[dict[str, Any]]) -> None:
    """New jobs, due at once; one that had failed begins anew under its old key."""
    after_commit(db, _wake)
    now = clock.now()
    for row in rows:
        fresh = {
            **row,
            "state": "waiting",
            "attempts": 0,
            "retry_at": now,
            "failure": None,
            "leased_by": None,
            "leased_until": None,
            "outcome": None,
            "created_at": now,
            "ended_at": None,
        }
        statement = insert_for(db)(job).values(**fresh)
        again = {name: statement.excluded[name] for name in fresh if name != "id"}
        db.execute(statement.on_conflict_do_update(index_elements=["id"], set_=again))


def end(db: Connection, ids: Iterable[str], state: str) -> None:
    """Jobs that are over: done, failed or cancelled. What they were called with is not kept."""
    db.execute(
        update(job)
        .where(job.c.id.in_(list(ids)))
        .values(
            state=state,
            ended_at=clock.now(),
            parameters=None,
            outcome=None,
            leased_by=None,
            leased_until=None,
        )
    )


def hold(db: Connection, instance_id: int, on: bool) -> None:
    """A suspended case's jobs wait until it is resumed."""
    j = job.c
    db.execute(
        update(job).where(j.instance_id == instance_id, j.state == "waiting").values(held=on)
    )


def next_due(db: Connection) -> datetime | None:
    """When the next job may begin."""
    j = job.c
    free = or_(j.leased_until.is_(None), j.leased_until <= clock.now())
    wanted = select(j.retry_at).where(j.state == "waiting", j.held.is_(False), free)
    found: datetime | None = db.execute(wanted.order_by(j.retry_at).limit(1)).scalar()
    return found


def claim(database: Database, worker: str, *, only: str | None = None) -> Claimed | None:
    """The job that is due the longest (or `only` that one), leased; None when nothing is due."""
    due = _due(only)
    with database.reading() as db:  # so that an idle worker never locks anything
        if db.execute(due).first() is None:
            return None
    with database.transaction() as db:
        row = db.execute(due.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        lost = row.attempts >= row.allowed and row.outcome is None
        attempt = row.attempts if lost or row.outcome is not None else row.attempts + 1
        until = clock.now() + timedelta(seconds=row.time_limit) + GRACE
        db.execute(
            update(job)
            .where(job.c.id == row.id)
            .values(attempts=attempt, leased_by=worker, leased_until=until)
        )
    return _claimed(row, attempt, worker, lost)


def _due(only: str | None) -> Any:
    j = job.c
    now = clock.now()
    wanted = select(job).where(
        j.state == "waiting",
        j.held.is_(False),
        j.retry_at <= now,
        or_(j.leased_until.is_(None), j.leased_until <= now),
    )
    if only is not None:
        wanted = wanted.where(j.id == only)
    return wanted.order_by(j.retry_at, j.id).limit(1)


def _claimed(row: Row[Any], attempt: int, worker: str, lost: bool) -> Claimed:
    return Claimed(
        id=row.id,
        instance_id=row.instance_id,
        element_id=row.element_id,
        connector=row.connector,
        values=feel.from_json(sealing.PARAMETERS.load(row.parameters, row.id)),
        attempt=attempt,
        allowed=row.allowed,
        back_off=tuple(row.back_off),
        time_limit=row.time_limit,
        worker=worker,
        outcome=None if row.outcome is None else sealing.OUTCOME.load(row.outcome, row.id),
        lost=lost,
    )


def put_off(db: Connection, claimed: Claimed, failure: str, pause: int) -> None:
    """The attempt did not work: another after `pause` seconds, unless the lease was lost."""
    values = {
        "failure": failure[:2000],
        "retry_at": clock.now() + timedelta(seconds=pause),
        "leased_by": None,
        "leased_until": None,
    }
    db.execute(_mine(claimed).values(**values))


def keep(db: Connection, claimed: Claimed, outcome: dict[str, Any]) -> bool:
    """Keep what an attempt gave until the case can take it; False when the job has ended."""
    j = job.c
    sealed = sealing.OUTCOME.dump(outcome, claimed.id)
    kept = db.execute(
        update(job)
        .where(j.id == claimed.id, j.state == "waiting")
        .values(outcome=sealed, leased_by=None, leased_until=None)
    )
    return kept.rowcount == 1


def _mine(claimed: Claimed) -> Any:
    j = job.c
    return update(job).where(
        j.id == claimed.id,
        j.state == "waiting",
        j.leased_by == claimed.worker,
        j.attempts == claimed.attempt,
    )
