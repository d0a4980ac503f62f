"""What is protected is sealed: the rows that were stored as they were written, once. Why masked
values were opened stands in the story of the case, and no longer beside it in plain words."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.resealing import rewrite
from engine.sealing import Sealed

revision = "0011"
down_revision = "0010"

PROPOSED = ("instance_id", "proposed_by", "proposed_at")
BYTES = (
    Sealed("wm_variable", "value", ("instance_id", "scope", "name")),
    Sealed("wm_history_event", "details", ("instance_id", "seq")),
    Sealed("wm_draft", "values", ("task_id", "account_id")),
    Sealed("wm_message", "payload", ("name", "idempotency")),
    Sealed("wm_job", "parameters", ("id",)),
    Sealed("wm_job", "outcome", ("id",)),
    Sealed("wm_file_content", "content", ("file_id",)),
    Sealed("wm_proposal", "operation", PROPOSED),
)
TEXTS = (
    Sealed("wm_outbox", "recipient", ("key",)),
    Sealed("wm_outbox", "subject", ("key",)),
    Sealed("wm_outbox", "body", ("key",)),
    Sealed("wm_case_note", "text", ("instance_id", "account_id", "at")),
    Sealed("wm_case_file", "name", ("instance_id", "account_id", "at")),
    Sealed("wm_proposal", "reason", PROPOSED),
)


def upgrade() -> None:
    for where in BYTES:
        _seal(where, where.column)
    for where in TEXTS:
        _as_bytes(where)
    op.drop_column("wm_opening", "reason")


def _as_bytes(where: Sealed) -> None:
    """A column of text becomes one of bytes, beside it first: SQLite changes no column's type."""
    made = f"{where.column}_sealed"
    empty = sa.text("''")
    op.add_column(
        where.table, sa.Column(made, sa.LargeBinary, nullable=False, server_default=empty)
    )
    _seal(where, made)
    op.drop_column(where.table, where.column)
    op.alter_column(where.table, made, new_column_name=where.column)


def _seal(where: Sealed, into: str) -> None:
    def sealed(stored: bytes | str, row: tuple[object, ...]) -> bytes:
        return where.seal(stored.encode() if isinstance(stored, str) else stored, *row)

    after: tuple[object, ...] | None = None
    while True:
        after, _ = rewrite(op.get_bind(), where, sealed, into=into, after=after)
        if after is None:
            return
