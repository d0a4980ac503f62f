"""A model's own types: what has one, which values are allowed, how a value is made to fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import feel
from engine.feel.compiler.types import MISFIT, TYPE_NAMES, TypeCheck, checker, fitted
from engine.feel.syntax.tree import Type

Find = Callable[[str], "Kind | None"]


@dataclass(slots=True)
class Kind:
    """A type: `base` names another one or `parts` are a context's entries; `allowed` restricts the
    value (each item's, of a list), `constraint` the whole."""

    name: str
    find: Find
    base: str = ""
    parts: Mapping[str, Kind] = field(default_factory=dict)
    is_list: bool = False
    parameters: int | None = None
    allowed: feel.Expression | None = None
    constraint: feel.Expression | None = None

    def has(self, value: Any) -> bool:
        """Whether the value is of this type, allowed values apart (`instance of` asks this)."""
        if not self.is_list:
            return self._has_one(value)
        return isinstance(value, list) and all(
            item is None or self._has_one(item) for item in value
        )

    def _has_one(self, value: Any) -> bool:
        if self.parameters is not None:
            return isinstance(value, feel.Function) and (len(value.parameters) == self.parameters)
        if self.parts:
            return isinstance(value, Mapping) and all(
                name in value and (value[name] is None or kind.has(value[name]))
                for name, kind in self.parts.items()
            )
        base = self.find(self.base) if self.base else None
        return base is None or base.has(value)

    def permits(self, value: Any, run: feel.Run) -> bool:
        """Whether a value of this type keeps to the allowed values, in all its parts."""
        if value is None:
            return True
        if self.is_list and not all(self._permits_one(item, run) for item in value):
            return False
        if not self.is_list and not self._permits_one(value, run):
            return False
        return _passes(self.constraint, value, run)

    def _permits_one(self, value: Any, run: feel.Run) -> bool:
        if value is None or not _passes(self.allowed, value, run):
            return value is None
        if self.parts:
            return all(kind.permits(value.get(name), run) for name, kind in self.parts.items())
        base = self.find(self.base) if self.base else None
        return base is None or base.permits(value, run)


def _passes(tests: feel.Expression | None, value: Any, run: feel.Run) -> bool:
    if tests is None or tests.match is None:
        return True
    return tests.match(value, feel.Frame({}, run)) is True


def plain(name: str) -> Kind | None:
    """One of the language's own types; None for a name it lacks."""
    if name not in TYPE_NAMES:
        return None
    check = checker(Type(name), {})
    return _Plain(name, check) if check is not None else None


class _Plain(Kind):
    """A type of the language."""

    def __init__(self, name: str, check: TypeCheck) -> None:
        super().__init__(name, lambda other: None)
        self.check = check

    def has(self, value: Any) -> bool:
        return self.check(value)

    def permits(self, value: Any, run: feel.Run) -> bool:
        return True


def coerce(value: Any, kind: Kind | None, run: feel.Run, what: str = "The value") -> Any:
    """The value as the type wants it, out of or into a list of one; null when it does not fit."""
    found = fit(value, kind, run)
    if found is not MISFIT:
        return found
    name = (kind.name if kind else "").replace("{", "").replace("}", "")
    return run.null(f"{what} is no {name or 'such value'}, but {{}}.", value)


def fit(value: Any, kind: Kind | None, run: feel.Run) -> Any:
    """As `coerce`, but MISFIT when it does not fit."""
    if value is None or kind is None:
        return value
    value = fitted(value, kind.has)
    return value if value is MISFIT or kind.permits(value, run) else MISFIT
