"""1,000 dates that are due, one worker: until all have fired, beside the naive baseline's own.

Its process: start, a date one second away, a task. The worker's own round is what is measured, as
it runs every two seconds; the worker has fired one before, so that the version is known to it.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from engine import clock, timers
from engine.commands import cases
from engine.database import Database
from engine.models import timer
from tests.bench import workload as w
from tests.bench.baseline import baseline
from tests.bench.databases import Place, opened
from tests.bench.targets import Figure
from tests.bench.timing import milliseconds
from tests.factories import deploy

DUE = 1000
LATER = timedelta(hours=1)


def measure(place: Place, *, short: bool) -> list[Figure]:
    number = 20 if short else DUE
    with opened(place.url) as database, baseline(place) as naive:
        actor = w.set_up(database)
        with database.transaction() as db:
            deploy(db, {"T": w.folder_of_date()})
        worker = timers.Worker(database)
        for many in (1, number):
            for _ in range(many):
                with database.transaction() as db:
                    cases.start_case(db, "T", {}, actor=actor)
            with clock.at(clock.now() + LATER):
                _, spent = milliseconds(worker.round)
        if left := _left(database):
            raise SystemExit(f"{left} dates have not fired.")
        theirs = naive.dates(number)
    return [
        Figure("1,000 due, one worker", spent / 1000, "s", theirs / 1000),
        Figure("a date", spent / number, "ms", theirs / number),
    ]


def _left(database: Database) -> int:
    with database.reading() as db:
        return int(db.execute(select(func.count()).select_from(timer)).scalar_one())
