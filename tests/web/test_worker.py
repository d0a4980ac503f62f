"""`waymark worker` as a process of its own: it does what is due, and leaves when it is asked to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import clock, connectors, jobs, timers
from engine.database import Database
from engine.migrations import migrate
from engine.models import job, timer, worker
from engine.testing import Scenario
from tests.factories import DATA_KEY, KEY, model, ready

ROOT = Path(__file__).parents[2]
ASKED, GO_ON = threading.Event(), threading.Event()
KEYS: list[str] = []


class Receiver(BaseHTTPRequestHandler):
    """Answers once it may; remembers the keys it was sent."""

    def do_POST(self) -> None:
        KEYS.append(str(self.headers["Idempotency-Key"]))
        ASKED.set()
        GO_ON.wait(30)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        with suppress(OSError):  # who asked may be gone
            self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    ASKED.clear()
    GO_ON.clear()
    KEYS.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    server.daemon_threads = True
    yield f"http://127.0.0.1:{server.server_port}/"
    GO_ON.set()
    server.shutdown()
    server.server_close()


def calling(address: str) -> dict[str, bytes]:
    source = model("service")
    text = source["process.bpmn"].decode()
    text = text.replace('value="double"', 'value="http_call"')
    text = text.replace(
        'name="input.say" value="{n: 1 + 1}"', f'name="input.url" value="&quot;{address}&quot;"'
    )
    return {**source, "process.bpmn": text.encode()}


@pytest.fixture
def site(tmp_path: Path, address: str) -> Iterator[tuple[Database, Scenario]]:
    """A database with a case whose service step asks the receiver."""
    database = Database(f"sqlite:///{tmp_path}/waymark.db")
    migrate(database)
    run = ready(database, calling(address))
    run.now = clock.now()
    run.start("service", "ann", {})
    yield database, run
    database.close()


def started(database: Database) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "web.cli", "worker"],
        cwd=ROOT,
        env={
            **os.environ,
            "WAYMARK_DATABASE_URL": database.url,
            "WAYMARK_SECRET_KEY": "s" * 40,
            "WAYMARK_AUDIT_KEY": KEY.decode(),
            "WAYMARK_DATA_KEY": DATA_KEY.hex(),
            "WAYMARK_HTTP_HOSTS": "127.0.0.1",
        },
    )


def state(database: Database) -> str:
    with database.reading() as db:
        return str(db.execute(select(job.c.state)).scalar_one())


def test_a_worker_process_does_service_steps_and_leaves_when_asked(
    site: tuple[Database, Scenario],
) -> None:
    database, run = site
    GO_ON.set()
    process = started(database)
    try:
        assert ASKED.wait(60)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert state(database) == "done"
    with database.reading() as db:
        assert db.execute(select(worker.c.seen_at)).scalar_one() is not None
    run.expect_tasks(["look"])


@pytest.mark.feature("A21")
def test_what_a_killed_worker_was_at_is_done_by_the_next_and_no_date_is_lost(
    site: tuple[Database, Scenario],
) -> None:
    database, run = site
    run.start("service", "ann", {})
    process = started(database)
    assert ASKED.wait(60)
    process.kill()
    process.wait()
    assert jobs.run_due(database, "too early", only=KEYS[0]) == 0
    GO_ON.set()
    connectors.configure(connectors.Settings(allowed_hosts=frozenset({"127.0.0.1"})))
    with clock.at(clock.now() + timedelta(minutes=5)):
        jobs.run_due(database, "another", only=KEYS[0])
    connectors.configure(connectors.Settings())
    assert KEYS.count(KEYS[0]) == 2
    with clock.at(clock.now() + timedelta(days=8)):
        assert timers.run_due(database) == 1  # the other case had waited a week
    with database.reading() as db:
        states = [row.state for row in db.execute(select(job.c.state))]
        assert sorted(states) == ["cancelled", "done"]
        assert db.execute(select(func.count()).select_from(timer)).scalar_one() == 0
