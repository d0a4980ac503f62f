"""The trail grows only, and an altered or missing row shows."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine import audit
from engine.access import SYSTEM


def record(db, chain="system", **details):
    audit.record(db, actor=SYSTEM, chain=chain, action="tested", subject="test", details=details)


def faults(database):
    with database.reading() as db:
        return audit.verify(db)


def tamper(database, *statements):
    """As somebody with every right on the database would: the triggers set aside."""
    with database.schema_change() as db:
        if database.is_sqlite:
            for name in ("update", "delete", "replace"):
                db.execute(text(f"DROP TRIGGER wm_audit_entry_no_{name}"))
        else:
            db.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            db.execute(text(statement))
        if database.is_sqlite:
            for statement in audit.append_only_ddl("sqlite"):
                db.exec_driver_sql(statement)
        else:
            db.execute(text("SET session_replication_role = DEFAULT"))


def test_an_untouched_trail_is_whole(database):
    with database.transaction() as db:
        for chain in ("system", "case:1", "system"):
            record(db, chain, names=["a"], count=2)
    assert faults(database) == []


def test_an_altered_row_is_named(database):
    with database.transaction() as db:
        for _ in range(3):
            record(db)
    tamper(database, "UPDATE wm_audit_entry SET subject = 'other' WHERE seq = 2")
    assert faults(database) == ["system entry 2: altered"]


def test_a_missing_row_is_named(database):
    with database.transaction() as db:
        for _ in range(3):
            record(db)
    tamper(database, "DELETE FROM wm_audit_entry WHERE seq = 2")
    assert faults(database) == ["system entry 3: entry 2 before it is missing"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wm_audit_entry SET subject = 'x'",
        "DELETE FROM wm_audit_entry",
        "INSERT OR REPLACE INTO wm_audit_entry SELECT * FROM wm_audit_entry",
    ],
)
def test_a_row_is_neither_changed_nor_deleted_nor_replaced(database, statement):
    with database.transaction() as db:
        record(db)
    with pytest.raises(DBAPIError), database.transaction() as db:
        db.execute(text(statement))
    assert faults(database) == []


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        audit.configure(b"short")
