"""Masked values of a case, opened with a reason for a while."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "wm_opening",
        sa.Column("id", Id, primary_key=True),
        sa.Column("instance_id", Id, sa.ForeignKey("wm_process_instance.id"), nullable=False),
        sa.Column("account_id", Id, sa.ForeignKey("wm_account.id"), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("until", Instant, nullable=False),
    )
    op.create_index("ix_wm_opening_account", "wm_opening", ["account_id", "instance_id", "until"])
