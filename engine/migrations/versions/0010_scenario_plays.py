"""How scenarios of drafts went, and what a request for approval leaves untested."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id, Instant, Json

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "wm_scenario_play",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("failed", sa.String(4000)),
        sa.Column("reached", Json, nullable=False),
        sa.Column("played_at", Instant, nullable=False),
        sa.Column("played_by", Id, sa.ForeignKey("wm_account.id")),
        sa.UniqueConstraint("key", "path"),
    )
    op.add_column("wm_approval", sa.Column("untested", Json))
    op.add_column("wm_approval", sa.Column("untested_why", sa.String(2000)))
