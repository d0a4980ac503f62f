"""Files of cases and tasks. Drafts whose task has gone stay where they are: in wm_draft."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "wm_case_file",
        sa.Column("id", Id, primary_key=True),
        sa.Column("instance_id", Id, sa.ForeignKey("wm_process_instance.id"), nullable=False),
        sa.Column("task_id", sa.String(32), sa.ForeignKey("wm_user_task.id")),
        sa.Column("account_id", Id, sa.ForeignKey("wm_account.id"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_wm_case_file_instance", "wm_case_file", ["instance_id", "id"])
    op.create_table(
        "wm_file_content",
        sa.Column("file_id", Id, sa.ForeignKey("wm_case_file.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
