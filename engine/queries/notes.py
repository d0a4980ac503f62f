"""The notes on a case, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine import sealing
from engine.access import TEXT, Actor
from engine.models import account, case_note
from engine.queries import openings
from engine.queries.cases import CaseHead
from engine.queries.variables import MASKED


@dataclass(frozen=True)
class Note:
    id: int
    by: str
    at: datetime
    text: str
    masked: bool = False


def notes(db: Connection, actor: Actor, head: CaseHead) -> tuple[Note, ...]:
    """Those of everybody, for who reads the case whole; none for others. Masked as answers in
    words are."""
    if not head.whole:
        return ()
    n = case_note.c
    rows = db.execute(
        select(n.id, account.c.name, n.at, n.text, n.account_id)
        .join(account, account.c.id == n.account_id)
        .where(n.instance_id == head.id)
        .order_by(n.id.desc())
    )
    if TEXT in openings.reading(db, actor, head.id).masks:
        return tuple(Note(row.id, row.name, row.at, MASKED, masked=True) for row in rows)
    return tuple(
        Note(row.id, row.name, row.at, sealing.NOTE.read(row.text, head.id, row.account_id, row.at))
        for row in rows
    )
