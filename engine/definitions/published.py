"""The published versions: read once a process, and which of them a new case runs on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select

from engine.definitions.reading import Definition, read, versions_called
from engine.errors import NotFound
from engine.models import definition_file, process_definition
from engine.prepared import Prepared

CACHED = 500


def load(db: Connection, definition_id: int) -> Definition:
    """The published definition with this id; read once a process."""
    cache = _loaded.setdefault(db.engine, {})
    if (known := cache.get(definition_id)) is not None:
        return known
    row = db.execute(
        select(process_definition).where(process_definition.c.id == definition_id)
    ).one_or_none()
    if row is None:
        raise NotFound("version", definition_id)
    c = definition_file.c
    stored = db.execute(select(c.path, c.content).where(c.definition_id == definition_id))
    files = {row.path: row.content for row in stored}
    loaded = read(files, key=row.key, version=row.version, definition_id=definition_id)
    if len(cache) > CACHED:
        cache.clear()
    cache[definition_id] = loaded
    return loaded


# Published versions never change, so one read a process and database is enough.
_loaded: WeakKeyDictionary[Engine, dict[int, Definition]] = WeakKeyDictionary()


# Ids only go up, and so do the versions of a process: the highest id is its newest version.
NEWEST = Prepared(
    select(process_definition.c.key, func.max(process_definition.c.id).label("id"))
    .group_by(process_definition.c.key)
    .order_by(process_definition.c.key)
)


def newest(db: Connection) -> dict[str, int]:
    """Process key -> id of its newest published version."""
    return newest_of(NEWEST.rows(db, {}))


def newest_of(rows: list[Any]) -> dict[str, int]:
    """What `newest` gives, for who asked `NEWEST` together with more."""
    return dict(sorted((row.key, row.id) for row in rows))


def started_by(db: Connection, event: str, name: str | None = None) -> list[Definition]:
    """The newest versions of processes that this kind of event (of this name) starts."""
    found = [load(db, definition_id) for definition_id in newest(db).values()]
    return [d for d in found if any(name is None or e.message == name for e in d.starts(event))]


def bind(db: Connection, key: str, known: Mapping[str, int] | None = None) -> dict[str, int]:
    """The versions a case of `key` that starts now runs on: its own and all it can call; `known`
    are the newest, when they are at hand.

    A call may name a version; where several name one, that nearest to `key` decides."""
    known = newest(db) if known is None else known
    bound: dict[str, int] = {}
    todo: list[tuple[str, int | None]] = [(key, None)]
    while todo:
        at, wanted = todo.pop(0)
        if at in bound:
            continue
        if at not in known:
            raise NotFound("process", at)
        bound[at] = known[at] if wanted is None else version_id(db, at, wanted) or known[at]
        todo += sorted(versions_called(load(db, bound[at])).items())
    return dict(sorted(bound.items()))


def version_id(db: Connection, key: str, version: int) -> int | None:
    d = process_definition.c
    found = db.execute(select(d.id).where(d.key == key, d.version == version)).scalar()
    return None if found is None else int(found)
