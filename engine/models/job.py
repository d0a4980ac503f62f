"""Work outside the case (jobs), and e-mails kept where there is no mail server."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from engine.models.base import Id, Instant, Json, metadata

job = Table(
    "wm_job",
    metadata,
    Column("id", String(32), primary_key=True),  # the token: the receiver's idempotency key
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), nullable=False),
    Column("element_id", String(200), nullable=False),
    Column("title", String(300), nullable=False),
    Column("connector", String(100), nullable=False),
    Column("parameters", LargeBinary),  # FEEL values, sealed; gone when the job has ended
    Column("state", String(10), nullable=False),  # waiting done failed cancelled
    Column("attempts", Integer, nullable=False),  # begun so far
    Column("allowed", Integer, nullable=False),
    Column("back_off", Json, nullable=False),  # seconds to wait after each failure
    Column("time_limit", Integer, nullable=False),  # seconds one attempt may take
    Column("retry_at", Instant, nullable=False),  # when the next attempt may begin
    Column("failure", String(2000)),  # of the last attempt that did not work
    Column("leased_by", String(60)),
    Column("leased_until", Instant),  # a worker is at it; past: that worker is gone
    Column("outcome", LargeBinary),  # of an attempt whose case could not take it yet
    Column("held", Boolean, nullable=False),  # its case is suspended
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_wm_job_due", "state", "held", "retry_at"),
    Index("ix_wm_job_instance", "instance_id", "state"),
)

outbox = Table(
    "wm_outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # the job: sent twice is kept once
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("recipient", LargeBinary, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
)
