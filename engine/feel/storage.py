"""Values as JSON, and back with the same type: what JSON lacks is tagged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from engine.feel import temporal
from engine.feel.values import Range, kind_of

TAG: Final = "@feel"
_PLAIN: Final = frozenset((str, bool, int, type(None)))
_EXACT: Final = 2**53
_TEMPORAL: Final = {
    "date": "date",
    "time": "time",
    "date and time": "moment",
    "days and time duration": "duration",
    "years and months duration": "duration",
}


def to_json(value: Any) -> Any:
    """What `json.dumps` takes and `from_json` makes the same value of; TypeError for a function."""
    cls = type(value)
    if cls in _PLAIN:
        return value
    if cls is dict:
        return _context(value)
    if cls is list or cls is tuple:
        return [item if type(item) in _PLAIN else to_json(item) for item in value]
    if cls is Decimal:
        return _number(value)
    if cls is float:
        return _number(Decimal(repr(value)))
    return _tagged(value)


def _context(value: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: item if type(item) in _PLAIN else to_json(item) for key, item in value.items()}
    return {TAG: "context", "value": made} if TAG in made else made


def _number(value: Decimal) -> Any:
    if value.is_finite() and abs(value) <= _EXACT and value == value.to_integral_value():
        return int(value)
    return {TAG: "number", "value": str(value)}


def _tagged(value: Any) -> Any:
    kind = kind_of(value)
    if kind in _TEMPORAL:
        return {TAG: _TEMPORAL[kind], "value": temporal.text_of(value)}
    if kind == "range":
        parts = [value.start, value.end]
        flags = [value.start_included, value.end_included, value.sign]
        return {TAG: "range", "value": [*map(to_json, parts), *flags]}
    if kind == "context":
        return _context(value)
    if kind in ("string", "number", "boolean", "list"):
        return to_json(_BASES[kind](value))
    raise TypeError(f"a value of kind {kind} cannot be stored")


_BASES: Final[dict[str, Callable[[Any], Any]]] = {
    "string": str,
    "number": lambda value: Decimal(repr(value) if isinstance(value, float) else value),
    "boolean": bool,
    "list": list,
}


def _range(parts: list[Any]) -> Range:
    start, end, *flags = parts
    return Range(from_json(start), from_json(end), *flags)


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "number": Decimal,
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "moment": temporal.parse_date_time,
    "duration": temporal.parse_duration,
    "range": _range,
    "context": lambda value: {key: from_json(item) for key, item in value.items()},
}


def from_json(stored: Any) -> Any:
    """The value that `to_json` made this of."""
    cls = type(stored)
    if cls in _PLAIN:
        return stored
    if cls is list:
        return [item if type(item) in _PLAIN else from_json(item) for item in stored]
    if cls is dict:
        tag = stored.get(TAG)
        if tag is not None:
            return _READERS[tag](stored["value"])
        return {
            key: item if type(item) in _PLAIN else from_json(item) for key, item in stored.items()
        }
    return Decimal(repr(stored)) if cls is float else stored
