"""What stands behind a dot: entries of contexts, parts of dates, times, durations and ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Final

from engine.feel import calendar
from engine.feel.runtime import MISSING, Run
from engine.feel.temporal import zone_name
from engine.feel.values import LongDateTime, YearsMonths, kind_of, to_nanos


def member(value: Any, name: str, run: Run) -> Any:
    """`value.name`; of a list, that of each item."""
    if type(value) is dict:
        found = value.get(name, MISSING)
        return found if found is not MISSING else _absent(value, name, run)
    if value is None:
        return run.null(f"“{name}” is asked of nothing (null).")
    if isinstance(value, list):
        run.charge_list(len(value))
        return [member(item, name, run) for item in value]
    if isinstance(value, Mapping):
        return value[name] if name in value else _absent(value, name, run)
    reader = PARTS.get((kind_of(value), name))
    if reader is None:
        return run.null(f"{{}} has no “{name}”.", value)
    found = reader(value)
    return Decimal(found) if type(found) is int else found


def _absent(value: Mapping[str, Any], name: str, run: Run) -> Any:
    return run.null(f"The context has no entry “{name}”.")


def _date(value: Any) -> Any:
    return calendar.day_of(value) if isinstance(value, datetime | LongDateTime) else value


def _second(value: Any) -> Any:
    return value.second if isinstance(value, time | datetime) else _clock(value) % 60


def _clock(value: Any) -> int:
    return calendar.clock_nanos(value) // 10**9


def _toward_zero(number: int, unit: int) -> int:
    return number // unit if number >= 0 else -(-number // unit)


def _months(value: YearsMonths) -> int:
    whole = abs(value.months) % 12
    return whole if value.months >= 0 else -whole


def _part(unit: int, modulus: int | None) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        nanos = to_nanos(value)
        whole = abs(nanos) // (unit * 10**9)
        if modulus:
            whole %= modulus
        return whole if nanos >= 0 else -whole

    return read


def _parts() -> dict[tuple[str, str], Callable[[Any], Any]]:
    table: dict[tuple[str, str], Callable[[Any], Any]] = {}
    for kind in ("date", "date and time"):
        table[kind, "year"] = lambda value: _date(value).year
        table[kind, "month"] = lambda value: _date(value).month
        table[kind, "day"] = lambda value: _date(value).day
        table[kind, "weekday"] = lambda value: (calendar.ordinal(_date(value)) - 1) % 7 + 1
    for kind in ("time", "date and time"):
        table[kind, "hour"] = lambda value: _clock(value) // 3600
        table[kind, "minute"] = lambda value: _clock(value) // 60 % 60
        table[kind, "second"] = _second
        table[kind, "time offset"] = calendar.offset
        table[kind, "timezone"] = lambda value: zone_name(calendar.zone_of(value))
    return table


PARTS: Final[dict[tuple[str, str], Callable[[Any], Any]]] = {
    **_parts(),
    ("years and months duration", "years"): lambda value: _toward_zero(value.months, 12),
    ("years and months duration", "months"): _months,
    ("days and time duration", "days"): _part(86_400, None),
    ("days and time duration", "hours"): _part(3600, 24),
    ("days and time duration", "minutes"): _part(60, 60),
    ("days and time duration", "seconds"): _part(1, 60),
    ("range", "start"): lambda value: value.start,
    ("range", "end"): lambda value: value.end,
    ("range", "start included"): lambda value: value.start_included,
    ("range", "end included"): lambda value: value.end_included,
}
MEMBER_NAMES: Final = frozenset(name for _, name in PARTS)
