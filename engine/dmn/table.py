"""A decision table: which rules match, and what the hit policy makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine import feel

from .types import Kind, coerce


@dataclass(frozen=True, slots=True)
class Input:
    """An input column: its expression, its type, and the values it may have."""

    label: str
    expression: feel.Expression
    kind: Kind | None = None
    allowed: feel.Expression | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """An output column; `priority` are the values of its list, the first the highest."""

    name: str
    kind: Kind | None = None
    allowed: feel.Expression | None = None
    priority: tuple[Any, ...] = ()
    default: feel.Expression | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: tests for the inputs, expressions for the outputs, and what a person noted."""

    id: str
    tests: tuple[feel.Expression, ...]
    values: tuple[feel.Expression, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """What a table gave: its value, the rules that matched from 1, the inputs' values."""

    value: Any
    matched: tuple[int, ...] = ()
    no_match: bool = False
    inputs: tuple[Any, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(slots=True)
class Table:
    """A decision table, callable as an expression's closure is."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    policy: str = "UNIQUE"
    aggregation: str = ""
    id: str = ""
    _rows: tuple[tuple[tuple[int, Any], ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._rows = tuple(
            tuple(
                (index, test.match)
                for index, test in enumerate(rule.tests)
                if test.match is not None
            )
            for rule in self.rules
        )

    def __call__(self, frame: feel.Frame) -> Any:
        return self.hits(frame).value

    def hits(self, frame: feel.Frame) -> Hits:
        """Evaluate every input once, then the rules from the top."""
        from .hits import resolve

        values = tuple(self._input(column, frame) for column in self.inputs)
        matched = self.matching(values, frame)
        return resolve(self, matched, values, frame)

    def _input(self, column: Input, frame: feel.Frame) -> Any:
        value = column.expression.closure(frame)
        if column.kind is not None:
            value = coerce(value, column.kind, frame.run, f"“{column.label}”")
        allowed = column.allowed
        if value is None or allowed is None or allowed.match is None:
            return value
        if allowed.match(value, frame) is not True:
            label = column.label.replace("{", "").replace("}", "")
            return frame.run.null(f"“{label}” has a value that its column does not list.")
        return value

    def matching(self, values: tuple[Any, ...], frame: feel.Frame) -> list[int]:
        """The rules that match, counted from 1; the first alone where only the first counts."""
        found: list[int] = []
        first_only = self.policy == "FIRST"
        frame.run.charge(len(self.rules))
        for number, row in enumerate(self._rows, 1):
            for index, test in row:
                if test(values[index], frame) is not True:
                    break
            else:
                found.append(number)
                if first_only:
                    break
        return found
