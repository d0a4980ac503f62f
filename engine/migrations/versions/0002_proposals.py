"""Operations that a second person must confirm."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant, Json

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "wm_proposal",
        sa.Column("id", Id, primary_key=True),
        sa.Column("instance_id", Id, sa.ForeignKey("wm_process_instance.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("operation", Json, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("waits", Json, nullable=False),
        sa.Column("proposed_by", Id, sa.ForeignKey("wm_account.id"), nullable=False),
        sa.Column("proposed_at", Instant, nullable=False),
        sa.Column("decided_by", Id, sa.ForeignKey("wm_account.id")),
        sa.Column("decided_at", Instant),
        sa.Column("decision", sa.String(10)),
    )
    op.create_index("ix_wm_proposal_open", "wm_proposal", ["decided_at", "instance_id"])
