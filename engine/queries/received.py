"""What colleagues had typed into a task and sent to who has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine import sealing
from engine.access import Actor
from engine.forms import Form
from engine.models import account, sent_text
from engine.queries import openings
from engine.queries.kept import answers_of
from engine.queries.variables import Answer, Chosen


@dataclass(frozen=True)
class Received:
    id: int
    by: str
    at: datetime
    answers: tuple[Answer, ...]


def received(
    db: Connection, actor: Actor, task_id: str, instance_id: int, form: Form | None
) -> tuple[Received, ...]:
    """To this person, not dismissed, the newest first; masked as kept drafts are."""
    s = sent_text.c
    rows = db.execute(
        select(sent_text, account.c.name)
        .join(account, account.c.id == s.account_id)
        .where(s.task_id == task_id, s.to_id == actor.account_id, s.dismissed_at.is_(None))
        .order_by(s.id.desc())
    ).all()
    if not rows or form is None:
        return ()
    reader, chosen = openings.reading(db, actor, instance_id), Chosen(db)
    return tuple(
        Received(
            row.id, row.name, row.at,
            answers_of(
                form, sealing.SENT.load(row.values, row.task_id, row.account_id, row.at), chosen,
                actor=reader,
            ),
        )
        for row in rows
    )  # fmt: skip
