"""The scenarios that prove a process, and all the folders they are played against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

import yaml
from sqlalchemy import Connection, select

from engine import access, definitions
from engine.access import Actor
from engine.commands import drafts
from engine.models import organisation, role
from engine.queries.studio.reading import newest


@dataclass(frozen=True)
class ScenarioLine:
    """`path` is the file's among all folders: `process key/scenarios/name.yaml`."""

    path: str
    title: str
    process: str


@dataclass(frozen=True)
class TestPage:
    """The scenarios of a process and of those that call it, its own first."""

    key: str
    title: str
    is_draft: bool
    lines: tuple[ScenarioLine, ...]


def test_page(db: Connection, actor: Actor, key: str) -> TestPage:
    access.require(actor, "model")
    live, draft = newest(db, key), drafts.draft_of(db, key)
    known = definitions.newest(db)
    callers = [one for one in sorted(known) if one != key and key in definitions.bind(db, one)]
    own = [_line(key, live.title, path, text) for path, text in draft.files.items()]
    lines = [line for line in own if line is not None]
    for caller in callers:
        found = definitions.load(db, known[caller])
        texts = {path: content.decode() for path, content in found.files.items()}
        some = [_line(caller, found.title, path, text) for path, text in sorted(texts.items())]
        lines += [line for line in some if line is not None]
    return TestPage(key, live.title, draft.counter > 0, tuple(lines))


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


def _line(key: str, process: str, path: str, text: str) -> ScenarioLine | None:
    if not (path.startswith("scenarios/") and path.endswith(".yaml")):
        return None
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError:
        read = None  # playing it says why
    title = read.get("title") if isinstance(read, dict) else None
    return ScenarioLine(f"{key}/{path}", str(title or PurePosixPath(path).stem), process)
