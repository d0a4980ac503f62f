"""What supervisors ask for: operations that a second person confirms, masked values opened."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from engine.models.base import Id, Instant, Json, metadata

proposal = Table(
    "wm_proposal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("kind", String(40), nullable=False),  # of the operation
    Column("operation", LargeBinary, nullable=False),  # its values
    Column("reason", LargeBinary, nullable=False),
    Column("waits", Json, nullable=False),  # names of the protected waits that would end
    Column("proposed_by", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("decided_by", Id, ForeignKey("wm_account.id")),
    Column("decided_at", Instant),
    Column("decision", String(10)),  # confirmed, declined; null while open
    Index("ix_wm_proposal_open", "decided_at", "instance_id"),
)

opening = Table(
    "wm_opening",
    metadata,
    Column("id", Id, primary_key=True),
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("account_id", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("until", Instant, nullable=False),
    Index("ix_wm_opening_account", "account_id", "instance_id", "until"),
)
