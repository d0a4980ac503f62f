"""Working days: Monday to Friday but the bank holidays of a region (England and Wales)."""

from __future__ import annotations

import os
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from .errors import EngineError

FIRST_YEAR, LAST_YEAR = 1900, 2100
_ONE = timedelta(days=1)
# Country and part of it, as the package `holidays` names them: GB-ENG covers England and Wales.
REGION = os.environ.get("WAYMARK_HOLIDAYS", "GB-ENG")


class OutOfYears(EngineError):
    """Bank holidays are known for some years only."""

    def __init__(self) -> None:
        super().__init__(f"Working days are known for the years {FIRST_YEAR} to {LAST_YEAR} only.")


@lru_cache(maxsize=512)
def bank_holidays(year: int, region: str = "") -> frozenset[date]:
    """The bank holidays of a year; OutOfYears outside 1900 to 2100."""
    import holidays

    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OutOfYears
    country, _, part = (region or REGION).partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))


def is_working_day(d: date) -> bool:
    """Whether people work on that day."""
    return d.weekday() < 5 and d not in bank_holidays(d.year)


def add_working_days(d: date, n: int) -> date:
    """The n-th working day after `d`, which is day 0; before it when n is negative."""
    step = _ONE if n > 0 else -_ONE
    left = abs(n)
    while left:
        d += step
        if is_working_day(d):
            left -= 1
    return d


def working_days_between(a: date, b: date) -> int:
    """How many working days follow `a` up to and with `b`; negative when b is before a."""
    if b < a:
        return -working_days_between(b, a)
    if not FIRST_YEAR <= a.year <= b.year <= LAST_YEAR:
        raise OutOfYears
    weeks, rest = divmod((b - a).days, 7)
    count = weeks * 5 + sum((a + _ONE * i).weekday() < 5 for i in range(1, rest + 1))
    free = (day for year in range(a.year, b.year + 1) for day in bank_holidays(year))
    return count - sum(a < day <= b and day.weekday() < 5 for day in free)


def next_working_day(d: date) -> date:
    """`d`, or the first working day after it."""
    while not is_working_day(d):
        d += _ONE
    return d


def previous_working_day(d: date) -> date:
    """`d`, or the last working day before it."""
    while not is_working_day(d):
        d -= _ONE
    return d


def add_months(d: date, n: int) -> date:
    """The same day n months on, or that month's last day when it has no such day."""
    years, month = divmod(d.month - 1 + n, 12)
    year = d.year + years
    return d.replace(year=year, month=month + 1, day=min(d.day, monthrange(year, month + 1)[1]))
