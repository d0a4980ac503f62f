"""What every page of the studio reads, and who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Subquery, select, union

from engine import access, definitions
from engine.access import Actor
from engine.commands.drafts import DefinitionDraft
from engine.definitions import Definition
from engine.errors import NotFound
from engine.models import (
    account,
    approval,
    definition_draft,
    incident,
    job,
    message_subscription,
    timer,
    user_task,
)


@dataclass(frozen=True)
class Drafted:
    """A page about a draft, beside the version that is live."""

    draft: DefinitionDraft
    live_version: int

    @property
    def exists(self) -> bool:
        return self.draft.exists

    @property
    def outdated(self) -> bool:
        """A version was published that this draft did not begin from."""
        return self.draft.base_version != self.live_version


@dataclass(frozen=True)
class SentBack:
    by: str
    at: datetime
    note: str


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


def asked(db: Connection) -> dict[str, str]:
    """Process key → who asks for its draft to be published."""
    rows = db.execute(
        select(approval.c.key, account.c.name)
        .join(account, account.c.id == approval.c.asked_by)
        .where(approval.c.decided_at.is_(None))
    )
    return {row.key: row.name for row in rows}


def sent_back(db: Connection, key: str) -> SentBack | None:
    """The note of the last decision, while it is that the draft was sent back."""
    a = approval.c
    row = db.execute(
        select(a.decision, a.decided_at, a.note, account.c.name)
        .outerjoin(account, account.c.id == a.decided_by)
        .where(a.key == key, a.decision.in_(("approved", "sent back")))
        .order_by(a.id.desc())
        .limit(1)
    ).first()
    if row is None or row.decision != "sent back":
        return None
    return SentBack(row.name, row.decided_at, row.note)


def standing() -> Subquery:
    """(version, element, case) once each: where open cases stand."""
    t, i, j = user_task.c, incident.c, job.c
    return union(
        select(t.definition_id, t.element_id, t.instance_id)
        .where(t.state.in_(("created", "claimed"))),
        select(i.definition_id, i.element_id, i.instance_id)
        .where(i.resolved_at.is_(None), i.element_id.is_not(None)),
        select(j.definition_id, j.element_id, j.instance_id).where(j.state == "waiting"),
        *(select(x.c.definition_id, x.c.element_id, x.c.instance_id)
          for x in (timer, message_subscription)),
    ).subquery()  # fmt: skip
