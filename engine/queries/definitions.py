"""The studio's reads: processes with their versions, drafts and counts. Never a person's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine import access, definitions
from engine.access import Actor
from engine.bpmn.elements import Element
from engine.commands import deployments
from engine.commands.deployments import DefinitionDraft
from engine.definitions import Definition
from engine.errors import NotFound, Problem
from engine.models import (
    account,
    definition_draft,
    deployment,
    incident,
    process_definition,
    process_instance,
)


@dataclass(frozen=True)
class ProcessLine:
    """One process in the studio's list."""

    key: str
    title: str
    version: int
    published_at: datetime
    live_cases: int
    problems: int
    draft_by: str | None
    draft_at: datetime | None


@dataclass(frozen=True)
class VersionLine:
    version: int
    published_at: datetime
    by: str | None
    reason: str
    live_cases: int


@dataclass(frozen=True)
class DraftPage:
    """A draft with its findings, and what the editor offers to choose from."""

    draft: DefinitionDraft
    title: str
    problems: tuple[Problem, ...]
    elements: Mapping[str, Element]
    forms: tuple[str, ...]
    decisions: tuple[str, ...]
    processes: tuple[str, ...]
    saved_by: str | None
    saved_at: datetime | None

    @property
    def errors(self) -> int:
        return sum(1 for p in self.problems if p.severity == "error")

    @property
    def exists(self) -> bool:
        """Somebody has saved a change; otherwise this is the live version."""
        return self.draft.counter > 0


@dataclass(frozen=True)
class ProcessPage:
    key: str
    title: str
    readme: str
    newest: Definition
    versions: tuple[VersionLine, ...]


def processes(db: Connection, actor: Actor) -> tuple[ProcessLine, ...]:
    _must_be_of_the_studio(actor)
    d, drafts = process_definition.c, definition_draft.c
    live, troubled = _live_by_key(db), _problems_by_key(db)
    rows = db.execute(
        select(d.key, d.title, d.version, deployment.c.at, account.c.name, drafts.saved_at)
        .join(deployment, deployment.c.id == d.deployment_id)
        .outerjoin(definition_draft, drafts.key == d.key)
        .outerjoin(account, account.c.id == drafts.saved_by)
        .where(d.id.in_(definitions.newest(db).values()))
        .order_by(d.title)
    )
    return tuple(
        ProcessLine(
            key=row.key,
            title=row.title,
            version=row.version,
            published_at=row.at,
            live_cases=live.get(row.key, 0),
            problems=troubled.get(row.key, 0),
            draft_by=row.name,
            draft_at=row.saved_at,
        )
        for row in rows
    )


def process_page(db: Connection, actor: Actor, key: str) -> ProcessPage:
    """Its versions, newest first, and how many live cases run on each."""
    _must_be_of_the_studio(actor)
    newest = _newest(db, key)
    d = process_definition.c
    rows = db.execute(
        select(d.id, d.version, deployment.c.at, deployment.c.reason, account.c.name)
        .join(deployment, deployment.c.id == d.deployment_id)
        .outerjoin(account, account.c.id == deployment.c.account_id)
        .where(d.key == key)
        .order_by(d.version.desc())
    ).all()
    live = _live_by_version(db, key)
    readme = newest.files.get("README.md", b"").decode(errors="replace")
    lines = tuple(
        VersionLine(row.version, row.at, row.name, row.reason, live.get(row.id, 0)) for row in rows
    )
    return ProcessPage(key, newest.title, readme, newest, lines)


def draft_page(db: Connection, actor: Actor, key: str) -> DraftPage:
    _must_be_of_the_studio(actor)
    draft = deployments.draft_of(db, key)
    row = db.execute(
        select(account.c.name, definition_draft.c.saved_at)
        .join(account, account.c.id == definition_draft.c.saved_by)
        .where(definition_draft.c.key == key)
    ).first()
    problems = tuple(deployments.draft_problems(db, draft))
    live = _newest(db, key)
    return DraftPage(
        draft=draft,
        title=live.title,
        problems=problems,
        elements=live.elements,
        forms=tuple(sorted(p for p in draft.files if p.endswith(".form"))),
        decisions=tuple(sorted(live.decisions)),
        processes=tuple(definitions.newest(db)),
        saved_by=row.name if row else None,
        saved_at=row.saved_at if row else None,
    )


def version_files(db: Connection, actor: Actor, key: str, version: int) -> Definition:
    """One published version whole."""
    _must_be_of_the_studio(actor)
    d = process_definition.c
    found = db.execute(select(d.id).where(d.key == key, d.version == version)).scalar()
    if found is None:
        raise NotFound("version", f"{key}:{version}")
    return definitions.load(db, found)


def _newest(db: Connection, key: str) -> Definition:
    known = definitions.newest(db)
    if key not in known:
        raise NotFound("process", key)
    return definitions.load(db, known[key])


def _must_be_of_the_studio(actor: Actor) -> None:
    if not {"model", "approve"} & actor.rights:
        access.require(actor, "model")


def _live_by_key(db: Connection) -> dict[str, int]:
    c = process_instance.c
    rows = db.execute(select(c.key, func.count()).where(c.ended_at.is_(None)).group_by(c.key))
    return {row[0]: row[1] for row in rows}


def _live_by_version(db: Connection, key: str) -> dict[int, int]:
    c = process_instance.c
    rows = db.execute(
        select(c.definition_id, func.count())
        .where(c.ended_at.is_(None), c.key == key)
        .group_by(c.definition_id)
    )
    return {row[0]: row[1] for row in rows}


def _problems_by_key(db: Connection) -> dict[str, int]:
    d = process_definition.c
    rows = db.execute(
        select(d.key, func.count())
        .join(incident, incident.c.definition_id == d.id)
        .where(incident.c.resolved_at.is_(None))
        .group_by(d.key)
    )
    return {row[0]: row[1] for row in rows}
