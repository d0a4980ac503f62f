"""Notes that people write on a case."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "wm_case_note",
        sa.Column("id", Id, primary_key=True),
        sa.Column("instance_id", Id, sa.ForeignKey("wm_process_instance.id"), nullable=False),
        sa.Column("account_id", Id, sa.ForeignKey("wm_account.id"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("text", sa.String(5000), nullable=False),
    )
    op.create_index("ix_wm_case_note_instance", "wm_case_note", ["instance_id", "id"])
