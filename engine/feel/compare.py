"""Equality and order between values, with null when two kinds cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from engine.feel import calendar
from engine.feel.runtime import Run
from engine.feel.values import NANOS_A_SECOND, Range, YearsMonths, kind_of, to_nanos


def exact(value: Any) -> Any:
    """A float as the decimal number it is written as; other numbers as they are."""
    return Decimal(repr(value)) if type(value) is float else value


def place(value: Any) -> int:
    """A place in a list or text: cut to whole, and beyond a billion all are alike."""
    number = Decimal(exact(value))
    return int(max(Decimal(-(10**9)), min(Decimal(10**9), number)))


# The commonest mix-up, and the way out.
MOMENTS: Final = frozenset(("date", "date and time"))
MIXED: Final = " Write date(…) round the one with a time."


def _hint(kind: str, other: str) -> str:
    return MIXED if {kind, other} == MOMENTS else ""


def equal(left: Any, right: Any, run: Run) -> Any:
    """Whether both are the same value; null when their kinds differ (DMN 1.5, table 42)."""
    if left is None or right is None:
        return left is right
    kind, other = kind_of(left), kind_of(right)
    if kind != other:
        return run.null("Cannot compare {} with {}." + _hint(kind, other), left, right)
    if kind in ("string", "boolean"):
        return bool(left == right)
    return _EQUAL[kind](left, right, run)


def same(left: Any, right: Any, run: Run) -> bool:
    """Equality as lists need it: values of two kinds are simply not the same."""
    return kind_of(left) == kind_of(right) and equal(left, right, run) is True


def _lists(left: Any, right: Any, run: Run) -> bool:
    run.charge(len(left) + 3)
    return len(left) == len(right) and all(
        same(a, b, run) for a, b in zip(left, right, strict=True)
    )


def _contexts(left: Mapping[str, Any], right: Mapping[str, Any], run: Run) -> bool:
    run.charge(len(left) + 3)
    return left.keys() == right.keys() and all(same(left[k], right[k], run) for k in left)


def _ranges(left: Range, right: Range, run: Run) -> bool:
    flags = (left.sign, left.start_included, left.end_included)
    if flags != (right.sign, right.start_included, right.end_included):
        return False
    return same(left.start, right.start, run) and same(left.end, right.end, run)


def _by_key(key: Callable[[Any, Run], Any]) -> Callable[[Any, Any, Run], bool]:
    return lambda left, right, run: bool(key(left, run) == key(right, run))


def _date_key(value: Any, run: Run) -> int:
    return calendar.ordinal(value)


def _time_key(value: Any, run: Run) -> int:
    """Whole seconds since midnight in UTC (DMN 1.5, 10.3.2.3.4)."""
    ahead = calendar.offset(value)
    return (calendar.clock_nanos(value) - (to_nanos(ahead) if ahead else 0)) // NANOS_A_SECOND


def _moment_key(value: Any, run: Run) -> int:
    """Whole seconds of the instant (DMN 1.5, 10.3.2.3.5); without a zone, that of the run."""
    if calendar.zone_of(value) is None and isinstance(value, datetime):
        value = value.replace(tzinfo=run.zone())
    return calendar.instant(value) // NANOS_A_SECOND


def _nanos_key(value: Any, run: Run) -> int:
    return to_nanos(value)


def _months_key(value: YearsMonths, run: Run) -> int:
    return value.months


def _as_is(value: Any, run: Run) -> Any:
    return exact(value)


_KEYS: Final[dict[str, Callable[[Any, Run], Any]]] = {
    "number": _as_is,
    "string": _as_is,
    "date": _date_key,
    "time": _time_key,
    "date and time": _moment_key,
    "days and time duration": _nanos_key,
    "years and months duration": _months_key,
}
ORDERED: Final = frozenset(_KEYS)
_EQUAL: Final[dict[str, Callable[[Any, Any, Run], bool | None]]] = {
    **{kind: _by_key(key) for kind, key in _KEYS.items()},
    "list": _lists,
    "context": _contexts,
    "range": _ranges,
    "function": lambda left, right, run: left is right,
    "other": lambda left, right, run: left is right,
}


def order(left: Any, right: Any, run: Run) -> Any:
    """Below, level or above zero as `left` stands to `right`; null when they have no order."""
    kind = kind_of(left)
    key = _KEYS.get(kind)
    if key is None or kind != kind_of(right):
        hint = _hint(kind, kind_of(right))
        return run.null("Cannot tell which of {} and {} is greater." + hint, left, right)
    first, second = key(left, run), key(right, run)
    return int(first > second) - int(first < second)


_SIGNS: Final[dict[str, Callable[[int], bool]]] = {
    "<": lambda position: position < 0,
    "<=": lambda position: position <= 0,
    ">": lambda position: position > 0,
    ">=": lambda position: position >= 0,
}


def holds(sign: str, left: Any, right: Any, run: Run) -> bool | None:
    """`left sign right` for any of the six signs."""
    if sign in ("=", "!="):
        found = equal(left, right, run)
        return None if found is None else found is (sign == "=")
    position = order(left, right, run)
    return None if position is None else _SIGNS[sign](position)


def within(value: Any, limits: Range, run: Run) -> Any:
    """Whether a value lies in a range."""
    if limits.sign:
        limit = limits.start if limits.start is not None else limits.end
        return holds(limits.sign, value, limit, run)
    low = order(value, limits.start, run)
    high = order(value, limits.end, run)
    if low is None or high is None:
        return None
    return (low > 0 or (low == 0 and limits.start_included)) and (
        high < 0 or (high == 0 and limits.end_included)
    )


def contains(value: Any, test: Any, run: Run) -> Any:
    """`value in test`: in a range, equal, or in a list of values and ranges."""
    if type(test) is Range and type(value) is not Range:
        return within(value, test, run)
    if isinstance(test, list):
        run.charge(len(test))
        return same(value, test, run) or any(
            within(value, one, run) is True
            if type(one) is Range and type(value) is not Range
            else same(value, one, run)
            for one in test
        )
    return equal(value, test, run)
