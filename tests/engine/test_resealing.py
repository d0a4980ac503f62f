"""Databases from before anything was sealed, and from before a key was changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, create_engine, insert, make_url, text

from engine import migrations, sealing
from engine.database import Database
from engine.errors import CannotOpen
from engine.migrations import migrate
from engine.migrations.resealing import BATCH, reseal
from engine.sealing import EVERY, NOTE, VARIABLE, Sealed
from tests.factories import DATA_KEY, use_keys

WORDS = "Zqx7 as it was written"
MANY = BATCH + 3
PERSON = {"id": 1, "username": "ann", "name": "Ann", "organisation": "council", "active": True}
OLD: dict[str, list[dict[str, Any]]] = {
    "wm_account": [{**PERSON, "created_at": 1}],
    "wm_deployment": [{"id": 1, "at": 1, "reason": "first"}],
    "wm_process_definition": [
        {
            "id": 1, "key": "k", "version": 1, "digest": "d", "title": "K", "manifest": b"{}",
            "messages": b"[]", "deployment_id": 1,
        }
    ],
    "wm_process_instance": [
        {
            "id": 1, "reference": "K-1", "definition_id": 1, "key": "k", "bound": b"{}",
            "status": "active", "version": 1, "history_seq": 1, "state": b"{}", "started_at": 1,
            "changed_at": 1,
        }
    ],
    "wm_user_task": [
        {
            "id": "t", "instance_id": 1, "definition_id": 1, "element_id": "e", "scope": "root",
            "state": "created", "title": "T", "roles": b"[]", "urgent": False, "created_at": 1,
        }
    ],
    "wm_variable": [
        {"instance_id": 1, "scope": "root", "name": f"n{n:04d}", "value": f'"{WORDS}"'.encode()}
        for n in range(MANY)
    ],
    "wm_history_event": [
        {"instance_id": 1, "seq": 1, "at": 1, "kind": "k", "details": b"\x00" + WORDS.encode()},
        {"instance_id": 1, "seq": 2, "at": 1, "kind": "k", "details": None},
    ],
    "wm_draft": [
        {"task_id": "t", "account_id": 1, "counter": 1, "saved_at": 1, "values": WORDS.encode()}
    ],
    "wm_message": [
        {
            "name": "m", "key": "k", "idempotency": "i", "payload": WORDS.encode(), "sent_at": 1,
            "expires_at": 2,
        }
    ],
    "wm_job": [
        {
            "id": "j", "instance_id": 1, "definition_id": 1, "element_id": "e", "title": "J",
            "connector": "email", "parameters": WORDS.encode(), "state": "waiting", "attempts": 0,
            "allowed": 1, "back_off": b"[]", "time_limit": 1, "retry_at": 1,
            "outcome": WORDS.encode(), "held": False, "created_at": 1,
        }
    ],
    "wm_outbox": [
        {"key": "j", "instance_id": 1, "recipient": WORDS, "subject": WORDS, "body": WORDS, "at": 1}
    ],
    "wm_case_note": [{"instance_id": 1, "account_id": 1, "at": 7, "text": WORDS}],
    "wm_case_file": [
        {
            "id": 1, "instance_id": 1, "account_id": 1, "at": 7, "name": WORDS,
            "media_type": "text/plain", "size": 1, "digest": "d",
        }
    ],
    "wm_file_content": [{"file_id": 1, "content": WORDS.encode()}],
    "wm_proposal": [
        {
            "instance_id": 1, "kind": "end", "operation": WORDS.encode(), "reason": WORDS,
            "waits": b"[]", "proposed_by": 1, "proposed_at": 9,
        }
    ],
    "wm_opening": [{"instance_id": 1, "account_id": 1, "reason": WORDS, "until": 1}],
}  # fmt: skip


PLACES = [where for where in EVERY if where.table in OLD]


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the revision before, with something in every place."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/old.db")
    else:
        address = request.getfixturevalue("postgres_url")
        made = create_engine(address, isolation_level="AUTOCOMMIT")
        with made.connect() as server:
            server.execute(text("DROP DATABASE IF EXISTS before_sealing"))
            server.execute(text("CREATE DATABASE before_sealing"))
        made.dispose()
        database = Database(
            make_url(address).set(database="before_sealing").render_as_string(hide_password=False)
        )
    config = migrations._config()
    with database.schema_change() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        tables = MetaData()
        tables.reflect(connection)
        for name, rows in OLD.items():
            connection.execute(insert(tables.tables[name]), rows)
    yield database
    use_keys()
    database.close()


def opened(database: Database, where: Sealed) -> list[str]:
    """Every value of a column, opened."""
    names = ", ".join(f'"{name}"' for name in (*where.row, where.column))
    with database.reading() as db:
        rows = db.execute(text(f'SELECT {names} FROM "{where.table}"')).all()  # noqa: S608
    return [where.open(bytes(row[-1]), *row[:-1]).decode() for row in rows if row[-1] is not None]


def test_what_was_stored_plain_is_sealed_once_and_leaves_the_files(old: Database) -> None:
    migrate(old)
    assert migrate(old) == migrate(old)
    for where in PLACES:
        values = opened(old, where)
        assert len(values) == (MANY if where is VARIABLE else 1), where
        assert all(WORDS in value for value in values), where
    if old.is_sqlite:
        path = Path(str(old.engine.url.database))
        files = (path, path.with_name(path.name + "-wal"))
        assert not any(b"Zqx7" in file.read_bytes() for file in files if file.exists())


def test_old_rows_are_not_sealed_without_a_key_and_nothing_is_lost(old: Database) -> None:
    sealing._keys.clear()
    with pytest.raises(RuntimeError, match="configure"):
        migrate(old)
    with old.reading() as db:
        assert db.execute(text("SELECT text FROM wm_case_note")).scalar() == WORDS
    use_keys()
    migrate(old)
    assert opened(old, NOTE) == [WORDS]


def test_a_changed_key_seals_all_anew_and_the_old_one_may_go(old: Database) -> None:
    migrate(old)
    new = bytes(range(32))
    sealing.configure([new, DATA_KEY])
    assert reseal(old) == MANY - 1 + len(PLACES)
    assert reseal(old) == 0
    sealing.configure([new])
    assert all(WORDS in value for where in PLACES for value in opened(old, where))
    use_keys()
    with pytest.raises(CannotOpen):
        opened(old, NOTE)
