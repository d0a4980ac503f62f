"""The page before publishing: findings, what changes, what live cases do, and who decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.access import Actor
from engine.commands import approvals, drafts
from engine.commands.drafts.coverage import Coverage, coverage
from engine.errors import Problem
from engine.models import account, approval, definition_draft
from engine.queries.studio import comparing
from engine.queries.studio.comparing import DRAFT, ComparePage
from engine.queries.studio.effect import MOST, LiveEffect, live_effect
from engine.queries.studio.reading import (
    Drafted,
    SentBack,
    must_be_of_the_studio,
    newest,
    sent_back,
)


@dataclass(frozen=True)
class Request:
    """Somebody asks for a draft to be published. `own` says in words what keeps this reader from
    deciding; None when they may."""

    id: int
    by: str
    at: datetime
    reason: str
    own: str | None
    untested: tuple[str, ...]  # what no scenario showed when it was asked
    untested_why: str | None


@dataclass(frozen=True)
class PublishPage(Drafted):
    key: str
    title: str
    problems: tuple[Problem, ...]
    compared: ComparePage
    coverage: Coverage
    effect: LiveEffect | None
    request: Request | None
    sent_back: SentBack | None

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)


def publish_page(db: Connection, actor: Actor, key: str, most: int | None = MOST) -> PublishPage:
    """`most` open cases are tried on the draft; None: all."""
    must_be_of_the_studio(actor)
    live, draft = newest(db, key), drafts.draft_of(db, key)
    compared = comparing.compare_page(db, actor, key, str(live.version), DRAFT)
    problems = tuple(drafts.problems(db, draft))
    runs = not any(problem.severity == "error" for problem in problems)
    effect = live_effect(db, actor, draft, compared.comparison, most) if runs else None
    return PublishPage(
        key=key,
        title=live.title,
        draft=draft,
        problems=problems,
        compared=compared,
        coverage=coverage(db, draft),
        effect=effect,
        request=open_request(db, actor, key),
        sent_back=sent_back(db, key),
        live_version=live.version,
    )


def open_request(db: Connection, actor: Actor, key: str) -> Request | None:
    a, d = approval.c, definition_draft.c
    row = db.execute(
        select(approval, account.c.name, d.saved_by)
        .join(account, account.c.id == a.asked_by)
        .outerjoin(definition_draft, d.key == a.key)
        .where(a.key == key, a.decided_at.is_(None))
    ).first()
    if row is None:
        return None
    own = approvals.own_part(row, row.saved_by, actor.account_id)
    untested = tuple(row.untested or ())
    return Request(row.id, row.name, row.asked_at, row.reason, own, untested, row.untested_why)
