"""The schema: brought up to date once, again without harm, and never from a newer version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from engine import migrations
from engine.database import Database
from engine.migrations import NewerDatabase, migrate
from engine.models import metadata

VERSION = "wm_schema_version"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/waymark.db")
    yield database
    database.close()


def test_the_tables_of_a_migrated_database_are_those_of_the_models(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION})
        assert [d for d in compare_metadata(context, metadata) if not _is_version(d)] == []


def test_the_first_revision_does_not_read_the_models() -> None:
    """The models move on; what 0001 makes must not."""
    versions = Path(migrations.__file__).parent
    frozen = [*(versions / "first").glob("*.py"), *(versions / "versions").glob("*.py")]
    assert frozen
    assert [f.name for f in frozen if "engine.models" in f.read_text()] == []


def _is_version(difference: Any) -> bool:
    return difference[0] == "remove_table" and difference[1].name == VERSION


def test_migrating_again_changes_nothing(fresh: Database) -> None:
    assert migrate(fresh) == migrate(fresh)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(fresh: Database) -> None:
    migrate(fresh)
    with fresh.schema_change() as connection:
        connection.execute(text("UPDATE wm_schema_version SET version_num = 'newer'"))
    with pytest.raises(NewerDatabase):
        migrate(fresh)
    with fresh.reading() as connection:
        kept = connection.execute(text("SELECT version_num FROM wm_schema_version")).scalar()
    assert kept == "newer"


def test_a_migration_that_breaks_leaves_the_database_as_it_was(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import audit

    monkeypatch.setattr(audit, "append_only_ddl", lambda _dialect: ("THIS IS NOT SQL",))
    with pytest.raises(Exception, match="THIS"):
        migrate(fresh)
    assert inspect(fresh.engine).get_table_names() == []
    monkeypatch.undo()
    assert migrate(fresh)
