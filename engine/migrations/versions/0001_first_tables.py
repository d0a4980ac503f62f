"""The first tables: everything of engine/models as it was in version 0.1."""

from alembic import op

from engine import audit
from engine.models import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    bind = op.get_bind()
    metadata.create_all(bind)
    for statement in audit.append_only_ddl(bind.dialect.name):
        op.execute(statement)
