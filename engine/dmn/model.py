"""A model as read: its decisions, and how each is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine import feel

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision gave; `matched` are the rules of its table, counted from 1."""

    value: Any
    matched: tuple[int, ...] = ()
    no_match: bool = False
    inputs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a test for each input, an expression for each output."""

    id: str
    tests: tuple[feel.Expression, ...]
    values: tuple[feel.Expression, ...]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    expression: feel.Expression | None = None
    default: feel.Expression | None = None
    allowed: feel.Expression | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rules: tuple[Rule, ...]
    policy: str
    aggregation: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: `outputs` are the names its value is written to."""

    id: str
    name: str
    variable: str
    logic: Table | feel.Expression
    requires: tuple[str, ...] = ()

    @property
    def outputs(self) -> tuple[str, ...]:
        if isinstance(self.logic, Table):
            named = tuple(column.name for column in self.logic.outputs)
            return tuple(name or self.variable for name in named)
        return (self.variable,)


@dataclass(frozen=True, slots=True)
class Model:
    """A file of decisions, by id."""

    name: str
    namespace: str
    file: str
    decisions: Mapping[str, Decision]

    def find(self, key: str) -> Decision | None:
        """The decision of that id, or else of that name."""
        if key in self.decisions:
            return self.decisions[key]
        return next((d for d in self.decisions.values() if d.name == key), None)

    def decide(
        self, key: str, context: Mapping[str, Any], *, clock: Clock | None = None
    ) -> Outcome:
        """Decide, after whatever the decision requires; KeyError when there is no such decision."""
        from .evaluation import decide

        decision = self.find(key)
        if decision is None:
            raise KeyError(key)
        return decide(self, decision, context, clock)
