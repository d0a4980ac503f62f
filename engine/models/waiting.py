"""What a case rests on (user tasks, timers, subscriptions, incidents) and messages on their way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
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

# What is urgent comes first in a list, and is little: an index of its own finds it among the rest.
URGENT: dict[str, Any] = {
    "sqlite_where": text("urgent IS 1"),
    "postgresql_where": text("urgent IS true"),
}
ENDED: dict[str, Any] = {
    f"{database}_where": text("ended_by IS NOT NULL") for database in ("sqlite", "postgresql")
}

user_task = Table(
    "wm_user_task",
    metadata,
    Column("id", String(32), primary_key=True),  # the token that rests at the element
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), nullable=False),
    Column("element_id", String(200), nullable=False),
    Column("scope", String(40), nullable=False),
    Column("state", String(10), nullable=False),  # created claimed completed cancelled
    Column("title", String(300), nullable=False),
    Column("roles", Json, nullable=False),
    Column("organisation", String(100)),
    Column("assignee_id", Id, ForeignKey("wm_account.id")),
    Column("stage", String(100)),
    Column("urgent", Boolean, nullable=False),
    Column("due_at", Instant),
    Column("due_basis", String(200)),
    Column("expected_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("claimed_at", Instant),
    Column("ended_at", Instant),
    Column("ended_by", Id, ForeignKey("wm_account.id")),
    Column("ended_why", String(300)),
    Index("ix_wm_user_task_instance", "instance_id", "state"),
    Index("ix_wm_user_task_assignee", "assignee_id", "state", "due_at", "id"),
    Index("ix_wm_user_task_state_due", "state", "due_at", "id"),
    Index("ix_wm_user_task_urgent", "state", "due_at", "id", **URGENT),
    Index("ix_wm_user_task_done", "ended_by", "ended_at", "id", **ENDED),
)

QUEUE = ("role", "claimed", "organisation", "due_at", "task_id")
# One row a role that may do an open task, with what the worklist sorts by: one index a list.
task_role = Table(
    "wm_task_role",
    metadata,
    Column("task_id", String(32), ForeignKey("wm_user_task.id"), primary_key=True),
    Column("role", String(100), primary_key=True),
    Column("organisation", String(100)),
    Column("claimed", Boolean, nullable=False),
    Column("due_at", Instant),
    Column("urgent", Boolean, nullable=False),
    Index("ix_wm_task_role_list", *QUEUE),
    Index("ix_wm_task_role_urgent", *QUEUE, **URGENT),
)

draft = Table(
    "wm_draft",
    metadata,
    Column("task_id", String(32), ForeignKey("wm_user_task.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("wm_account.id"), primary_key=True),
    Column("counter", Integer, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("values", LargeBinary, nullable=False),
)

timer = Table(
    "wm_timer",
    metadata,
    Column("id", String(32), primary_key=True),  # the token
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), nullable=False),
    Column("element_id", String(200), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expected_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("title", String(300), nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),  # its case is suspended
    Index("ix_wm_timer_due", "held", "due_at"),
    Index("ix_wm_timer_instance", "instance_id"),
)

message_subscription = Table(
    "wm_message_subscription",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), nullable=False),
    Column("element_id", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("title", String(300), nullable=False),
    Column(
        "roles", Json, nullable=False
    ),  # who may say it happened: a case action; empty = nobody by hand
    Column("created_at", Instant, nullable=False),
    Column("expected_at", Instant),
    Column(
        "optional", Boolean, nullable=False
    ),  # beside a step that is open: not what the case waits for
    Index("ix_wm_message_subscription_name", "name", "key"),
    Index("ix_wm_message_subscription_instance", "instance_id"),
)

message = Table(
    "wm_message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("idempotency", String(300), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("thrown_by", Id, ForeignKey("wm_process_instance.id")),
    Column("account_id", Id, ForeignKey("wm_account.id")),
    Column("sent_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("delivered_at", Instant),
    Column("delivered_to", Id, ForeignKey("wm_process_instance.id")),
    UniqueConstraint("name", "idempotency"),
    Index("ix_wm_message_waiting", "delivered_at", "name", "key"),
)

incident = Table(
    "wm_incident",
    metadata,
    Column("id", Id, primary_key=True),
    Column("instance_id", Id, ForeignKey("wm_process_instance.id"), nullable=False),
    Column("definition_id", Id, ForeignKey("wm_process_definition.id"), nullable=False),
    Column("token_id", String(32)),  # null: nothing can move the case
    Column("element_id", String(200)),
    Column("element_name", String(300)),
    Column("code", String(100), nullable=False),
    Column("message", String(2000), nullable=False),
    Column("details", Json, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Id, ForeignKey("wm_account.id")),
    Index("ix_wm_incident_open", "resolved_at", "opened_at"),
    Index("ix_wm_incident_instance", "instance_id", "resolved_at"),
)
