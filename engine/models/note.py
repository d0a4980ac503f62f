"""What people write on a case for the others who are on it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table

from engine.models.base import Id, Instant, metadata

case_note = Table(
    "wm_case_note",
    metadata,
    Column("id", Id, primary_key=True),
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("account_id", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Index("ix_wm_case_note_instance", "instance_id", "id"),
)
