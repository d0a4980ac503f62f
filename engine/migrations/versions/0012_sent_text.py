"""What somebody had typed into a task that a colleague has, sent to that colleague."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "wm_sent_text",
        sa.Column("id", Id, primary_key=True),
        sa.Column("task_id", sa.String(32), sa.ForeignKey("wm_user_task.id"), nullable=False),
        sa.Column("account_id", Id, sa.ForeignKey("wm_account.id"), nullable=False),
        sa.Column("to_id", Id, sa.ForeignKey("wm_account.id"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("values", sa.LargeBinary, nullable=False),
        sa.Column("dismissed_at", Instant),
    )
    op.create_index("ix_wm_sent_text_task", "wm_sent_text", ["task_id", "to_id"])
