"""Alembic's entry: runs on the connection that `migrate` hands over."""

from alembic import context

from engine.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="wm_schema_version",
    transaction_per_migration=False,
)
context.run_migrations()
