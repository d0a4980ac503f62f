"""What falls due without a person: timers in batches, messages on their way, a sign of life."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from os import getpid
from uuid import uuid4

from sqlalchemy import Connection, func, select

from engine import clock, jobs, queue
from engine.access import SYSTEM
from engine.advance import advancing
from engine.commands import dated_starts, messages
from engine.database import Database, insert_for
from engine.errors import Conflict, EngineError
from engine.execution import run
from engine.faults import Faults, in_turn
from engine.history import Event
from engine.models import start_timer, timer, worker

BATCH = 50
LEAVE_WITHIN = 5.0  # seconds; what a worker leaves behind is another's when its lease is over
Due = tuple[str, int]  # a timer and its case
log = logging.getLogger("waymark.worker")


def run_due(database: Database) -> int:
    """Fire every timer that is due, oldest first, each in a transaction; how many fired. One that
    fails with a fault nobody foresaw keeps no other waiting: the faults are raised at the end."""

    def due(failed: list[Due]) -> list[Due]:
        with database.reading() as db:
            return _due(db, but=[token for token, _ in failed])

    return in_turn(due, lambda one: _fire_one(database, *one), "dates that could not be fired")


def next_due(db: Connection, until: datetime) -> datetime | None:
    """The first instant up to `until` at which a date of a case, or one that begins a case, is
    due."""
    waiting = select(timer.c.due_at).where(timer.c.held.is_(False))
    dates = waiting.union_all(select(start_timer.c.due_at)).subquery()
    due = select(func.min(dates.c.due_at)).where(dates.c.due_at <= until)
    found: datetime | None = db.execute(due).scalar()
    return found


def _due(db: Connection, but: list[str]) -> list[Due]:
    c = timer.c
    rows = db.execute(
        select(c.id, c.instance_id)
        .where(c.held.is_(False), c.due_at <= clock.now(), c.id.not_in(but))
        .order_by(c.due_at, c.id)
        .limit(BATCH)
    )
    return [(row.id, row.instance_id) for row in rows]


def _fire_one(database: Database, token: str, instance_id: int) -> bool:
    """False when somebody else was faster, or the case stands still."""
    try:
        with database.transaction() as db:
            return fire_timer(db, token, instance_id)
    except Conflict:
        return False


def fire_timer(db: Connection, token: str, instance_id: int) -> bool:
    with advancing(db, instance_id, actor=SYSTEM) as step:
        wait = step.before.get(token)
        if wait is None or wait.kind != "timer":
            raise Conflict("This date was already dealt with.")
        step.events.append(Event("timer.fired", wait.element.id, token))
        step.fired.add(token)
        run.fire(step.case, wait.task)
    messages.deliver_soon(step)
    return True


class Worker:
    """The loop beside the web: due timers and waiting messages, every `pause` seconds; jobs in
    threads of their own, so that a slow receiver keeps no date waiting."""

    def __init__(self, database: Database, *, pause: float = 2.0, jobs_at_once: int = 2) -> None:
        self.database, self.pause, self.jobs_at_once = database, pause, jobs_at_once
        self.id = f"{socket.gethostname()[:30]}:{getpid()}:{uuid4().hex[:8]}"
        self._stop = threading.Event()
        self._started = clock.now()

    def run(self) -> None:
        """Until `stop`. A round that fails is logged and tried again."""
        at_jobs = [
            threading.Thread(target=self._loop, args=(self.work, queue.awake), daemon=True)
            for _ in range(self.jobs_at_once)
        ]
        for thread in at_jobs:
            thread.start()
        self._loop(self.round, self._stop)
        for thread in at_jobs:
            thread.join(LEAVE_WITHIN)

    def _loop(self, turn: Callable[[], None], awake: threading.Event) -> None:
        """Turns with a pause between them, which `awake` ends early."""
        while not self._stop.is_set():
            try:
                turn()
            except EngineError:
                log.warning("worker round put off", exc_info=True)
            except Exception:  # the loop must outlive a fault it does not know
                log.exception("worker round failed")
            awake.wait(self.pause)
            if awake is not self._stop:
                awake.clear()

    def round(self) -> None:
        self._sign_of_life()
        faults = Faults[Callable[[Database], int]]()
        for part in (run_due, dated_starts.run_due, messages.deliver_pending):
            with faults.apart(part):
                part(self.database)
        faults.tell("a part of the round")

    def work(self) -> None:
        """Every job attempt that is due."""
        jobs.run_due(self.database, self.id, until=self._stop)

    def stop(self) -> None:
        self._stop.set()
        queue.awake.set()

    def _sign_of_life(self) -> None:
        with self.database.transaction() as db:
            statement = insert_for(db)(worker).values(
                id=self.id, started_at=self._started, seen_at=clock.now()
            )
            db.execute(
                statement.on_conflict_do_update(
                    index_elements=["id"], set_={"seen_at": statement.excluded.seen_at}
                )
            )
