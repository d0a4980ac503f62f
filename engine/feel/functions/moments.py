"""Functions that make dates, times and durations, and ask about them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.feel import calendar, temporal
from engine.feel.compare import exact
from engine.feel.runtime import Run
from engine.feel.values import LongDate, LongDateTime, kind_of, to_nanos

from .registry import builtin

_DATES: Final = "date|date and time"
_MAX_PART: Final = 10**10


def _whole(value: Any) -> int | None:
    number = exact(value)
    return int(number) if abs(number) < _MAX_PART and number == int(number) else None


@builtin(f"date(from: string|{_DATES})")
def _date(run: Run, source: Any) -> Any:
    if isinstance(source, str):
        return temporal.parse_date(source) or run.null("The text is no date: write 2026-01-31.")
    return calendar.day_of(source) if isinstance(source, datetime | LongDateTime) else source


@builtin("date(year: number, month: number, day: number)")
def _date_of(run: Run, *parts: Any) -> Any:
    year, month, day = (_whole(part) for part in parts)
    if year is None or month is None or day is None:
        return run.null("A date needs whole numbers.")
    return calendar.make_date(year, month, day) or run.null("There is no such date.")


@builtin("date and time(from: string|date|date and time)")
def _moment(run: Run, source: Any) -> Any:
    if isinstance(source, str):
        day = temporal.parse_date(source)
        if day is not None:
            return calendar.join(day, 0, None)
        return temporal.parse_date_time(source) or run.null(
            "The text is no date and time: write 2026-01-31T09:30:00."
        )
    if isinstance(source, datetime | LongDateTime):
        return source
    return calendar.join(source, 0, None)


@builtin(f"date and time(date: {_DATES}, time: time)")
def _moment_of(run: Run, day: Any, clock: time) -> Any:
    if isinstance(day, datetime | LongDateTime):
        day = calendar.day_of(day)
    return calendar.join(day, calendar.clock_nanos(clock), clock.tzinfo)


@builtin("time(from: string|time|date|date and time)")
def _time(run: Run, source: Any) -> Any:
    if isinstance(source, str):
        found = temporal.parse_time(source)
        return run.null("The text is no time: write 09:30:00.") if found is None else found
    if isinstance(source, datetime | LongDateTime):
        return calendar.make_time(calendar.clock_nanos(source), calendar.zone_of(source))
    if isinstance(source, date | LongDate):
        from datetime import UTC

        return time(0, 0, 0, tzinfo=UTC)
    return source


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration?)")
def _time_of(run: Run, hour: Any, minute: Any, second: Any, *rest: Any) -> Any:
    ahead = rest[0]
    hours, minutes, seconds = _whole(hour), _whole(minute), Decimal(exact(second))
    if hours is None or minutes is None or not (0 <= hours <= 23 and 0 <= minutes <= 59):
        return run.null("There is no such time.")
    if not 0 <= seconds < 60:
        return run.null("There is no such time.")
    zone = None
    if ahead is not None:
        zone = temporal.fixed(to_nanos(ahead) // 10**9)
        if zone is None:
            return run.null("The offset of a time is 18 hours at most.")
    nanos = (hours * 3600 + minutes * 60) * 10**9 + int(seconds * 10**9)
    return calendar.make_time(nanos, zone)


@builtin("duration(from: string|days and time duration|years and months duration)")
def _duration(run: Run, source: Any) -> Any:
    if not isinstance(source, str):
        return source
    found = temporal.parse_duration(source)
    return run.null("The text is no duration: write P3D, PT2H or P6M.") if found is None else found


@builtin(f"years and months duration(from: {_DATES}, to: {_DATES})")
def _months(run: Run, start: Any, end: Any) -> Any:
    return calendar.months_between(start, end)


@builtin("now()")
def _now(run: Run) -> datetime:
    return run.now()


@builtin("today()")
def _today(run: Run) -> date:
    return run.now().date()


@builtin(f"day of year(date: {_DATES})")
def _day_of_year(run: Run, day: Any) -> Any:
    day = _day(day)
    first = LongDate(day.year, 1, 1)
    return Decimal(calendar.ordinal(day) - calendar.ordinal(first) + 1)


def _day(value: Any) -> Any:
    return calendar.day_of(value) if isinstance(value, datetime | LongDateTime) else value


_WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@builtin(f"day of week(date: {_DATES})")
def _day_of_week(run: Run, day: Any) -> str:
    return _WEEKDAYS[(calendar.ordinal(_day(day)) - 1) % 7]


@builtin(f"month of year(date: {_DATES})")
def _month_of_year(run: Run, day: Any) -> str:
    return _MONTH_NAMES[_day(day).month - 1]


@builtin(f"week of year(date: {_DATES})")
def _week_of_year(run: Run, day: Any) -> Decimal:
    """The ISO week: the Gregorian calendar repeats every 400 years, weekdays included."""
    day = _day(day)
    near = date(2000 + day.year % 400, day.month, day.day)
    return Decimal(near.isocalendar().week)


@builtin("is(value1?: any, value2?: any)")
def _is(run: Run, one: Any, other: Any) -> bool:
    """Whether both are the same in kind and in every part, zone included."""
    if kind_of(one) != kind_of(other):
        return False
    if isinstance(one, time | datetime | LongDateTime):
        return _parts(one) == _parts(other)
    from engine.feel.compare import same

    return same(one, other, run) or (one is None and other is None)


def _parts(moment: Any) -> tuple[Any, ...]:
    day = calendar.day_of(moment) if not isinstance(moment, time) else None
    where = calendar.zone_of(moment)
    name = temporal.zone_name(where)
    return (day, calendar.clock_nanos(moment), name, _ahead(moment) if not name else None)


def _ahead(moment: Any) -> timedelta | None:
    return calendar.offset(moment)
