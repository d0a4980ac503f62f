"""The studio's list of processes, and the versions of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Subquery, and_, distinct, func, select, union

from engine import definitions
from engine.access import Actor
from engine.commands import starts
from engine.definitions import Definition
from engine.errors import NotFound
from engine.models import (
    account,
    approval,
    definition_draft,
    deployment,
    incident,
    message_subscription,
    process_definition,
    process_instance,
    timer,
    user_task,
)
from engine.queries.studio.migrating import outdated
from engine.queries.studio.reading import asked, draft_saved, must_be_of_the_studio, newest


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
    asked_by: str | None  # who asks for the draft to be published
    stopped: bool  # no new case of it may be started


@dataclass(frozen=True)
class VersionLine:
    """`asked_by` asked for it and `by` approved it, with a note; both None for a deployment.
    `untested` is what no scenario showed then, `untested_why` why it was published so."""

    version: int
    published_at: datetime
    by: str | None
    reason: str
    live_cases: int
    asked_by: str | None
    note: str | None
    name: str | None  # what owners call it
    untested: tuple[str, ...]
    untested_why: str | None


@dataclass(frozen=True)
class ProcessPage:
    key: str
    title: str
    description: str
    newest: Definition
    outdated: int
    versions: tuple[VersionLine, ...]
    draft_by: str | None
    draft_at: datetime | None
    asked_by: str | None
    stopped: str | None  # why no new case of it may be started

    @property
    def readme(self) -> str:
        """What people read of the live version before they start a case."""
        return self.newest.files.get(definitions.README, b"").decode(errors="replace")


@dataclass(frozen=True)
class VersionPage:
    """One version to read; `is_live` when new cases run on it."""

    key: str
    title: str
    line: VersionLine
    definition: Definition
    is_live: bool
    live_version: int
    draft_by: str | None


def processes(db: Connection, actor: Actor) -> tuple[ProcessLine, ...]:
    must_be_of_the_studio(actor)
    d, drafts = process_definition.c, definition_draft.c
    live, troubled, asking = _live_by_key(db), _problems_by_key(db), asked(db)
    stopped = starts.stopped(db)
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
            asked_by=asking.get(row.key),
            stopped=row.key in stopped,
        )
        for row in rows
    )


def process_page(db: Connection, actor: Actor, key: str) -> ProcessPage:
    """Its versions, newest first, and how many live cases run on each."""
    must_be_of_the_studio(actor)
    live_version = newest(db, key)
    by, at = draft_saved(db, key)
    return ProcessPage(
        key=key,
        title=live_version.title,
        description=str(live_version.manifest.get("description") or ""),
        newest=live_version,
        outdated=outdated(db, key),
        versions=_versions(db, key),
        draft_by=by,
        draft_at=at,
        asked_by=asked(db).get(key),
        stopped=starts.stopped(db).get(key),
    )


def _versions(db: Connection, key: str) -> tuple[VersionLine, ...]:
    d, a, asker = process_definition.c, approval.c, account.alias()
    rows = db.execute(
        select(
            d.id, d.version, d.name.label("called"), deployment.c.at, deployment.c.reason,
            account.c.name, a.note, a.untested, a.untested_why,
            asker.c.name.label("asked_by"),
        )
        .join(deployment, deployment.c.id == d.deployment_id)
        .outerjoin(account, account.c.id == deployment.c.account_id)
        .outerjoin(approval, and_(a.key == d.key, a.version == d.version))
        .outerjoin(asker, asker.c.id == a.asked_by)
        .where(d.key == key)
        .order_by(d.version.desc())
    ).all()  # fmt: skip
    live = _live_by_version(db)
    return tuple(
        VersionLine(
            row.version, row.at, row.name, row.reason, live.get(row.id, 0), row.asked_by,
            row.note, row.called, tuple(row.untested or ()), row.untested_why,
        )
        for row in rows
    )  # fmt: skip


def version_page(db: Connection, actor: Actor, key: str, version: int) -> VersionPage:
    """Any version, old or live, as it was published."""
    definition = version_files(db, actor, key, version)
    line = next(one for one in _versions(db, key) if one.version == version)
    live, (by, _) = newest(db, key), draft_saved(db, key)
    is_live = live.version == version
    return VersionPage(key, definition.title, line, definition, is_live, live.version, by)


def version_files(db: Connection, actor: Actor, key: str, version: int) -> Definition:
    """One published version whole."""
    must_be_of_the_studio(actor)
    found = definitions.version_id(db, key, version)
    if found is None:
        raise NotFound("version", f"{key}:{version}")
    return definitions.load(db, found)


def _live_by_key(db: Connection) -> dict[str, int]:
    here, d = live_cases(), process_definition.c
    rows = db.execute(
        select(d.key, func.count(distinct(here.c.instance_id)))
        .join(here, here.c.definition_id == d.id)
        .group_by(d.key)
    )
    return {row[0]: row[1] for row in rows}


def _live_by_version(db: Connection) -> dict[int, int]:
    here = live_cases()
    rows = db.execute(select(here.c.definition_id, func.count()).group_by(here.c.definition_id))
    return {row[0]: row[1] for row in rows}


def live_cases() -> Subquery:
    """(version, case) once each: the version a case started on, and those it waits in now."""
    case, task = process_instance.c, user_task.c
    waits = [
        select(task.definition_id, task.instance_id).where(task.state.in_(("created", "claimed"))),
        *(select(t.c.definition_id, t.c.instance_id) for t in (timer, message_subscription)),
    ]
    started = select(case.definition_id, case.id.label("instance_id"))
    return union(started.where(case.ended_at.is_(None)), *waits).subquery()


def _problems_by_key(db: Connection) -> dict[str, int]:
    d = process_definition.c
    rows = db.execute(
        select(d.key, func.count())
        .join(incident, incident.c.definition_id == d.id)
        .where(incident.c.resolved_at.is_(None))
        .group_by(d.key)
    )
    return {row[0]: row[1] for row in rows}
