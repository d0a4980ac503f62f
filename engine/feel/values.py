"""The kinds of value FEEL knows that Python lacks, and what people call each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

NANOS_A_SECOND: Final = 10**9
NANOS_A_DAY: Final = 86_400 * NANOS_A_SECOND


@dataclass(frozen=True, order=True)
class YearsMonths:
    """A duration of whole months, as P1Y8M: negative ones go back in time."""

    months: int


@dataclass(frozen=True)
class LongDuration:
    """A days and time duration that a timedelta cannot hold: too long, or finer than 1 µs."""

    nanos: int


@dataclass(frozen=True)
class LongDate:
    """A date outside the years 1 to 9999."""

    year: int
    month: int
    day: int


@dataclass(frozen=True)
class LongDateTime:
    """A date and time outside the years 1 to 9999; `nanos` count from midnight."""

    date: LongDate
    nanos: int
    zone: tzinfo | None = None


class NanoTime(time):
    """A time finer than 1 µs: `nanos` are the three digits behind the microseconds."""

    nanos: int


class NanoDateTime(datetime):
    """A date and time finer than 1 µs."""

    nanos: int


@dataclass(frozen=True)
class Range:
    """All values from `start` to `end`; `sign` is set for `< 5`, `= 5`, `!= 5`, … alone.

    A range by sign has no limit on its open side (None, not included).
    """

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True
    sign: str = ""


class Function:
    """What can be called; `call` takes the run and one value for each of `parameters`."""

    __slots__ = ("call", "name", "parameters", "types")

    def __init__(
        self,
        parameters: tuple[str, ...],
        call: Callable[..., Any],
        name: str = "",
        types: tuple[Any, ...] = (),
    ) -> None:
        self.parameters, self.call, self.name, self.types = parameters, call, name, types


NUMBERS: Final = frozenset((Decimal, int, float))
_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    int: "number",
    float: "number",
    str: "string",
    date: "date",
    LongDate: "date",
    time: "time",
    NanoTime: "time",
    datetime: "date and time",
    NanoDateTime: "date and time",
    LongDateTime: "date and time",
    timedelta: "days and time duration",
    LongDuration: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    tuple: "list",
    dict: "context",
    Range: "range",
}
WORDS: Final = {"string": "text", "boolean": "yes/no"}


def kind_of(value: Any) -> str:
    """The standard's name of a value's type; `other` for what FEEL cannot hold."""
    return _KINDS.get(type(value)) or _learn(type(value))


def _learn(cls: type) -> str:
    if issubclass(cls, Function):
        found = "function"
    elif issubclass(cls, Mapping):
        found = "context"
    else:
        found = next((_KINDS[base] for base in cls.__mro__ if base in _KINDS), "other")
    if len(_KINDS) < 1000:
        _KINDS[cls] = found
    return found


def kind(value: Any) -> str:
    """A value's kind in words for people."""
    found = kind_of(value)
    return WORDS.get(found, found)


def to_nanos(duration: timedelta | LongDuration) -> int:
    """A days and time duration in nanoseconds."""
    if isinstance(duration, LongDuration):
        return duration.nanos
    return (
        duration.days * NANOS_A_DAY
        + duration.seconds * NANOS_A_SECOND
        + duration.microseconds * 1000
    )


def from_nanos(nanos: int) -> timedelta | LongDuration:
    """The duration of so many nanoseconds, as a timedelta when it fits."""
    if nanos % 1000 == 0 and -999_999_999 * NANOS_A_DAY <= nanos < 10**9 * NANOS_A_DAY:
        return timedelta(microseconds=nanos // 1000)
    return LongDuration(nanos)
