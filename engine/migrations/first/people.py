"""Accounts, their roles, sign-in sessions, and answers kept for repeated requests."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from engine.migrations.first.base import Id, Instant, Json, metadata

account = Table(
    "wm_account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(100), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("email", String(200)),
    Column("organisation", String(100), nullable=False),
    Column("password_hash", String(300)),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

account_role = Table(
    "wm_account_role",
    metadata,
    Column("account_id", Id, ForeignKey("wm_account.id"), primary_key=True),
    Column("role", String(100), primary_key=True),
    Index("ix_wm_account_role_role", "role"),
)

# What roles.yaml and organisations.yaml said when they were last published.
role = Table(
    "wm_role",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("details", Json, nullable=False),
)

organisation = Table(
    "wm_organisation",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
)

login_session = Table(
    "wm_login_session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("account_id", Id, ForeignKey("wm_account.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("csrf_secret", String(64), nullable=False),
    Index("ix_wm_login_session_account", "account_id"),
)

login_attempt = Table(
    "wm_login_attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(100), nullable=False),
    Column("address", String(60), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_wm_login_attempt_username", "username", "at"),
    Index("ix_wm_login_attempt_address", "address", "at"),
)

idempotency = Table(
    "wm_idempotency",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("account_id", Id, primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("answer", String(500), nullable=False),  # where the browser is sent
    Column("at", Instant, nullable=False),
    Index("ix_wm_idempotency_at", "at"),
)

audit_entry = Table(
    "wm_audit_entry",
    metadata,
    Column("chain", String(80), primary_key=True),  # case:<id>, account:<id> or system
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("account_id", Id),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("details", Json),
    Column("mac", LargeBinary, nullable=False),
)

worker = Table(
    "wm_worker",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
