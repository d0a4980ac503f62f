"""One effect for a request sent twice: its answer is kept in the transaction of its effect."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from engine import clock
from engine.access import Actor
from engine.errors import InvalidInput
from engine.models import idempotency

KEPT = timedelta(days=7)
NOBODY = 0


def recall(db: Connection, key: str, request_hash: str, *, actor: Actor | None) -> str | None:
    """The answer of the first request with this key; None when this is the first.

    InvalidInput when the key was used for something else."""
    row = db.execute(
        select(idempotency.c.request_hash, idempotency.c.answer).where(
            idempotency.c.key == key, idempotency.c.account_id == _account(actor)
        )
    ).first()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise InvalidInput({"": "This page was already sent, with other answers. Open it again."})
    return str(row.answer)


def keep(db: Connection, key: str, request_hash: str, answer: str, *, actor: Actor | None) -> None:
    """Keep the answer (a path of this site) for seven days."""
    db.execute(
        insert(idempotency).values(
            key=key,
            account_id=_account(actor),
            request_hash=request_hash,
            answer=answer,
            at=clock.now(),
        )
    )


def forget(db: Connection) -> None:
    """For the worker: answers older than they are kept."""
    db.execute(delete(idempotency).where(idempotency.c.at < clock.now() - KEPT))


def _account(actor: Actor | None) -> int:
    return NOBODY if actor is None or actor.account_id is None else actor.account_id
