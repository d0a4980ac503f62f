"""A draft with every finding about it, and what the editor offers to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import yaml
from sqlalchemy import Connection, select

from engine import access, definitions, dmn
from engine.access import Actor
from engine.bpmn import xml
from engine.commands import drafts
from engine.commands.drafts import DefinitionDraft
from engine.definitions import Definition
from engine.errors import InvalidDefinition, Problem
from engine.forms import Form
from engine.models import process_definition, role
from engine.queries.studio.reading import Drafted, SentBack, asked, draft_saved, newest, sent_back


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
class DraftPage(Drafted):
    """A draft with its findings, and what the editor offers to choose from."""

    title: str
    problems: tuple[Problem, ...]
    choices: Choices
    saved_by: str | None
    saved_at: datetime | None
    asked_by: str | None  # who asks for it to be published
    sent_back: SentBack | None


def draft_page(db: Connection, actor: Actor, key: str) -> DraftPage:
    access.require(actor, "model")
    draft, live = drafts.draft_of(db, key), newest(db, key)
    by, at = draft_saved(db, key)
    read, problems = drafts.looked_at(db, draft)
    drawn = read or live
    return DraftPage(
        draft=draft,
        title=drawn.title,
        problems=tuple(problems),
        choices=_choices(db, drawn, draft),
        live_version=live.version,
        saved_by=by,
        saved_at=at,
        asked_by=asked(db).get(key),
        sent_back=sent_back(db, key) if draft.exists else None,
    )


def unsaved_problems(
    db: Connection, actor: Actor, key: str, changed: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Every finding about the draft as it would be with these files."""
    access.require(actor, "model")
    draft = drafts.draft_of(db, key)
    return tuple(drafts.problems(db, replace(draft, files={**draft.files, **changed})))


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
