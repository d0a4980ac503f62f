"""What was published (deployments, definitions, their files) and what owners still draft."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from engine.models.base import Id, Instant, Json, metadata

deployment = Table(
    "wm_deployment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("account_id", Id, ForeignKey("wm_account.id")),
    Column("reason", String(2000), nullable=False),
)

process_definition = Table(
    "wm_process_definition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("title", String(300), nullable=False),
    Column("manifest", Json, nullable=False),
    Column("messages", Json, nullable=False),  # names of the messages that start a case of it
    Column("deployment_id", Id, ForeignKey("wm_deployment.id"), nullable=False),
    Column("name", String(100)),  # what owners call the version
    UniqueConstraint("key", "version"),
    sqlite_autoincrement=True,  # an id is never used again: readers keep what they read by it
)

definition_file = Table(
    "wm_definition_file",
    metadata,
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), primary_key=True),
    Column("path", String(300), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# When a start event begins a case by itself next; a new version takes the place of the old one's.
start_timer = Table(
    "wm_start_timer",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("element_id", String(200), primary_key=True),
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), nullable=False),
    Column("text", String(2000), nullable=False),  # as drawn
    Column("due_at", Instant, nullable=False),
    Column("left", Integer),  # how often it begins one after that; null: always
    Index("ix_wm_start_timer_due", "due_at"),
)

definition_draft = Table(
    "wm_definition_draft",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("base_version", Integer),  # the published version it began from
    Column(
        "counter", Integer, nullable=False
    ),  # goes up with each save; a save names the one it read
    Column("saved_at", Instant, nullable=False),
    Column("saved_by", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("files", Json, nullable=False),  # path -> text
)

# How a scenario went with a draft when it was last played; another state of it, nothing known.
scenario_play = Table(
    "wm_scenario_play",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False),  # the process whose draft it was
    Column("path", String(500), nullable=False),
    Column("state", String(64), nullable=False),
    Column("failed", String(4000)),  # why it stopped; null: it went as it says
    Column("reached", Json, nullable=False),  # ids of elements and ways of that process
    Column("played_at", Instant, nullable=False),
    Column("played_by", Id, ForeignKey("wm_account.id")),
    UniqueConstraint("key", "path"),
)

# A draft that somebody asked to have published; the row stays when it is decided.
approval = Table(
    "wm_approval",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("counter", Integer, nullable=False),  # the state of the draft that it is about
    Column("asked_by", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("decision", String(20)),  # approved, sent back or withdrawn; null: open
    Column("decided_by", Id, ForeignKey("wm_account.id")),
    Column("decided_at", Instant),
    Column("note", String(2000)),
    Column("version", Integer),  # what it was published as
    Column("untested", Json),  # sentences about what no scenario showed, when there were any
    Column("untested_why", String(2000)),  # why it may be published so
    Index(
        "ix_wm_approval_open", "key", unique=True,
        sqlite_where=text("decided_at IS NULL"), postgresql_where=text("decided_at IS NULL"),
    ),
)  # fmt: skip

# A process that no new case of may be started; the row stays when starts are resumed.
start_stop = Table(
    "wm_start_stop",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("stopped_at", Instant, nullable=False),
    Column("stopped_by", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("resumed_at", Instant),
    Column("resumed_by", Id, ForeignKey("wm_account.id")),
    Column("resumed_reason", String(2000)),
    Index(
        "ix_wm_start_stop_open", "key", unique=True,
        sqlite_where=text("resumed_at IS NULL"), postgresql_where=text("resumed_at IS NULL"),
    ),
)  # fmt: skip
