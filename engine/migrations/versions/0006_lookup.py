"""Keys that find cases about the same person without reading what they hold."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.first.base import Id

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "wm_lookup",
        sa.Column("instance_id", Id, sa.ForeignKey("wm_process_instance.id"), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("mac", sa.LargeBinary(16), primary_key=True),
    )
    op.create_index("ix_wm_lookup_mac", "wm_lookup", ["mac"])
