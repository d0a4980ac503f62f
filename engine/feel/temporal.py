"""Dates, times and durations from their texts, and back: ISO 8601 as XML Schema profiles it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Any, Final

from engine.feel import calendar
from engine.feel.values import (
    NANOS_A_DAY,
    NANOS_A_SECOND,
    LongDate,
    LongDateTime,
    LongDuration,
    YearsMonths,
    from_nanos,
    to_nanos,
)

_DATE: Final = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME: Final = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?:(?P<utc>[Zz])|(?P<offset>[+-]\d\d:\d\d(?::\d\d)?)|@(?P<zone>[\w+\-]+(?:/[\w+\-]+)*))?"
)
_BOTH: Final = _DATE + "T" + _TIME
_MONTHS: Final = r"(-)?P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?"
_DAYS: Final = (
    r"(-)?P(?=\d|T\d)(?:(\d{1,18})D)?(?:T(?=\d)(?:(\d{1,18})H)?(?:(\d{1,18})M)?"
    r"(?:(\d{1,18})(?:\.(\d{0,18}))?S)?)?"
)
_MAX_OFFSET: Final = 14 * 3600


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed: an import shall not wait for all of them."""
    return re.compile(text, re.ASCII)


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo | None:
    """The time zone of an IANA name, None when there is none such."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_name(found: tzinfo | None) -> str | None:
    """The IANA name of a zone; None for a plain offset."""
    key = getattr(found, "key", None)
    return key if isinstance(key, str) else None


def parse_date(text: str) -> date | LongDate | None:
    match = _pattern(_DATE).fullmatch(text)
    if match is None or text.startswith("-0000"):
        return None
    return calendar.make_date(*(int(match[part]) for part in ("year", "month", "day")))


def parse_time(text: str) -> time | None:
    match = _pattern(_TIME).fullmatch(text)
    clock = None if match is None else _clock(match)
    return None if clock is None else calendar.make_time(*clock)


def parse_date_time(text: str) -> datetime | LongDateTime | None:
    match = _pattern(_BOTH).fullmatch(text)
    if match is None:
        return None
    day = parse_date(text[: text.index("T")])
    clock = _clock(match, 24)
    if day is None or clock is None:
        return None
    nanos, where = clock
    if nanos == NANOS_A_DAY:  # 24:00:00 is the next day's midnight
        following = calendar.from_ordinal(calendar.ordinal(day) + 1)
        return None if following is None else calendar.join(following, 0, where)
    return calendar.join(day, nanos, where)


def _clock(match: re.Match[str], last_hour: int = 23) -> tuple[int, tzinfo | None] | None:
    hour, minute, second = (int(match[part]) for part in ("hour", "minute", "second"))
    digits = match["fraction"] or ""
    if len(digits) > 30:
        return None
    fraction = int((digits + "0" * 9)[:9])
    whole = hour * 3600 + minute * 60 + second
    if hour > last_hour or minute > 59 or second > 59 or whole + (fraction > 0) > 86_400:
        return None
    known, where = _where(match)
    return (whole * NANOS_A_SECOND + fraction, where) if known else None


def _where(match: re.Match[str]) -> tuple[bool, tzinfo | None]:
    if match["utc"]:
        return True, UTC
    if match["zone"]:
        found = zone(match["zone"])
        return found is not None, found
    if not match["offset"]:
        return True, None
    text = match["offset"]
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    if max(parts[1:]) > 59 or seconds > _MAX_OFFSET:
        return False, None
    return True, fixed(-seconds if text[0] == "-" else seconds)


def fixed(seconds: int) -> tzinfo | None:
    """A plain offset from UTC; None beyond 18 hours, which no clock has."""
    if abs(seconds) > 18 * 3600:
        return None
    return timezone(timedelta(seconds=seconds)) if seconds else UTC


def parse_duration(text: str) -> YearsMonths | timedelta | LongDuration | None:
    match = _pattern(_MONTHS).fullmatch(text)
    if match is not None:
        sign, years, months = match.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    match = _pattern(_DAYS).fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups()
    total = int(days or 0) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60
    nanos = (total + int(seconds or 0)) * NANOS_A_SECOND + int(((fraction or "") + "0" * 9)[:9])
    return from_nanos(-nanos if sign else nanos)


def parse_any(text: str) -> Any:
    """What `@"…"` means: a date, time, date and time or duration; null for anything else."""
    for read in (parse_date, parse_date_time, parse_time, parse_duration):
        found: Any = read(text)
        if found is not None:
            return found
    return None


def text_of(value: Any) -> str:
    """The text that reads back as the same date, time or duration."""
    if isinstance(value, YearsMonths):
        return _months_text(value.months)
    if isinstance(value, timedelta | LongDuration):
        return _nanos_text(to_nanos(value))
    if isinstance(value, datetime | LongDateTime):
        clock = _clock_text(calendar.clock_nanos(value), calendar.zone_of(value), value)
        return f"{_date_text(calendar.day_of(value))}T{clock}"
    if isinstance(value, time):
        return _clock_text(calendar.clock_nanos(value), value.tzinfo, value)
    return _date_text(value)


def _date_text(day: date | LongDate) -> str:
    sign = "-" if day.year < 0 else ""
    return f"{sign}{abs(day.year):04}-{day.month:02}-{day.day:02}"


def _clock_text(nanos: int, where: tzinfo | None, value: Any) -> str:
    seconds, fraction = divmod(nanos, NANOS_A_SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if fraction:
        text += f".{fraction:09}".rstrip("0")
    if where is None:
        return text
    name = zone_name(where)
    return f"{text}@{name}" if name else text + _offset_text(calendar.offset(value))


def _offset_text(ahead: timedelta | None) -> str:
    seconds = round(ahead.total_seconds()) if ahead else 0
    if not seconds:
        return "Z"
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _months_text(months: int) -> str:
    sign, months = ("-", -months) if months < 0 else ("", months)
    years, rest = divmod(months, 12)
    parts = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return f"{sign}P{parts or '0M'}"


def _nanos_text(nanos: int) -> str:
    sign, nanos = ("-", -nanos) if nanos < 0 else ("", nanos)
    days, rest = divmod(nanos, NANOS_A_DAY)
    seconds, fraction = divmod(rest, NANOS_A_SECOND)
    clock = f"{seconds // 3600}H" if seconds >= 3600 else ""
    clock += f"{seconds // 60 % 60}M" if seconds // 60 % 60 else ""
    if seconds % 60 or fraction:
        clock += f"{seconds % 60}" + (f".{fraction:09}".rstrip("0") if fraction else "") + "S"
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"
