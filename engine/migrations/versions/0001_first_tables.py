"""The first tables, as version 0.1 had them: frozen copies, so that later models change nothing."""

from alembic import op

from engine import audit
from engine.migrations.first import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    bind = op.get_bind()
    metadata.create_all(bind)
    for statement in audit.append_only_ddl(bind.dialect.name):
        op.execute(statement)
