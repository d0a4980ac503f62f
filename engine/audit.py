"""The chained audit trail: who did or read what. Rows only grow, hold ids and no personal data.

Each chain (`case:<id>`, `account:<id>`, `system`) is an HMAC chain of its own.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql

from engine import clock
from engine.access import Actor
from engine.models import audit_entry
from engine.models.base import EPOCH, MICROSECOND
from engine.prepared import Prepared, together

_keys: dict[str, bytes] = {}
_ATTEMPTS = 20
END = Prepared(
    select(audit_entry.c.seq, audit_entry.c.mac)
    .where(audit_entry.c.chain == bindparam("of"))
    .order_by(audit_entry.c.seq.desc())
    .limit(1)
)


def _if_free(database: str) -> Any:
    if database != "postgresql":  # one writer at a time: nobody can have been faster
        return insert(audit_entry)
    return insert_postgresql(audit_entry).on_conflict_do_nothing()


ADD = Prepared(_if_free)  # changes no row when another transaction took this place in the chain


def configure(key: bytes) -> None:
    """Set the process-wide key (at least 32 bytes, from a file or the environment)."""
    if len(key) < 32:
        raise ValueError("The audit key must be at least 32 bytes.")
    _keys["audit"] = key


def derived(purpose: bytes) -> bytes:
    """A key of its own for another purpose, made from the process-wide one."""
    return hmac.digest(_keys["audit"], b"waymark " + purpose, "sha256")


def record(
    db: Connection,
    *,
    actor: Actor,
    chain: str,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one entry to a chain. `details` holds ids, counts and names of fields only."""
    for _ in range(_ATTEMPTS):
        end = END.rows(db, {"of": chain})
        values = entry(end, actor=actor, chain=chain, action=action, subject=subject,
                       details=details)  # fmt: skip
        if together(db, [(ADD, values)])[0].changed == 1:
            return
    raise RuntimeError(f"No place at the end of audit chain {chain}.")


def entry(
    end: Sequence[Any],
    *,
    actor: Actor,
    chain: str,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row that follows the chain's end (no row or one, as `END` answers), to be added with
    `ADD`: for who reads the end and adds the entry among other statements."""
    seq, previous = (end[0].seq + 1, end[0].mac) if end else (1, b"")
    values: dict[str, Any] = {
        "chain": chain,
        "seq": seq,
        "at": clock.now(),
        "account_id": actor.account_id,
        "action": action,
        "subject": subject,
        "details": dict(details) if details else None,
    }
    return {**values, "mac": _mac(previous, values)}


def _mac(previous: bytes, values: Mapping[str, Any]) -> bytes:
    if "audit" not in _keys:
        raise RuntimeError("audit.configure(key) has not been called.")
    at: datetime = values["at"]
    parts = (
        values["chain"],
        values["seq"],
        (at - EPOCH) // MICROSECOND,
        values["account_id"],
        values["action"],
        values["subject"],
        values["details"],
    )
    body = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(_keys["audit"], previous + body, "sha256")


def has_read(db: Connection, actor: Actor, instance_id: int) -> bool:
    """Whether this hour's reading of the case by this person is already on record."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    found = db.execute(
        select(audit_entry.c.seq).where(
            audit_entry.c.chain == f"case:{instance_id}",
            audit_entry.c.account_id == actor.account_id,
            audit_entry.c.action == "case.read",
            audit_entry.c.at >= hour,
        )
    ).first()
    return found is not None


def read_case(db: Connection, actor: Actor, instance_id: int) -> None:
    """Record that this person read the case: one row per person, case and hour."""
    if not has_read(db, actor, instance_id):
        chain = f"case:{instance_id}"
        record(db, actor=actor, chain=chain, action="case.read", subject=chain)


def verify(db: Connection) -> list[str]:
    """Every row that was altered, added out of place or whose predecessor is missing, in words."""
    found: list[str] = []
    chain, seq, mac = "", 0, b""
    rows = db.execution_options(yield_per=1000).execute(
        select(audit_entry).order_by(audit_entry.c.chain, audit_entry.c.seq)
    )
    for row in rows:
        if row.chain != chain:
            chain, seq, mac = row.chain, 0, b""
        found += _faults(row, seq, mac)
        seq, mac = row.seq, row.mac
    return found


def _faults(row: Row[Any], seq: int, previous: bytes) -> list[str]:
    where = f"{row.chain} entry {row.seq}"
    if row.seq != seq + 1:
        return [f"{where}: entry {seq + 1} before it is missing"]
    if not hmac.compare_digest(_mac(previous, dict(row._mapping)), row.mac):
        return [f"{where}: altered"]
    return []


_REFUSED = "audit entries are append-only"
_SQLITE = tuple(
    f"CREATE TRIGGER IF NOT EXISTS wm_audit_entry_no_{name} BEFORE {event} ON wm_audit_entry "
    f"{when} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    for name, event, when in (
        ("update", "UPDATE", ""),
        ("delete", "DELETE", ""),
        (
            "replace",
            "INSERT",
            "WHEN EXISTS (SELECT 1 FROM wm_audit_entry WHERE chain = NEW.chain AND seq = NEW.seq)",
        ),
    )
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION wm_audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
    "CREATE OR REPLACE TRIGGER wm_audit_entry_no_change BEFORE UPDATE OR DELETE ON wm_audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION wm_audit_entry_refuse()",
)


def append_only_ddl(dialect: str) -> tuple[str, ...]:
    """The statements that make a database refuse UPDATE, DELETE and INSERT OR REPLACE here."""
    return _POSTGRESQL if dialect == "postgresql" else _SQLITE
