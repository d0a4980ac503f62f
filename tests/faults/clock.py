"""Days on which clocks and calendars play tricks: right instants, each once, nothing early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engine import clock, timers
from engine.database import Database
from engine.models import history_event, timer
from tests.factories import model, ready

DRAWN = "add working days(today(), 3)"
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
DOWN = timedelta(days=5)


@dataclass(frozen=True)
class Day:
    """A case begun at `begun`, London time, whose date is drawn as `text`, is due at `due` UTC."""

    words: str
    begun: str
    text: str
    due: str


DAYS = (
    Day("a day over the spring change", "2026-03-28T09:00", 'now() + duration("P1D")',
        "2026-03-29T09:00"),
    Day("a day over the autumn change", "2026-10-24T09:00", 'now() + duration("P1D")',
        "2026-10-25T08:00"),
    Day("the calendar day after the spring change", "2026-03-29T09:00", "P1D",
        "2026-03-30T08:00"),
    Day("midnight on the day of the spring change", "2026-03-28T09:00",
        'today() + duration("P1D")', "2026-03-29T00:00"),
    Day("midnight after the spring change", "2026-03-29T09:00", 'today() + duration("P1D")',
        "2026-03-29T23:00"),
    Day("midnight after the autumn change", "2026-10-25T09:00", 'today() + duration("P1D")',
        "2026-10-26T00:00"),
    Day("an hour from within the hour that happens twice", "2026-10-25T01:30",
        'now() + duration("PT1H")', "2026-10-25T01:30"),
    Day("an hour that does not happen", "2026-03-01T09:00",
        'date and time("2026-03-29T01:30:00@Europe/London")', "2026-03-29T01:30"),
    Day("a month after 31 January", "2027-01-31T09:00", 'today() + duration("P1M")',
        "2027-02-28T00:00"),
    Day("a month after 31 January of a leap year", "2028-01-31T09:00", "P1M",
        "2028-02-29T09:00"),
    Day("a year after 29 February", "2028-02-29T09:00", 'today() + duration("P1Y")',
        "2029-02-28T00:00"),
    Day("three working days over Easter", "2026-04-02T09:00", DRAWN, "2026-04-08T23:00"),
)  # fmt: skip


def run(database: Database) -> list[str]:
    """Every date that was wrong, early, late or fired twice, in words."""
    found = [fault for day in DAYS for fault in _day(database, day)]
    found += _down(database)
    print(
        f"{database.engine.dialect.name}: {len(DAYS)} days, the clock put back an hour on each, "
        f"5 days of downtime: {len(found)} faults"
    )
    return found


def _day(database: Database, day: Day) -> Iterator[str]:
    due = datetime.fromisoformat(f"{day.due}+00:00")
    instance_id = _begin(database, day.text, _london(day.begun))
    with database.reading() as db:
        stored = db.execute(
            select(timer.c.due_at).where(timer.c.instance_id == instance_id)
        ).scalar_one()
    if stored != due:
        yield f"{day.words}: due {stored}, not {due}"
        return
    if _at(database, due - MOMENT):
        yield f"{day.words}: fired early"
    if _at(database, due) != 1:
        yield f"{day.words}: did not fire at its instant"
    if _at(database, due - HOUR) or _at(database, due + HOUR):
        yield f"{day.words}: fired again after the clock was put back"
    if (n := _told(database, instance_id)) != 1:
        yield f"{day.words}: told {n} times"


def _down(database: Database) -> Iterator[str]:
    """Nobody looks for five days: what fell due meanwhile happens once each, oldest first."""
    start = _london("2026-06-01T09:00")
    cases = {
        hours: _begin(database, f'now() + duration("PT{hours}H")', start)
        for hours in (1, 30, 71, 119, 121)
    }
    fired = _at(database, start + DOWN)
    if fired != 4:
        yield f"after 5 days of downtime {fired} dates fired, not 4"
    counts = [_told(database, case) for case in cases.values()]
    if counts != [1, 1, 1, 1, 0]:
        yield f"after 5 days of downtime the dates fired {counts} times"
    _at(database, start + DOWN + 2 * HOUR)


def _begin(database: Database, text: str, instant: datetime) -> int:
    files = model("deadline")
    drawn = files["process.bpmn"]
    if text.startswith("P"):
        drawn = drawn.replace(b"timeDate", b"timeDuration")
    files["process.bpmn"] = drawn.replace(DRAWN.encode(), text.encode())
    cases = ready(database, files)
    cases.now = instant
    cases.start("deadline", "ann", {})
    return cases.instance_id


def _london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.LONDON)


def _at(database: Database, instant: datetime) -> int:
    with clock.at(instant):
        return timers.run_due(database)


def _told(database: Database, instance_id: int) -> int:
    c = history_event.c
    wanted = select(func.count()).where(c.kind == "timer.fired", c.instance_id == instance_id)
    with database.reading() as db:
        return int(db.execute(wanted).scalar_one())
