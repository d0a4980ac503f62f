"""A model as read: its decisions, inputs, functions and services, and what each requires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine import feel
from engine.errors import Problem

from .table import Table
from .types import Kind

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision gave.

    `matched` are the rules of its table, counted from 1; `no_match` when none did and the table
    has no default; `inputs` the kind of value each input expression had, in words; `variables`
    what is to be written under which name; `trace` sentences on what became null and why.
    """

    value: Any
    matched: tuple[int, ...] = ()
    no_match: bool = False
    inputs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A thing required by id; `source` is the namespace of the import it is of, `alias` the name
    it is imported under (without one its things are known by their own names)."""

    key: str
    source: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """Data from outside."""

    id: str
    name: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `expressions` are all in it, with the id of the element each stands in, and
    `free` the names they read that nothing in the file gives: the caller's context must."""

    id: str
    name: str
    variable: str
    logic: feel.Closure
    kind: Kind | None = None
    requires: tuple[Requirement, ...] = ()
    expressions: tuple[tuple[str, feel.Expression], ...] = ()
    free: frozenset[str] = frozenset()

    @property
    def table(self) -> Table | None:
        """Its decision table, when that is what it is."""
        return self.logic if isinstance(self.logic, Table) else None

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names its value is written to."""
        if self.table is None:
            return (self.variable,)
        return tuple(column.name or self.variable for column in self.table.outputs)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function."""

    id: str
    name: str
    define: Callable[[feel.Frame], Any]
    kind: Kind | None = None  # of what it gives
    requires: tuple[Requirement, ...] = ()
    expressions: tuple[tuple[str, feel.Expression], ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: decisions as one function."""

    id: str
    name: str
    outputs: tuple[str, ...]
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()
    kind: Kind | None = None


Element = Decision | Input | Knowledge | Service


@dataclass(frozen=True, slots=True)
class Model:
    """A file of decisions; `elements` are all things that can be required, by id."""

    name: str
    namespace: str
    file: str
    elements: Mapping[str, Element]
    imports: Mapping[str, Model] = field(default_factory=dict)  # by namespace
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()  # of the reader; `check` says them with its own

    @property
    def decisions(self) -> dict[str, Decision]:
        return {key: e for key, e in self.elements.items() if isinstance(e, Decision)}

    @property
    def services(self) -> dict[str, Service]:
        return {key: e for key, e in self.elements.items() if isinstance(e, Service)}

    def find(self, key: str) -> Decision | None:
        """The decision of that id, or else of that name."""
        found = self.elements.get(key)
        if isinstance(found, Decision):
            return found
        return next((d for d in self.decisions.values() if d.name == key), None)

    def find_service(self, key: str) -> Service | None:
        return self.services.get(key) or next(
            (s for s in self.services.values() if s.name == key), None
        )

    def reads(self, key: str) -> frozenset[str]:
        """The names that deciding `key` reads from the context: inputs, and names not required."""
        decision = self.find(key)
        if decision is None:
            return frozenset()
        found = set(decision.free)
        for requirement in decision.requires:
            there = self.imports[requirement.source] if requirement.source else self
            element = there.elements.get(requirement.key)
            if isinstance(element, Input):
                found.add(element.name)
            elif isinstance(element, Decision):
                found |= there.reads(element.id)
        return frozenset(found)

    def decide(
        self,
        key: str,
        context: Mapping[str, Any],
        *,
        clock: Clock | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Decide what `key` names, a decision or a service, after all it requires.

        `given` are values for required decisions by name, which are then not decided. KeyError
        when there is no such decision; ExpressionLimit when it takes too many steps.
        """
        from .evaluation import decide

        return decide(self, key, context, (clock, given or {}))
