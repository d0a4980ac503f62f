"""Stop new starts of a process, and resume them. Running cases go on untouched."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from engine import access, audit, clock, definitions
from engine.access import Actor
from engine.commands.reasons import given
from engine.errors import ConcurrentUpdate, NotFound
from engine.models import account, start_stop
from engine.prepared import Prepared

STOPPED = Prepared(
    select(start_stop.c.key, start_stop.c.reason).where(start_stop.c.resumed_at.is_(None))
)


def stopped(db: Connection) -> dict[str, str]:
    """Process key → why nobody may start a case of it now."""
    return {row.key: row.reason for row in STOPPED.rows(db, {})}


def stop(db: Connection, key: str, *, actor: Actor, reason: str) -> None:
    """From now on no person and no date starts a case of it. What a running case hands over by a
    message still begins: that case goes on."""
    words = _allowed(db, key, actor, reason, "Say why no new case may be started.")
    if key in stopped(db):
        raise _changed(db, key)
    now = clock.now()
    db.execute(
        insert(start_stop).values(
            key=key, stopped_at=now, stopped_by=actor.account_id, reason=words
        )
    )
    audit.record(db, actor=actor, chain="system", action="starts.stop", subject=key)


def resume(db: Connection, key: str, *, actor: Actor, reason: str) -> None:
    """Cases may be started again; a date that fell due meanwhile starts its case now, once."""
    words = _allowed(db, key, actor, reason, "Say why cases may be started again.")
    s = start_stop.c
    done = db.execute(
        update(start_stop)
        .where(s.key == key, s.resumed_at.is_(None))
        .values(resumed_at=clock.now(), resumed_by=actor.account_id, resumed_reason=words)
    )
    if done.rowcount == 0:
        raise _changed(db, key)
    audit.record(db, actor=actor, chain="system", action="starts.resume", subject=key)


def _allowed(db: Connection, key: str, actor: Actor, reason: str, missing: str) -> str:
    access.require(actor, "model")
    if key not in definitions.newest(db):
        raise NotFound("process", key)
    return given(reason, "reason", missing)


def _changed(db: Connection, key: str) -> ConcurrentUpdate:
    """Somebody else stopped or resumed it a moment ago."""
    s = start_stop.c
    row = db.execute(
        select(s.stopped_at, s.resumed_at, account.c.name)
        .outerjoin(account, account.c.id == s.stopped_by)
        .where(s.key == key)
        .order_by(s.id.desc())
        .limit(1)
    ).first()
    if row is None or row.resumed_at is not None:
        return ConcurrentUpdate("New cases can be started already.", at=clock.now())
    return ConcurrentUpdate(
        f"New starts were stopped already, by {row.name}.", by=row.name, at=row.stopped_at
    )
