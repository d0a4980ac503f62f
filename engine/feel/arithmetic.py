"""+ - * / ** on numbers, texts, dates, times and durations; null where there is no answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any, Final

from engine.feel import calendar
from engine.feel.compare import exact
from engine.feel.literals import DECIMAL128
from engine.feel.runtime import Run
from engine.feel.values import (
    NANOS_A_DAY,
    NANOS_A_SECOND,
    LongDuration,
    YearsMonths,
    from_nanos,
    kind_of,
    to_nanos,
)

DAYS: Final = "days and time duration"
MONTHS: Final = "years and months duration"
MOMENT: Final = "date and time"
POWER: Final = 60  # steps that a power, root or logarithm may cost
_MAX_MONTHS: Final = 12 * calendar.MAX_YEAR
_MAX_NANOS: Final = 10**30
Operation = Callable[[Any, Any, Run], Any]


def _rounded(value: Any) -> Decimal:
    """A number with 34 digits: powers of one with thousands from outside take seconds."""
    return DECIMAL128.plus(Decimal(value))


_NUMBERS: Final[dict[str, Callable[[Any, Any], Decimal]]] = {
    "+": DECIMAL128.add,
    "-": DECIMAL128.subtract,
    "*": DECIMAL128.multiply,
    "/": DECIMAL128.divide,
    "**": lambda a, b: DECIMAL128.power(_rounded(a), _rounded(b)),
}


def numbers(sign: str, left: Any, right: Any, run: Run) -> Any:
    """Two numbers combined in decimal128; null when the answer is none (1 / 0) or too large."""
    if sign == "**":
        run.charge(POWER)
    try:
        found = _NUMBERS[sign](exact(left), exact(right))
        return found if found.is_finite() else run.null("The result is no number.")
    except DecimalException:
        if sign == "/" and right == 0:
            return run.null("Cannot divide by zero.")
        return run.null(f"The result of {sign} is no number that can be held.")


def possible(sign: str, first: str, second: str) -> bool:
    """Whether values of two kinds can be combined at all."""
    return (sign, first, second) in _TABLE


def result(sign: str, first: str, second: str) -> str | None:
    """The kind of what combines two kinds that are not both numbers."""
    moments = ("date", "time", MOMENT)
    if sign == "-" and first in moments and second in moments:
        return DAYS
    if sign == "/":
        return "number" if first == second else first
    return next((kind for kind in (first, second) if kind in moments), None) or (
        second if first == "number" else first
    )


def combine(sign: str, left: Any, right: Any, run: Run) -> Any:
    """`left sign right` for any two values."""
    first, second = kind_of(left), kind_of(right)
    if first == second == "number":
        return numbers(sign, left, right, run)
    operation = _TABLE.get((sign, first, second))
    if operation is None:
        return run.null(f"{WORDS[sign]} is not possible with {{}} and {{}}.", left, right)
    noted = run.noted
    found = operation(left, right, run)
    if found is None and run.noted == noted:
        return run.null("The result lies beyond the dates and durations there can be.")
    return found


def negate(value: Any, run: Run) -> Any:
    kind = kind_of(value)
    if kind == "number":
        return DECIMAL128.minus(exact(value))
    if kind == DAYS:
        return from_nanos(-to_nanos(value))
    if kind == MONTHS:
        return YearsMonths(-value.months)
    return run.null("There is no negative of {}.", value)


def _concatenate(left: str, right: str, run: Run) -> str:
    run.charge_text(len(left) + len(right))
    return left + right


def duration(nanos: Any) -> Any:
    """The duration of so many nanoseconds; null when none can be so long."""
    return from_nanos(int(nanos)) if abs(nanos) < _MAX_NANOS else None


def months(count: Any) -> YearsMonths | None:
    return YearsMonths(int(count)) if abs(count) <= _MAX_MONTHS else None


def _midnight(value: Any) -> Any:
    """A date as its first moment in UTC, when it meets a date and time."""
    if kind_of(value) == "date":
        from datetime import UTC

        return calendar.join(value, 0, UTC)
    return value


def _between(left: Any, right: Any, run: Run) -> Any:
    first, second = _midnight(left), _midnight(right)
    if (calendar.zone_of(first) is None) != (calendar.zone_of(second) is None):
        return run.null("One of the two has a time zone, the other none.")
    return duration(calendar.instant(first) - calendar.instant(second))


def _times_apart(left: Any, right: Any, run: Run) -> Any:
    ahead, behind = calendar.offset(left), calendar.offset(right)
    if (ahead is None) != (behind is None):
        return run.null("One of the two has a time zone, the other none.")
    nanos = calendar.clock_nanos(left) - calendar.clock_nanos(right)
    if ahead and behind:
        nanos += to_nanos(behind) - to_nanos(ahead)
    return duration(nanos)


def _scaled(unit: Callable[[Any], Any], build: Callable[[Any], Any], sign: str) -> Operation:
    def scale(left: Any, right: Any, run: Run) -> Any:
        value = numbers(sign, Decimal(unit(left)), right, run)
        return None if value is None else build(value)

    return scale


def _ratio(unit: Callable[[Any], Any]) -> Operation:
    def ratio(left: Any, right: Any, run: Run) -> Any:
        return numbers("/", Decimal(unit(left)), Decimal(unit(right)), run)

    return ratio


def _month_count(value: YearsMonths) -> int:
    return value.months


def _swapped(operation: Operation) -> Operation:
    return lambda left, right, run: operation(right, left, run)


def _later(left: Any, right: Any, run: Run) -> Any:
    return calendar.add_nanos(left, right)


def _earlier(left: Any, right: Any, run: Run) -> Any:
    return calendar.add_nanos(left, right, -1)


def _months_later(left: Any, right: Any, run: Run) -> Any:
    return calendar.shift(left, right.months)


def _months_earlier(left: Any, right: Any, run: Run) -> Any:
    return calendar.shift(left, -right.months)


def _moments() -> dict[tuple[str, str, str], Operation]:
    """What adds to and takes from dates and times."""
    table: dict[tuple[str, str, str], Operation] = {}
    for kind in ("date", "time", MOMENT):
        table["+", kind, DAYS], table["-", kind, DAYS] = _later, _earlier
        table["+", DAYS, kind] = _swapped(_later)
    for kind in ("date", MOMENT):
        table["+", kind, MONTHS], table["-", kind, MONTHS] = _months_later, _months_earlier
        table["+", MONTHS, kind] = _swapped(_months_later)
        for other in ("date", MOMENT):
            table["-", kind, other] = _between
    table["-", "time", "time"] = _times_apart
    return table


_TABLE: Final[dict[tuple[str, str, str], Operation]] = {
    **_moments(),
    ("+", "string", "string"): _concatenate,
    ("+", DAYS, DAYS): lambda a, b, run: duration(to_nanos(a) + to_nanos(b)),
    ("-", DAYS, DAYS): lambda a, b, run: duration(to_nanos(a) - to_nanos(b)),
    ("*", DAYS, "number"): _scaled(to_nanos, duration, "*"),
    ("*", "number", DAYS): _swapped(_scaled(to_nanos, duration, "*")),
    ("/", DAYS, "number"): _scaled(to_nanos, duration, "/"),
    ("/", DAYS, DAYS): _ratio(to_nanos),
    ("+", MONTHS, MONTHS): lambda a, b, run: months(a.months + b.months),
    ("-", MONTHS, MONTHS): lambda a, b, run: months(a.months - b.months),
    ("*", MONTHS, "number"): _scaled(_month_count, months, "*"),
    ("*", "number", MONTHS): _swapped(_scaled(_month_count, months, "*")),
    ("/", MONTHS, "number"): _scaled(_month_count, months, "/"),
    ("/", MONTHS, MONTHS): _ratio(_month_count),
}
WORDS: Final = {
    "+": "Adding",
    "-": "Taking away",
    "*": "Multiplying",
    "/": "Dividing",
    "**": "Raising to a power",
}
__all__ = ["NANOS_A_DAY", "NANOS_A_SECOND", "LongDuration", "combine", "negate", "numbers"]
