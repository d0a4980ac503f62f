"""One effect for a request sent twice: its answer is kept in the transaction of its effect."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, select, update

from engine import clock
from engine.access import Actor
from engine.database import insert_for
from engine.errors import InvalidInput
from engine.models import idempotency

KEPT = timedelta(days=7)
NOBODY = 0


def begin(db: Connection, key: str, request_hash: str, *, actor: Actor | None) -> str | None:
    """The answer of the first request with this key; None when this is the first, which must then
    `finish`. The same request at the same moment waits here until the first is done.

    InvalidInput when the key was used for something else."""
    reserved = db.execute(
        insert_for(db)(idempotency)
        .values(
            key=key,
            account_id=_account(actor),
            request_hash=request_hash,
            answer="",
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(idempotency.c.key)
    )
    if reserved.first() is not None:
        return None
    c = idempotency.c
    row = db.execute(
        select(c.request_hash, c.answer).where(c.key == key, c.account_id == _account(actor))
    ).one()
    if row.request_hash != request_hash:
        raise InvalidInput({"": "This page was already sent, with other answers. Open it again."})
    return str(row.answer)


def finish(db: Connection, key: str, answer: str, *, actor: Actor | None) -> None:
    """Keep the answer (a path of this site) for seven days."""
    c = idempotency.c
    db.execute(
        update(idempotency)
        .where(c.key == key, c.account_id == _account(actor))
        .values(answer=answer)
    )


def forget(db: Connection) -> None:
    """For the worker: answers older than they are kept."""
    db.execute(delete(idempotency).where(idempotency.c.at < clock.now() - KEPT))


def _account(actor: Actor | None) -> int:
    return NOBODY if actor is None or actor.account_id is None else actor.account_id
