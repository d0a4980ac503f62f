"""What every page of the studio reads, and who may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from engine import access, definitions
from engine.access import Actor
from engine.definitions import Definition
from engine.errors import NotFound
from engine.models import account, definition_draft


def newest(db: Connection, key: str) -> Definition:
    known = definitions.newest(db)
    if key not in known:
        raise NotFound("process", key)
    return definitions.load(db, known[key])


def draft_saved(db: Connection, key: str) -> tuple[str | None, datetime | None]:
    """By whom and when the draft was saved; nothing when there is none."""
    row = db.execute(
        select(account.c.name, definition_draft.c.saved_at)
        .join(account, account.c.id == definition_draft.c.saved_by)
        .where(definition_draft.c.key == key)
    ).first()
    return (row.name, row.saved_at) if row else (None, None)


def must_be_of_the_studio(actor: Actor) -> None:
    if not {"model", "approve"} & actor.rights:
        access.require(actor, "model")
