"""Days, months and instants as whole numbers, for dates of any year the standard allows."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from engine.feel.values import (
    NANOS_A_DAY,
    NANOS_A_SECOND,
    LongDate,
    LongDateTime,
    LongDuration,
    NanoDateTime,
    NanoTime,
    YearsMonths,
    to_nanos,
)

MAX_YEAR: Final = 999_999_999
_EPOCH: Final = 719_163  # the ordinal of 1 January 1970
_PLAIN_DAY: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a zone is asked about it


def days_in(year: int, month: int) -> int:
    return monthrange(2000 + year % 400, month)[1]


def is_date(year: int, month: int, day: int) -> bool:
    return -MAX_YEAR <= year <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= days_in(year, month)


def make_date(year: int, month: int, day: int) -> date | LongDate | None:
    """The date, None when there is none such."""
    if not is_date(year, month, day):
        return None
    return date(year, month, day) if 1 <= year <= 9999 else LongDate(year, month, day)


def ordinal(day: date | LongDate) -> int:
    """Days since 31 December of the year before 1, by the Gregorian rule for all years."""
    if isinstance(day, date):
        return day.toordinal()
    cycles, year = divmod(day.year - 1, 400)
    return date(year + 1, day.month, day.day).toordinal() + cycles * 146_097


def from_ordinal(days: int) -> date | LongDate | None:
    if 1 <= days <= 3_652_059:
        return date.fromordinal(days)
    cycles, rest = divmod(days - 1, 146_097)
    near = date.fromordinal(rest + 1)
    return make_date(near.year + cycles * 400, near.month, near.day)


def add_months(day: date | LongDate, months: int) -> date | LongDate | None:
    """The same day so many months on; the month's last day when it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not -MAX_YEAR <= year <= MAX_YEAR:
        return None
    return make_date(year, month + 1, min(day.day, days_in(year, month + 1)))


def clock_nanos(moment: time | datetime | LongDateTime) -> int:
    """Nanoseconds since midnight, as the clock shows it."""
    if isinstance(moment, LongDateTime):
        return moment.nanos
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    extra = moment.nanos if isinstance(moment, NanoTime | NanoDateTime) else 0
    return seconds * NANOS_A_SECOND + moment.microsecond * 1000 + extra


def make_time(nanos: int, zone: tzinfo | None) -> time:
    """The time so long after midnight, whole days left out."""
    seconds, fraction = divmod(nanos % NANOS_A_DAY, NANOS_A_SECOND)
    micros, extra = divmod(fraction, 1000)
    parts = (seconds // 3600, seconds // 60 % 60, seconds % 60, micros, zone)
    if not extra:
        return time(*parts)
    fine = NanoTime(*parts)
    fine.nanos = extra
    return fine


def zone_of(moment: Any) -> tzinfo | None:
    found: tzinfo | None = moment.zone if isinstance(moment, LongDateTime) else moment.tzinfo
    return found


def day_of(moment: datetime | LongDateTime) -> date | LongDate:
    return moment.date if isinstance(moment, LongDateTime) else moment.date()


def join(day: date | LongDate, nanos: int, zone: tzinfo | None) -> datetime | LongDateTime:
    """The date and time of a day and the nanoseconds since its midnight."""
    if isinstance(day, LongDate):
        return LongDateTime(day, nanos, zone)
    plain = make_time(nanos, zone)
    if isinstance(plain, NanoTime):
        fine = NanoDateTime.combine(day, plain)
        fine.nanos = plain.nanos
        return fine
    return datetime.combine(day, plain)


def offset(moment: time | datetime | LongDateTime) -> timedelta | None:
    """How far the clock is ahead of UTC; for a time alone, as the zone's winter has it."""
    zone = zone_of(moment)
    if zone is None:
        return None
    if isinstance(moment, datetime):
        return moment.utcoffset()
    return zone.utcoffset(_PLAIN_DAY)


def instant(moment: datetime | LongDateTime, default: timedelta | None = None) -> int:
    """Nanoseconds since 1970 in UTC; `default` is the offset of one without a zone."""
    ahead = offset(moment)
    if ahead is None:
        ahead = default
    local = (ordinal(day_of(moment)) - _EPOCH) * NANOS_A_DAY + clock_nanos(moment)
    return local - (to_nanos(ahead) if ahead else 0)


def from_instant(nanos: int, zone: tzinfo | None) -> datetime | LongDateTime | None:
    """The date and time that an instant is in a zone (None: read the instant as local)."""
    days, rest = divmod(nanos, NANOS_A_DAY)
    day = from_ordinal(days + _EPOCH)
    if day is None or zone is None:
        return None if day is None else join(day, rest, None)
    ahead = zone.utcoffset(_PLAIN_DAY)
    if isinstance(day, date) and 1 < day.year < 9999:
        utc = datetime.combine(day, make_time(rest, None)).replace(tzinfo=zone)
        ahead = zone.fromutc(utc).utcoffset()
    shifted = nanos + (to_nanos(ahead) if ahead else 0)
    days, rest = divmod(shifted, NANOS_A_DAY)
    local = from_ordinal(days + _EPOCH)
    if local is None:
        return None
    found = join(local, rest, zone)
    if isinstance(found, datetime) and instant(found) != nanos:
        found = found.replace(fold=1)  # the second pass of an hour that summer time repeats
    return found


def shift(moment: Any, months: int) -> Any:
    """A date, or a date and time, so many months on; the clock keeps its hour."""
    if isinstance(moment, datetime | LongDateTime):
        day = add_months(day_of(moment), months)
        return None if day is None else join(day, clock_nanos(moment), zone_of(moment))
    return add_months(moment, months)


def months_between(start: Any, end: Any) -> YearsMonths:
    """Whole months from one date (and time) to another; not yet full months do not count."""
    if _position(start) > _position(end):
        return YearsMonths(-months_between(end, start).months)
    first, last = _day(start), _day(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if (last.day, _clock(end)) < (first.day, _clock(start)):
        months -= 1
    return YearsMonths(months)


def _day(moment: Any) -> date | LongDate:
    if isinstance(moment, datetime | LongDateTime):
        return day_of(moment)
    found: date | LongDate = moment
    return found


def _clock(moment: Any) -> int:
    return clock_nanos(moment) if isinstance(moment, datetime | LongDateTime) else 0


def _position(moment: Any) -> int:
    return ordinal(_day(moment)) * NANOS_A_DAY + _clock(moment)


def add_nanos(moment: Any, duration: timedelta | LongDuration, sign: int = 1) -> Any:
    """A date, time, or date and time, later by a duration (earlier with `sign` -1)."""
    nanos = to_nanos(duration) * sign
    if isinstance(moment, datetime | LongDateTime):
        return from_instant(instant(moment) + nanos, zone_of(moment))
    if isinstance(moment, time):
        return make_time(clock_nanos(moment) + nanos, moment.tzinfo)
    return from_ordinal(ordinal(moment) + nanos // NANOS_A_DAY)
