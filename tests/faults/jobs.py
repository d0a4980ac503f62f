"""kill -9 while service steps are done: every job runs, a receiver that knows keys sees one effect
each."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy import func, select

from engine.database import Database
from engine.models import history_event, job, process_instance
from tests.factories import model, ready
from tests.faults import kill
from tests.faults.processes import line, python, url_of

LONGEST = 2.5  # seconds a worker lives at most, from when it is ready
PATIENCE = 120.0  # seconds for the last worker to do what is left


class Receiver(ThreadingHTTPServer):
    """Honours the key: the first request of a key acts, later ones get the same answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.lock = Counter[str](), threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            self.server.asked[self.headers["Idempotency-Key"]] += 1
        time.sleep(0.02)  # long enough to be killed in
        try:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"true")
        except OSError:  # its caller was killed
            pass

    def log_message(self, *_words: object) -> None:
        """Nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()


def run(database: Database, *, kills: int, cases: int) -> list[str]:
    """Every job that did not run, or whose effect or story is double, in words."""
    dice = random.Random(7)  # noqa: S311  # moments to kill at, not secrets
    with receiving() as receiver:
        _begin(database, receiver.server_port, cases)
        for _ in range(kills):
            with python("tests.faults.job_worker", url_of(database)) as worker:
                line(worker)
                time.sleep(dice.uniform(0.05, LONGEST))
        undone = _left(database)
        with python("tests.faults.job_worker", url_of(database)) as worker:
            line(worker)
            began = time.monotonic()
            while _left(database) and time.monotonic() - began < PATIENCE:
                time.sleep(0.1)
        asked = Counter(receiver.asked)
    found = _judge(database, asked, cases) + kill.losses(database, [])
    again = sum(n > 1 for n in asked.values())
    print(
        f"{database.engine.dialect.name}: {kills} kills over {cases} jobs ({undone} left for the "
        f"last worker), {len(asked)} effects, {again} asked again by key, {len(found)} losses"
    )
    return found


def _begin(database: Database, port: int, cases: int) -> None:
    files = model("calling_out")
    address = f"http://127.0.0.1:{port}/".encode()
    files["process.bpmn"] = files["process.bpmn"].replace(b"http://localhost/", address)
    run = ready(database, files)
    for _ in range(cases):
        run.start("calling_out", "ann", {})


def _left(database: Database) -> int:
    with database.reading() as db:
        wanted = select(func.count()).select_from(job).where(job.c.state == "waiting")
        return int(db.execute(wanted).scalar_one())


def _judge(database: Database, asked: Counter[str], cases: int) -> list[str]:
    c, h = process_instance.c, history_event.c
    with database.reading() as db:
        ended = db.execute(
            select(func.count()).select_from(process_instance).where(c.status == "completed")
        ).scalar_one()
        told = Counter(
            row.task_id for row in db.execute(select(h.task_id).where(h.kind == "job.done"))
        )
    found = [f"job {name} is told {n} times" for name, n in told.items() if n != 1]
    if len(asked) != cases or set(asked) != set(told):
        found.append(f"{len(asked)} effects of {cases} jobs")
    if ended != cases:
        found.append(f"{ended} of {cases} cases ended")
    return found
