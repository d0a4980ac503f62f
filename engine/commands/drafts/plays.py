"""The scenarios that lead through a draft, and how each went when it was last played."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import yaml
from sqlalchemy import Connection, select

from engine import access, audit, clock, definitions
from engine.access import Actor
from engine.commands.drafts.saving import DefinitionDraft
from engine.database import insert_for
from engine.models import scenario_play

FOLDER, SUFFIX = "scenarios/", ".yaml"
LONGEST = 4000  # of what is kept about a failure


@dataclass(frozen=True)
class ScenarioLine:
    """`path` is the file's among all folders: `process key/scenarios/name.yaml`. `state` stands
    for the draft and everything else that decides how it goes: another one, another result."""

    path: str
    title: str
    process: str
    state: str


@dataclass(frozen=True)
class Play:
    """One scenario played to its end, or to where it `failed`; `reached` are ids of elements and
    ways of the draft's process."""

    line: ScenarioLine
    failed: str | None
    reached: tuple[str, ...]


def scenarios(db: Connection, draft: DefinitionDraft) -> tuple[ScenarioLine, ...]:
    """Those of the process as it is drafted, then those of the processes that call it."""
    known, key = definitions.newest(db), draft.key
    files = {path: text.encode() for path, text in draft.files.items()}
    drafted = definitions.digest(files)
    title = definitions.load(db, known[key]).title
    beside = (drafted, _others(definitions.bind(db, key), key))
    found = list(_lines(key, title, draft.files, beside))
    for caller in sorted(set(known) - {key}):
        bound = definitions.bind(db, caller)
        if key not in bound:
            continue
        live = definitions.load(db, known[caller])
        texts = {p: c.decode() for p, c in live.files.items() if p.startswith(FOLDER)}
        found += _lines(caller, live.title, texts, (drafted, _others(bound, key)))
    return tuple(found)


def keep(db: Connection, key: str, plays: Iterable[Play], *, actor: Actor) -> None:
    """Keep how these went, each in the place of what was known of it."""
    access.require(actor, "model")
    for play in plays:
        told = {
            "state": play.line.state,
            "failed": play.failed[:LONGEST] if play.failed is not None else None,
            "reached": list(play.reached),
            "played_at": clock.now(),
            "played_by": actor.account_id,
        }
        made = insert_for(db)(scenario_play).values(key=key, path=play.line.path, **told)
        db.execute(made.on_conflict_do_update(index_elements=["key", "path"], set_=told))
    audit.record(db, actor=actor, chain="system", action="definition.play", subject=key)


def known_plays(
    db: Connection, key: str, lines: Iterable[ScenarioLine]
) -> dict[ScenarioLine, Play]:
    """How each went, of those played since the last change."""
    p = scenario_play.c
    rows = {row.path: row for row in db.execute(select(scenario_play).where(p.key == key))}
    return {
        line: Play(line, rows[line.path].failed, tuple(rows[line.path].reached))
        for line in lines
        if line.path in rows and rows[line.path].state == line.state
    }


def _others(bound: Mapping[str, int], key: str) -> list[tuple[str, int]]:
    """What is played as it is live."""
    return sorted((name, version) for name, version in bound.items() if name != key)


def _lines(
    key: str, process: str, texts: Mapping[str, str], beside: tuple[object, ...]
) -> Iterator[ScenarioLine]:
    for path, text in sorted(texts.items()):
        if path.startswith(FOLDER) and path.endswith(SUFFIX):
            state = hashlib.sha256(repr((*beside, text)).encode()).hexdigest()
            yield ScenarioLine(f"{key}/{path}", title_of(path, text), process, state)


def title_of(path: str, text: str) -> str:
    """What a scenario file calls itself, else its name."""
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError:
        read = None  # playing it says why
    title = read.get("title") if isinstance(read, dict) else None
    return str(title or PurePosixPath(path).stem)
