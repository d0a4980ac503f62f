"""`waymark worker` as a process of its own: it does what is due, and leaves when it is asked to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import clock
from engine.database import Database
from engine.migrations import migrate
from engine.models import job, worker
from tests.factories import KEY, model, ready

ROOT = Path(__file__).parents[2]
ASKED = threading.Event()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        ASKED.set()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
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


@pytest.mark.feature("A21")
def test_a_worker_process_does_service_steps_and_leaves_when_asked(
    tmp_path: Path, address: str
) -> None:
    database = Database(f"sqlite:///{tmp_path}/waymark.db")
    migrate(database)
    run = ready(database, calling(address))
    run.now = clock.now()
    run.start("service", "ann", {})
    process = subprocess.Popen(
        [sys.executable, "-m", "web.cli", "worker"],
        cwd=ROOT,
        env={
            **os.environ,
            "WAYMARK_DATABASE_URL": database.url,
            "WAYMARK_SECRET_KEY": "s" * 40,
            "WAYMARK_AUDIT_KEY": KEY.decode(),
            "WAYMARK_HTTP_HOSTS": "127.0.0.1",
        },
    )
    try:
        assert ASKED.wait(60)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with database.reading() as db:
        assert db.execute(select(job.c.state)).scalar_one() == "done"
        assert db.execute(select(worker.c.seen_at)).scalar_one() is not None
    run.expect_tasks(["look"])
    database.close()
