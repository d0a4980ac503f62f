"""Types by name: whether a value has one, and how a value is made to fit (DMN 1.5, 10.3.2.9.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any, Final

from engine.feel import calendar
from engine.feel.runtime import Run
from engine.feel.syntax import tree
from engine.feel.values import Function, Range, kind_of

TypeCheck = Callable[[Any], bool]
Fitter = Callable[[Any, Run], Any]
MISFIT: Final[Any] = object()
_NAMES: Final = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "day and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "year and month duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "list": "list",
    "context": "context",
    "range": "range",
    "function": "function",
}
TYPE_NAMES: Final = frozenset(_NAMES) | {"Any", "Null"}


def checker(kind: tree.Type, own: Mapping[str, TypeCheck]) -> TypeCheck | None:
    """The test for a type; None when there is no type of that name."""
    if kind.name in own:
        return own[kind.name]
    if kind.name == "Any":
        return lambda value: value is not None
    if kind.name == "Null":
        return lambda value: value is None
    name = _NAMES.get(kind.name)
    if name is None:
        return None
    build = _BUILDERS.get(name)
    if build is not None and (kind.of or kind.entries):
        return build(kind, own)
    return lambda value: kind_of(value) == name


def _list(kind: tree.Type, own: Mapping[str, TypeCheck]) -> TypeCheck | None:
    item = _or_null(checker(kind.of[0], own))
    if item is None:
        return None
    return lambda value: isinstance(value, list) and all(item(one) for one in value)


def _range(kind: tree.Type, own: Mapping[str, TypeCheck]) -> TypeCheck | None:
    end = _or_null(checker(kind.of[0], own))
    if end is None:
        return None
    return lambda value: isinstance(value, Range) and end(value.start) and end(value.end)


def _context(kind: tree.Type, own: Mapping[str, TypeCheck]) -> TypeCheck | None:
    entries = {name: _or_null(checker(inner, own)) for name, inner in kind.entries}

    def check(value: Any) -> bool:
        return isinstance(value, Mapping) and all(
            name in value and (test is None or test(value[name])) for name, test in entries.items()
        )

    return check


def _function(kind: tree.Type, own: Mapping[str, TypeCheck]) -> TypeCheck | None:
    count = len(kind.of) - 1
    return lambda value: isinstance(value, Function) and len(value.parameters) == count


def _or_null(check: TypeCheck | None) -> TypeCheck | None:
    """Inside lists, contexts and ranges null stands for a missing value of any type."""
    return None if check is None else lambda value: value is None or check(value)


_BUILDERS: Final = {"list": _list, "range": _range, "context": _context, "function": _function}


def fitted(value: Any, check: TypeCheck) -> Any:
    """The value after the implicit conversions that make it pass the check, else MISFIT.

    Those are out of a list of one, into one, and from a date to its first moment in UTC.
    """
    if value is None or check(value):
        return value
    if isinstance(value, list) and len(value) == 1 and check(value[0]):
        return value[0]
    if check([value]):
        return [value]
    if kind_of(value) == "date" and check(moment := calendar.join(value, 0, UTC)):
        return moment
    return MISFIT


def fitter(check: TypeCheck | None) -> Fitter | None:
    """What makes an argument fit a parameter of that type."""
    return None if check is None else lambda value, run: fitted(value, check)
