"""Keys that find cases about the same person without reading what they hold."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from engine.models.base import Id, metadata

lookup = Table(
    "wm_lookup",
    metadata,
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), primary_key=True),
    Column("name", String(200), primary_key=True),  # of the variable
    Column("mac", LargeBinary(16), primary_key=True),  # of a date, or of how a word sounds
    Index("ix_wm_lookup_mac", "mac"),
)
