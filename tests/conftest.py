"""What every test may ask for: a database of each kind, migrated and empty; the made-up people."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from xdist.remote import Producer

from engine.database import Database
from engine.migrations import migrate
from engine.models import metadata
from tests.factories import use_keys
from tests.postgres import of_this_process, running_server
from tests.sharing import FileByFile

ROOT = Path(__file__).parents[1]
use_keys()
# How fast values are drawn says how busy the machine is, and nothing about the product.
settings.register_profile("waymark", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waymark")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    return FileByFile(config, log)


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/waymark.db"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server from its wheel, for this process of the run; WAYMARK_TEST_PG names
    another, on which each process takes a database of its own.

    As root the wheel makes a system user and opens its data folder's parents for reading, so the
    data lies under the system's temporary folder."""
    if given := os.environ.get("WAYMARK_TEST_PG"):
        yield of_this_process(given)
        return
    with running_server(Path(tempfile.mkdtemp(prefix="waymark-pg-"))) as url:
        yield url


@pytest.fixture(scope="session")
def _sqlite(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def _postgres(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Both databases, always: a test that asks for `database` runs on each."""
    found: Database = request.getfixturevalue(f"_{request.param}")
    empty(found)
    return found


def empty(database: Database) -> None:
    """Take every row out; the append-only triggers are set aside for that alone."""
    names = [table.name for table in reversed(metadata.sorted_tables)]
    with database.schema_change() as connection:
        if database.is_sqlite:
            triggers = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for trigger in triggers:
                connection.execute(text(f"DROP TRIGGER {trigger.name}"))
            for name in names:
                connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608  # our own names
            for trigger in triggers:
                connection.exec_driver_sql(trigger.sql)
        else:
            connection.execute(text("SET session_replication_role = replica"))
            for name in names:
                connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608  # our own names
            connection.execute(text("SET session_replication_role = DEFAULT"))


def run_fresh(code: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a truly new process, from the root."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
