"""Drafts that wait for another person's approval, names of versions, and stopped starts."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    account = sa.ForeignKey("wm_account.id")
    op.create_table(
        "wm_approval",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.Column("asked_by", Id, account, nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("decision", sa.String(20)),
        sa.Column("decided_by", Id, sa.ForeignKey("wm_account.id")),
        sa.Column("decided_at", Instant),
        sa.Column("note", sa.String(2000)),
        sa.Column("version", sa.Integer),
    )
    op.create_index(
        "ix_wm_approval_open", "wm_approval", ["key"], unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "wm_start_stop",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("stopped_at", Instant, nullable=False),
        sa.Column("stopped_by", Id, sa.ForeignKey("wm_account.id"), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("resumed_at", Instant),
        sa.Column("resumed_by", Id, sa.ForeignKey("wm_account.id")),
        sa.Column("resumed_reason", sa.String(2000)),
    )
    op.create_index(
        "ix_wm_start_stop_open", "wm_start_stop", ["key"], unique=True,
        sqlite_where=sa.text("resumed_at IS NULL"),
        postgresql_where=sa.text("resumed_at IS NULL"),
    )  # fmt: skip
    op.add_column("wm_process_definition", sa.Column("name", sa.String(100)))
