"""Work of service tasks, and e-mails kept where there is no mail server."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant, Json

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "wm_job",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("instance_id", Id, sa.ForeignKey("wm_process_instance.id"), nullable=False),
        sa.Column("definition_id", Id, sa.ForeignKey("wm_process_definition.id"), nullable=False),
        sa.Column("element_id", sa.String(200), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("connector", sa.String(100), nullable=False),
        sa.Column("parameters", sa.LargeBinary),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("allowed", sa.Integer, nullable=False),
        sa.Column("back_off", Json, nullable=False),
        sa.Column("time_limit", sa.Integer, nullable=False),
        sa.Column("retry_at", Instant, nullable=False),
        sa.Column("failure", sa.String(2000)),
        sa.Column("leased_by", sa.String(60)),
        sa.Column("leased_until", Instant),
        sa.Column("outcome", sa.LargeBinary),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("ended_at", Instant),
    )
    op.create_index("ix_wm_job_due", "wm_job", ["state", "held", "retry_at"])
    op.create_index("ix_wm_job_instance", "wm_job", ["instance_id", "state"])
    op.create_table(
        "wm_outbox",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("instance_id", Id, sa.ForeignKey("wm_process_instance.id"), nullable=False),
        sa.Column("recipient", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.UniqueConstraint("key", name="uq_wm_outbox_key"),
    )
