"""Files that people add to a case or to one of its tasks. The bytes lie in a table of their own,
so that no list reads them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from engine.models.base import Id, Instant, metadata

case_file = Table(
    "wm_case_file",
    metadata,
    Column("id", Id, primary_key=True),
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("task_id", String(32), ForeignKey("wm_user_task.id")),
    Column("account_id", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_wm_case_file_instance", "instance_id", "id"),
)

file_content = Table(
    "wm_file_content",
    metadata,
    Column("file_id", Id, ForeignKey("wm_case_file.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
