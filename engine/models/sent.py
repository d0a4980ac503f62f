"""What somebody had typed into a task that a colleague has, sent to that colleague."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from engine.models.base import Id, Instant, metadata

sent_text = Table(
    "wm_sent_text",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", String(32), ForeignKey("wm_user_task.id"), nullable=False),
    Column("account_id", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("to_id", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("values", LargeBinary, nullable=False),  # as typed, sealed
    Column("dismissed_at", Instant),
    Index("ix_wm_sent_text_task", "task_id", "to_id"),
)
