"""The schema's history (Alembic, numbered), and the one way to bring a database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.database import Database
from engine.errors import EngineError

SEALED = "0011"  # before it, what is protected was stored as it was written


class NewerDatabase(EngineError):
    """The database was made by a newer version of the product."""


def migrate(database: Database) -> str:
    """Bring the schema up to date; returns its revision. Safe to run again after a break; rows
    that were stored plain need the data key to be set."""
    config = _config()
    with database.schema_change() as connection:
        current = _context(connection).get_current_revision()
        known = {s.revision for s in ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise NewerDatabase("This database was made by a newer version of Waymark.")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        now = _context(connection).get_current_revision()
    if current is not None and current < SEALED <= str(now):
        database.forget_what_was()
    return str(now)


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": "wm_schema_version"})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
