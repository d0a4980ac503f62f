"""One database, its two kinds of transaction, and the only commit of the product."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, TimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from engine.errors import NoRoom, Unavailable

log = logging.getLogger("waymark.database")
PATIENCE = 5  # seconds for a connection of the pool
LAIN = 1  # seconds after which a connection of the pool is asked whether it still stands
DISK_FULL = ("53100", "SQLITE_FULL")  # as PostgreSQL and SQLite say it
AfterCommit = Callable[["Database"], object]


class Database:
    """A database address opened for work: `reading()` and `transaction()` are its two doors."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        self.engine = _engine(url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; nothing written in it is kept."""
        with _clear_words(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
            yield connection
            # Nothing was written. A rollback would make the driver forget what it has prepared.
            connection.commit()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing. What was asked for with `after_commit` runs once the rows are safe."""
        with _clear_words(), self.engine.connect() as connection:
            todo: list[AfterCommit] = []
            with _writing(connection, todo), connection.begin():
                yield connection
        for call in todo:
            self._run_after(call)

    def _run_after(self, call: AfterCommit) -> None:
        """What was committed is acknowledged: a fault behind it is the worker's to try again."""
        try:
            call(self)
        except Exception:
            log.exception("work after a commit was put off")

    @contextmanager
    def schema_change(self) -> Iterator[Connection]:
        """As `transaction`, for the tables themselves: all of an upgrade or nothing."""
        with (
            self.engine.connect() as connection,
            _writing(connection, []),
            connection.begin(),
        ):
            yield connection

    def forget_what_was(self) -> None:
        """Write the whole database anew: no bytes of rows that were changed or deleted stay in its
        files. It takes the database for itself, and as much room again."""
        raw = self.engine.raw_connection()
        try:
            driver: Any = raw.driver_connection
            if self.is_sqlite:
                driver.execute("VACUUM")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                driver.autocommit = True
                driver.execute("SET statement_timeout = 0")
                driver.execute("VACUUM FULL")
        finally:
            raw.invalidate()

    def close(self) -> None:
        self.engine.dispose()


def inserted_id(result: CursorResult[Any]) -> int:
    """The id that the database gave to the one row just inserted."""
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101  # only for the type checker: an insert has one
    return int(key[0])


def insert_for(db: Connection) -> Callable[..., Any]:
    """The `insert` of this database that knows ON CONFLICT."""
    return insert_on(db.dialect.name)


def insert_on(database: str) -> Callable[..., Any]:
    """As `insert_for`, by the database's name."""
    return insert_sqlite if database == "sqlite" else insert_postgresql


def after_commit(db: Connection, call: AfterCommit) -> None:
    """Ask for `call(database)` once this transaction is safe; the same call is made once."""
    todo = db.info.get("after_commit")
    if todo is not None and call not in todo:
        todo.append(call)


@contextmanager
def _writing(connection: Connection, todo: list[AfterCommit]) -> Iterator[None]:
    info = connection.info  # of a connection that broke it could not be asked for
    info["writes"], info["after_commit"] = True, todo
    try:
        yield
    finally:
        del info["writes"], info["after_commit"]


@contextmanager
def _clear_words() -> Iterator[None]:
    """A lock not had in time, or a server that went away, is `Unavailable`: try again soon."""
    try:
        yield
    except OperationalError as error:
        if _is_full(error):
            log.error("the disk of the database is full")
            raise NoRoom("Waymark has no room left to store anything.") from error
        raise Unavailable("The service is busy. Try again in a moment.") from error
    except TimeoutError as error:
        raise Unavailable("The service is busy. Try again in a moment.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("The database cannot be reached. Try again in a moment.") from error
        raise


def _is_full(error: OperationalError) -> bool:
    found = error.orig
    said = getattr(found, "sqlstate", None) or getattr(found, "sqlite_errorname", None)
    return said in DISK_FULL


def _engine(url: str, pool_size: int) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=8,
            pool_timeout=PATIENCE,
            connect_args={"timeout": 10},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = "-c lock_timeout=5s -c statement_timeout=30s -c timezone=UTC"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=8,
        pool_timeout=PATIENCE,
        connect_args={"options": options},
    )
    event.listen(engine, "checkout", _still_there)
    event.listen(engine, "checkin", _put_back)
    return engine


def _put_back(_dbapi: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["put_back"] = time.monotonic()


def _still_there(dbapi: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that has lain for a while whether its server is still there; one just put
    back is taken as it is. The pool opens another in place of one that is gone."""
    if time.monotonic() - entry.info.get("put_back", time.monotonic()) < LAIN:
        return
    from psycopg import Error as DriverError  # loaded by now; a site on SQLite never pays for it

    try:
        dbapi.execute("SELECT 1")
        dbapi.commit()  # a rollback would make it forget what it has prepared
    except DriverError as error:
        raise DisconnectionError from error


def _prepare_sqlite(dbapi: Any, _entry: ConnectionPoolEntry) -> None:
    dbapi.isolation_level = None  # we say BEGIN ourselves: the driver's own comes too late
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "busy_timeout=10000",
    ):
        dbapi.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")
    except sqlite3.OperationalError as error:
        raise OperationalError(None, None, error) from error
