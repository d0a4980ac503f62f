"""When start events begin cases by themselves."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "wm_start_timer",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("element_id", sa.String(200), primary_key=True),
        sa.Column("definition_id", Id, sa.ForeignKey("wm_process_definition.id"), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("left", sa.Integer),
    )
    op.create_index("ix_wm_start_timer_due", "wm_start_timer", ["due_at"])
