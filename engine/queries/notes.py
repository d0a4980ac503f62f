"""The notes on a case, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine import sealing
from engine.models import account, case_note
from engine.queries.cases import CaseHead


@dataclass(frozen=True)
class Note:
    id: int
    by: str
    at: datetime
    text: str


def notes(db: Connection, head: CaseHead) -> tuple[Note, ...]:
    """Those of everybody, for who reads the case whole; none for others."""
    if not head.whole:
        return ()
    n = case_note.c
    rows = db.execute(
        select(n.id, account.c.name, n.at, n.text, n.account_id)
        .join(account, account.c.id == n.account_id)
        .where(n.instance_id == head.id)
        .order_by(n.id.desc())
    )
    return tuple(
        Note(row.id, row.name, row.at, sealing.NOTE.read(row.text, head.id, row.account_id, row.at))
        for row in rows
    )
