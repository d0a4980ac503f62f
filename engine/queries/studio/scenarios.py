"""The scenarios that prove a process, and all the folders they are played against."""

from __future__ import annotations

from dataclasses import dataclass

import yaml
from sqlalchemy import Connection, select

from engine import access, definitions
from engine.access import Actor
from engine.commands import drafts
from engine.commands.drafts.coverage import Coverage, coverage
from engine.models import organisation, role
from engine.queries.studio.reading import newest


@dataclass(frozen=True)
class TestPage:
    """The scenarios of a process and of those that call it, its own first, with what is known of
    each; `diagram` is the draft's."""

    key: str
    title: str
    is_draft: bool
    coverage: Coverage
    diagram: bytes


def test_page(db: Connection, actor: Actor, key: str) -> TestPage:
    access.require(actor, "model")
    live, draft = newest(db, key), drafts.draft_of(db, key)
    diagram = draft.files.get(definitions.DIAGRAM, "").encode()
    return TestPage(key, live.title, draft.exists, coverage(db, draft), diagram)


def folders(db: Connection, actor: Actor, key: str) -> dict[str, bytes]:
    """Path → content of every process as it is live, this one as it is drafted, and of who and
    which organisations there are: all that a scenario needs, and no case."""
    access.require(actor, "model")
    found = {
        f"{definition.key}/{path}": content
        for definition in (definitions.load(db, id_) for id_ in definitions.newest(db).values())
        for path, content in definition.files.items()
        if definition.key != key
    }
    found |= {f"{key}/{p}": text.encode() for p, text in drafts.draft_of(db, key).files.items()}
    roles = {row.key: row.details for row in db.execute(select(role))}
    places = {
        row.key: {"title": row.title, "kind": row.kind} for row in db.execute(select(organisation))
    }
    found["roles.yaml"] = yaml.safe_dump(roles).encode()
    found["organisations.yaml"] = yaml.safe_dump(places).encode()
    return found
