"""Extensions of ours: working days, by the bank holidays of a region."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from engine import workdays
from engine.feel.compare import exact
from engine.feel.runtime import Run

from .registry import builtin

_DATES: Final = "date|date and time"
_MOST: Final = 10_000


def _day(value: Any, run: Run) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return run.null("Working days are known for the years 1900 to 2100 only.")


def _count(n: Any) -> int | None:
    number = exact(n)
    return int(number) if number == int(number) and abs(number) <= _MOST else None


@builtin(f"add working days(date: {_DATES}, days: number)")
def _add(run: Run, day: Any, n: Any) -> Any:
    start, count = _day(day, run), _count(n)
    if count is None:
        return run.null(f"The number of working days is a whole number up to {_MOST}.")
    run.charge(abs(count))
    return None if start is None else _known(lambda: workdays.add_working_days(start, count), run)


@builtin(f"working days between(start: {_DATES}, end: {_DATES})")
def _between(run: Run, start: Any, end: Any) -> Any:
    first, last = _day(start, run), _day(end, run)
    if first is None or last is None:
        return None
    run.charge(abs(last.year - first.year) + 1)
    found = _known(lambda: workdays.working_days_between(first, last), run)
    return None if found is None else Decimal(found)


def _one(name: str, function: Any) -> None:
    @builtin(f"{name}(date: {_DATES})")
    def _ask(run: Run, day: Any) -> Any:
        start = _day(day, run)
        return None if start is None else _known(lambda: function(start), run)


def _known(ask: Any, run: Run) -> Any:
    try:
        return ask()
    except workdays.OutOfYears as error:
        return run.null(str(error))


_one("next working day", workdays.next_working_day)
_one("previous working day", workdays.previous_working_day)
_one("is working day", workdays.is_working_day)
