"""Databases to measure on: each new and empty."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine, make_url, text

from engine.database import Database
from engine.migrations import migrate
from tests.bench.targets import NO_DATABASE, SQLITE
from tests.postgres import running_server

Figures = TypeVar("Figures")
_numbers = count(1)


def on_both(measure: Callable[[str], Figures]) -> dict[str, Figures]:
    """What `measure` gives for the address of each."""
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as place:
        sqlite = measure(f"sqlite:///{place}/bench.db")
    with running_server(Path(tempfile.mkdtemp(prefix="waymark-pg-"))) as url:
        return {"sqlite": sqlite, "postgresql": measure(url)}


@dataclass(frozen=True)
class Place:
    """Where a part is measured: the address of an empty database, and for the naive baseline of
    another (on SQLite a folder for its file)."""

    kind: str
    url: str
    naive: str


@contextmanager
def place(kind: str, server: str) -> Iterator[Place]:
    """A place of this kind, gone afterwards; `server` is the address of a database on a PostgreSQL
    server, beside which others are made."""
    if kind == NO_DATABASE:
        yield Place(kind, "", "")
        return
    if kind == SQLITE:
        with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
            yield Place(kind, f"sqlite:///{folder}/ours.db", folder)
        return
    made = [_beside(server), _beside(server)]
    try:
        yield Place(kind, *made)
    finally:
        for url in made:
            _say(server, f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database with its tables."""
    database = Database(url)
    try:
        migrate(database)
        yield database
    finally:
        database.close()


def analyse(database: Database) -> None:
    """What PostgreSQL does by itself a minute after many rows came."""
    if not database.is_sqlite:
        _say(database.url, "VACUUM ANALYZE")


def _beside(server: str) -> str:
    url = make_url(server)
    name = f"{url.database}_bench_{next(_numbers)}"
    _say(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _say(server, f'CREATE DATABASE "{name}"')
    return url.set(database=name).render_as_string(hide_password=False)


def _say(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
