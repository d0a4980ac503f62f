"""Two versions of a process, or a version and the draft, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine import comparing
from engine.access import Actor
from engine.commands import deployments, drafts
from engine.comparing import Comparison
from engine.errors import NotFound
from engine.models import definition_draft, process_definition
from engine.queries.studio.processes import version_files
from engine.queries.studio.reading import must_be_of_the_studio, newest

DRAFT = "draft"


@dataclass(frozen=True)
class Side:
    """One of the two: a version's number, or the draft."""

    name: str  # as in the address
    words: str
    files: dict[str, bytes]


@dataclass(frozen=True)
class ComparePage:
    key: str
    title: str
    old: Side
    new: Side
    comparison: Comparison
    sides: tuple[tuple[str, str], ...]  # what may be chosen: (name, words), newest first


def compare_page(db: Connection, actor: Actor, key: str, old: str, new: str) -> ComparePage:
    """NotFound when there is no such version. Without names: the live version and the draft, or
    the last two versions."""
    must_be_of_the_studio(actor)
    live = newest(db, key)
    sides = _sides(db, key)
    newer = new or sides[0][0]
    older = old or _one_before(sides, newer)
    one, other = (_side(db, actor, key, name) for name in (older, newer))
    found = comparing.compare(one.files, other.files)
    return ComparePage(key, live.title, one, other, found, sides)


def _sides(db: Connection, key: str) -> tuple[tuple[str, str], ...]:
    d = process_definition.c
    versions = db.execute(select(d.version).where(d.key == key).order_by(d.version.desc()))
    found = [(str(number), words_of(str(number))) for number in versions.scalars()]
    drafted = select(definition_draft.c.id).where(definition_draft.c.key == key)
    if db.execute(drafted).first():
        found.insert(0, (DRAFT, words_of(DRAFT)))
    return tuple(found)


def _one_before(sides: tuple[tuple[str, str], ...], name: str) -> str:
    """The next older one; the same when there is none."""
    names = [side for side, _ in sides]
    at = names.index(name) if name in names else 0
    return names[min(at + 1, len(names) - 1)]


def words_of(name: str) -> str:
    return "the draft" if name == DRAFT else f"version {name}"


def _side(db: Connection, actor: Actor, key: str, name: str) -> Side:
    if name == DRAFT:
        files = deployments.folder_of(drafts.draft_of(db, key).files)
        return Side(name, words_of(name), files)
    if not (name.isascii() and name.isdigit() and len(name) < 9):
        raise NotFound("version", f"{key}:{name}")
    return Side(name, words_of(name), dict(version_files(db, actor, key, int(name)).files))
