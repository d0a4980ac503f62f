"""A case: its row, its variables per scope, and the history that only grows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from engine.models.base import Id, Instant, Json, metadata

process_instance = Table(
    "wm_process_instance",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", String(60), nullable=False, unique=True),
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), nullable=False),
    Column("key", String(200), nullable=False),
    Column(
        "bound", Json, nullable=False
    ),  # process key -> definition id, fixed when the case started
    Column("status", String(12), nullable=False),
    Column("stage", String(100)),
    Column("label", String(300)),
    Column("end_event", String(200)),
    Column("version", Integer, nullable=False),
    Column("history_seq", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("started_by", Id, ForeignKey("wm_account.id")),
    Column(
        "started_from", Id, ForeignKey("wm_process_instance.id")
    ),  # the case whose message started it
    Column("changed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_wm_process_instance_status_changed", "status", "changed_at"),
    Index("ix_wm_process_instance_key_status", "key", "status"),
    Index("ix_wm_process_instance_started_by", "started_by"),
)

variable = Table(
    "wm_variable",
    metadata,
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), primary_key=True),
    Column("scope", String(40), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

history_event = Table(
    "wm_history_event",
    metadata,
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("element_id", String(200)),
    Column("account_id", Id, ForeignKey("wm_account.id")),
    Column("task_id", String(32)),
    Column(
        "details", LargeBinary
    ),  # zstd-compressed JSON, sealed: words, old and new values, finished steps
)

reference_counter = Table(
    "wm_reference_counter",
    metadata,
    Column("prefix", String(40), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
