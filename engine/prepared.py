"""Statements of the busiest path: written with SQLAlchemy, compiled once, run on the driver itself.

Running a statement through SQLAlchemy costs several times the statement. Those given together leave
in one trip where the driver can do that (PostgreSQL's pipeline).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import Select, UpdateBase

Values = Mapping[str, Any]
Statement = Select[Any] | UpdateBase
_row_of: Callable[..., Any] = namedtuple  # whose fields are known at run time only
# Texts of what is run, for a test that counts: SQLAlchemy's own events do not see these.
watched: ContextVar[list[str] | None] = ContextVar("waymark_watched", default=None)


class Answer(NamedTuple):
    """`rows` have the columns' names; `changed` counts them, or those that were written."""

    rows: list[Any]
    changed: int


class Prepared:
    """A statement; a function is given the name of the database and builds it. What it is run
    with names the same parameters at every call: its `bindparam`s, and columns that it sets."""

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def rows(self, db: Connection, values: Values) -> list[Any]:
        return together(db, [(self, values)])[0].rows

    def compiled(self, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
        key = (dialect.name, names)
        if (known := self._compiled.get(key)) is None:
            given = self._statement
            statement = given if isinstance(given, Statement) else given(dialect.name)
            known = self._compiled[key] = _Compiled(statement, dialect, names)
        return known


def together(
    db: Connection, asked: Sequence[tuple[Prepared, Values | Sequence[Values]]]
) -> list[Answer]:
    """Run in this order, in the connection's transaction; an answer each. With a list of values a
    statement runs once for each and has no rows to answer."""
    todo = [_bound(db.dialect, statement, given) for statement, given in asked]
    if (said := watched.get()) is not None:
        said.extend(compiled.text for compiled, _ in todo)
    driver: Any = db.connection.dbapi_connection
    with _clear_errors(db):
        if db.dialect.name == "postgresql" and (
            len(todo) > 1 or driver.info.transaction_status == 0
        ):
            with driver.pipeline():
                cursors = [_run(driver, compiled, bound) for compiled, bound in todo]
            return [c.answer(cursor) for (c, _), cursor in zip(todo, cursors, strict=True)]
        return [compiled.answer(_run(driver, compiled, bound)) for compiled, bound in todo]


def plan_once(db: Connection) -> None:
    """For statements of many branches, in this transaction: PostgreSQL plans each once a
    connection, not anew for its values, which would take longer than to run it."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")


class _Compiled:
    """The text for one database, what each value becomes on its way in and each on its way out."""

    def __init__(self, statement: Statement, dialect: Dialect, names: tuple[str, ...]) -> None:
        made = statement.compile(dialect=dialect, column_keys=list(names))
        assert isinstance(made, SQLCompiler)  # noqa: S101  # only for the type checker
        self.text = made.string
        self.order = None if made.positiontup is None else tuple(made.positiontup)
        self.constant = {name: value for name, value in made.params.items() if name not in names}
        ways_in = {  # once a name, however often the statement has it
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind, name in made.bind_names.items()
        }
        self.ways_in = [(name, way) for name, way in ways_in.items() if way is not None]
        columns = list(statement.exported_columns)
        self.row = _row_of("Row", [c.key for c in columns], rename=True)._make
        ways = (c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns)
        self.ways_out = [(place, way) for place, way in enumerate(ways) if way is not None]

    def bind(self, values: Values) -> Any:
        found = {**self.constant, **values}
        for name, way in self.ways_in:
            found[name] = way(found[name])
        return found if self.order is None else tuple([found[name] for name in self.order])

    def answer(self, cursor: Any) -> Answer:
        if cursor.description is None:
            return Answer([], cursor.rowcount)
        rows = []
        for stored in cursor.fetchall():
            read = list(stored)
            for place, way in self.ways_out:
                read[place] = way(read[place])
            rows.append(self.row(read))
        return Answer(rows, len(rows))


def _bound(
    dialect: Dialect, statement: Prepared, given: Values | Sequence[Values]
) -> tuple[_Compiled, Any]:
    if isinstance(given, Mapping):
        compiled = statement.compiled(dialect, tuple(given))
        return compiled, compiled.bind(given)
    compiled = statement.compiled(dialect, tuple(given[0]))
    return compiled, [compiled.bind(each) for each in given]


def _run(driver: Any, compiled: _Compiled, bound: Any) -> Any:
    cursor = driver.cursor()
    if isinstance(bound, list):
        cursor.executemany(compiled.text, bound)
    else:
        cursor.execute(compiled.text, bound)
    return cursor


@contextmanager
def _clear_errors(db: Connection) -> Iterator[None]:
    """The driver's errors as SQLAlchemy raises them, without the values."""
    base = db.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        lost = db.dialect.is_disconnect(error, db.connection.dbapi_connection, None)
        if lost:
            db.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, base, connection_invalidated=lost, dialect=db.dialect
        ) from error
