"""Values from outside that FEEL cannot hold count as null: NaN, infinity, foreign objects."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, DecimalException
from typing import Any, Final

from engine.feel import arithmetic
from engine.feel.literals import DECIMAL128
from engine.feel.runtime import MISSING
from engine.feel.values import LongDuration, Range, YearsMonths, kind_of

# What a foreign value makes Python raise somewhere inside.
FOREIGN: Final = (ArithmeticError, ValueError, TypeError, AttributeError)


class Cleaned:
    """A context in which foreign values are null; for the run after one that met such a value.

    Looking at each value first would cost every expression what one in a million needs.
    """

    __slots__ = ("context",)

    def __init__(self, context: Any) -> None:
        self.context = context

    def get(self, name: str, default: Any = None) -> Any:
        found = self.context.get(name, MISSING)
        return default if found is MISSING else clean(found)


def clean(value: Any) -> Any:
    """The value with null for each part that is none of FEEL's."""
    kind = kind_of(value)
    if kind == "number":
        return _number(value)
    if kind == "list":
        return [clean(item) for item in value]
    if kind == "context":
        entries: Mapping[Any, Any] = value
        return {k: clean(v) for k, v in entries.items() if isinstance(k, str)}
    if kind == "range":
        return _range(value)
    if isinstance(value, YearsMonths):
        return arithmetic.months(value.months)
    if isinstance(value, LongDuration):
        return arithmetic.duration(value.nanos)
    return None if kind == "other" else value


def _number(value: Any) -> Decimal | None:
    try:
        found = DECIMAL128.create_decimal(repr(value) if type(value) is float else value)
    except DecimalException:
        return None
    return found if found.is_finite() else None


def _range(value: Range) -> Range | None:
    start, end = clean(value.start), clean(value.end)
    if kind_of(start) != kind_of(end) and not (value.sign or start is None or end is None):
        return None
    return Range(start, end, value.start_included, value.end_included, value.sign)
