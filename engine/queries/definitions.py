"""The studio's reads: processes with their versions, drafts and counts. Never a person's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import yaml
from sqlalchemy import Connection, Subquery, distinct, func, select, union

from engine import access, definitions, dmn
from engine.access import Actor
from engine.bpmn import xml
from engine.commands import deployments
from engine.commands.deployments import DefinitionDraft
from engine.definitions import Definition
from engine.errors import InvalidDefinition, NotFound, Problem
from engine.forms import Form
from engine.models import (
    account,
    definition_draft,
    deployment,
    incident,
    message_subscription,
    process_definition,
    process_instance,
    role,
    timer,
    user_task,
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
class Choice:
    """Something the editor offers: the name in the file, and what people call it."""

    name: str
    words: str


@dataclass(frozen=True)
class Choices:
    """What a draft's elements may name."""

    forms: tuple[Choice, ...]
    decisions: tuple[Choice, ...]
    processes: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    stages: tuple[Choice, ...]


@dataclass(frozen=True)
class DraftPage:
    """A draft with its findings, and what the editor offers to choose from."""

    draft: DefinitionDraft
    title: str
    problems: tuple[Problem, ...]
    choices: Choices
    live_version: int
    saved_by: str | None
    saved_at: datetime | None

    @property
    def exists(self) -> bool:
        """Somebody has saved a change; otherwise this is the live version."""
        return self.draft.counter > 0

    @property
    def outdated(self) -> bool:
        """A version was published that this draft did not begin from."""
        return self.draft.base_version != self.live_version


@dataclass(frozen=True)
class ProcessPage:
    key: str
    title: str
    description: str
    newest: Definition
    versions: tuple[VersionLine, ...]
    draft_by: str | None
    draft_at: datetime | None


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
    live = _live_by_version(db)
    lines = tuple(
        VersionLine(row.version, row.at, row.name, row.reason, live.get(row.id, 0)) for row in rows
    )
    description = str(newest.manifest.get("description") or "")
    by, at = _draft_saved(db, key)
    return ProcessPage(key, newest.title, description, newest, lines, by, at)


def _draft_saved(db: Connection, key: str) -> tuple[str | None, datetime | None]:
    """By whom and when the draft was saved; nothing when there is none."""
    row = db.execute(
        select(account.c.name, definition_draft.c.saved_at)
        .join(account, account.c.id == definition_draft.c.saved_by)
        .where(definition_draft.c.key == key)
    ).first()
    return (row.name, row.saved_at) if row else (None, None)


def draft_page(db: Connection, actor: Actor, key: str) -> DraftPage:
    access.require(actor, "model")
    draft, live = deployments.draft_of(db, key), _newest(db, key)
    by, at = _draft_saved(db, key)
    drawn = _readable(draft) or live
    return DraftPage(
        draft=draft,
        title=drawn.title,
        problems=tuple(deployments.draft_problems(db, draft)),
        choices=_choices(db, drawn, draft),
        live_version=live.version,
        saved_by=by,
        saved_at=at,
    )


def unsaved_problems(
    db: Connection, actor: Actor, key: str, changed: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Every finding about the draft as it would be with these files."""
    access.require(actor, "model")
    draft = deployments.draft_of(db, key)
    return tuple(deployments.draft_problems(db, replace(draft, files={**draft.files, **changed})))


def check_file(path: str, content: bytes) -> None:
    """Raises `InvalidDefinition` when this one file of a folder cannot be read at all."""
    if path.endswith(".bpmn"):
        xml.read(content, path)
    elif path.endswith(".dmn"):
        dmn.read(content, file=path)
    elif path.endswith(".form"):
        Form.read(content, path)
    elif path.endswith(".yaml"):
        try:
            yaml.safe_load(content)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else None
            words = f"The YAML cannot be read{f' at line {line}' if line else ''}."
            raise InvalidDefinition(
                [Problem("manifest.syntax", words, file=path, line=line)]
            ) from error


def _readable(draft: DefinitionDraft) -> Definition | None:
    try:
        return definitions.read(deployments.folder_of(draft.files), key=draft.key)
    except InvalidDefinition:
        return None  # its findings say why


def _choices(db: Connection, drawn: Definition, draft: DefinitionDraft) -> Choices:
    d = process_definition.c
    others = db.execute(
        select(d.key, d.title).where(d.id.in_(definitions.newest(db).values())).order_by(d.title)
    )
    roles = db.execute(select(role.c.key, role.c.details).order_by(role.c.key))
    forms = sorted(path for path in draft.files if path.endswith(".form"))
    return Choices(
        forms=tuple(Choice(path.removeprefix("forms/"), "") for path in forms),
        decisions=tuple(Choice(name, "") for name in sorted(drawn.decisions)),
        processes=tuple(Choice(row.key, row.title) for row in others if row.key != draft.key),
        roles=tuple(Choice(row.key, str(row.details.get("title", ""))) for row in roles),
        stages=tuple(Choice(str(name), "") for name in drawn.manifest.get("stages") or ()),
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
    here, d = _live_cases(), process_definition.c
    rows = db.execute(
        select(d.key, func.count(distinct(here.c.instance_id)))
        .join(here, here.c.definition_id == d.id)
        .group_by(d.key)
    )
    return {row[0]: row[1] for row in rows}


def _live_by_version(db: Connection) -> dict[int, int]:
    here = _live_cases()
    rows = db.execute(select(here.c.definition_id, func.count()).group_by(here.c.definition_id))
    return {row[0]: row[1] for row in rows}


def _live_cases() -> Subquery:
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
