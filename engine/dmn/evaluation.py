"""Decide: values of what is required first, each decided once in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import feel
from engine.errors import ExpressionLimit
from engine.feel.cleaning import FOREIGN, Cleaned, clean
from engine.feel.expression import limit, settled

from .model import Clock, Decision, Element, Input, Knowledge, Model, Outcome, Requirement, Service
from .types import Kind, coerce, fit

MISSING: Any = object()
ZONE = "Europe/London"


def decide(
    model: Model,
    key: str,
    context: Mapping[str, Any],
    setting: tuple[Clock | None, Mapping[str, Any]],
) -> Outcome:
    """The outcome of a decision or service."""
    clock, given = setting
    notes: list[str] = []
    run = feel.Run(clock, ZONE, notes)
    try:
        return _decided(Evaluation(model, context, run, given), key, notes)
    except (ExpressionLimit, RecursionError) as error:
        raise limit(error, key) from None
    except FOREIGN:
        notes.clear()
        cleaned = {name: clean(value) for name, value in given.items()}
        return _decided(Evaluation(model, Cleaned(context), run, cleaned), key, notes)


def _decided(evaluation: Evaluation, key: str, notes: list[str]) -> Outcome:
    decision = evaluation.model.find(key)
    if decision is not None:
        return _outcome(evaluation, decision, notes)
    service = evaluation.model.find_service(key)
    if service is None:
        raise KeyError(key)
    value = evaluation.service(service, evaluation.inputs, evaluation.given)
    return Outcome(value, variables={service.name: value}, trace=tuple(notes))


def _outcome(evaluation: Evaluation, decision: Decision, notes: list[str]) -> Outcome:
    run, table = evaluation.run, decision.table
    if table is None:
        value = settled(evaluation.value(decision), run)
        return Outcome(value, variables={decision.variable: value}, trace=tuple(notes))
    hits = table.hits(feel.Frame(evaluation.scope(decision.requires), run))
    value = settled(coerce(hits.value, decision.kind, run, f"“{decision.name}”"), run)
    kinds = {
        column.expression.text.strip(): feel.kind(given)
        for column, given in zip(table.inputs, hits.inputs, strict=True)
    }
    variables = _variables(decision, hits.rows, value, run)
    return Outcome(value, hits.matched, hits.no_match, kinds, variables, tuple(notes))


def _variables(
    decision: Decision, rows: tuple[tuple[Any, ...], ...], value: Any, run: feel.Run
) -> dict[str, Any]:
    """What is written under each output's name; a list of a column where several rules count."""
    names = decision.outputs
    if len(names) == 1:
        return {names[0]: value}
    if isinstance(value, Mapping):
        return {name: value.get(name) for name in names}
    if isinstance(value, list):
        return {name: [settled(row[i], run) for row in rows] for i, name in enumerate(names)}
    return dict.fromkeys(names, value if rows else None)


class Evaluation:
    """One run of one model: inputs from outside and what has been decided so far."""

    def __init__(self, model: Model, inputs: Any, run: feel.Run, given: Mapping[str, Any]) -> None:
        self.model, self.inputs, self.run, self.given = model, inputs, run, given
        self.known: dict[str, Any] = {}
        self.imported: dict[str, Evaluation] = {}

    def value(self, decision: Decision) -> Any:
        """A decision's value: given, decided before, or decided now."""
        found = self.known.get(decision.id, MISSING)
        if found is MISSING:
            what = f"“{decision.name}”"
            found = self.given.get(decision.name, MISSING)
            if found is MISSING:
                found = decision.logic(feel.Frame(self.scope(decision.requires), self.run))
            found = self.known[decision.id] = coerce(found, decision.kind, self.run, what)
        return found

    def scope(self, requires: tuple[Requirement, ...]) -> feel.Scope:
        """The names a decision sees: what it requires, then what was given from outside."""
        return feel.Scope(self.required(requires), self.inputs)

    def required(self, requires: tuple[Requirement, ...]) -> dict[str, Any]:
        own: dict[str, Any] = {}
        for requirement in requires:
            there, names = self, own
            if requirement.source:
                there = self.of_import(requirement.source, requirement.alias)
            if requirement.alias:
                names = own.setdefault(requirement.alias, {})
            element = there.model.elements.get(requirement.key)
            if element is not None:
                there.bind(element, names)
        return own

    def of_import(self, source: str, alias: str) -> Evaluation:
        """The evaluation of an imported model; its inputs may stand under the import's name."""
        found = self.imported.get(source)
        if found is None:
            inner = self.inputs.get(alias)
            inputs = feel.Scope(inner, self.inputs) if isinstance(inner, Mapping) else self.inputs
            model = self.model.imports[source]
            found = self.imported[source] = Evaluation(model, inputs, self.run, self.given)
        return found

    def bind(self, element: Element, names: dict[str, Any]) -> None:
        """Put a required thing's value under its name."""
        if isinstance(element, Decision):
            names[element.variable] = self.value(element)
        elif isinstance(element, Input):
            found = self.inputs.get(element.name, MISSING)
            if found is not MISSING:
                names[element.name] = coerce(found, element.kind, self.run, f"“{element.name}”")
        elif isinstance(element, Knowledge):
            names[element.name] = self.function(element)
        else:
            names[element.name] = self.service_function(element)

    def function(self, knowledge: Knowledge) -> Any:
        """A business knowledge model as a function, which sees only what it requires."""
        own = self.known.get(knowledge.id, MISSING)
        if own is MISSING:
            scope: dict[str, Any] = {}
            frame = feel.Frame(feel.Scope(scope, {}), self.run)
            own = _giving(knowledge.define(frame), knowledge)
            self.known[knowledge.id] = own
            scope[knowledge.name] = own
            scope.update(self.required(knowledge.requires))
        return own

    def service_function(self, service: Service) -> feel.Function:
        """A decision service as a function: its input data in order, then its input decisions."""
        elements = [
            self.model.elements[key] for key in service.input_data + service.input_decisions
        ]
        names = tuple(element.name for element in elements)
        kinds = [e.kind if isinstance(e, Input | Decision) else None for e in elements]

        def call(run: feel.Run, *values: Any) -> Any:
            given = dict(zip(names, values, strict=True))
            return self.service(service, given, given)

        return feel.Function(names, call, service.name, tuple(fitter(kind) for kind in kinds))

    def service(self, service: Service, inputs: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
        """A service's value: its one output decision's, or a context of them all."""
        elements = self.model.elements
        asked = [elements[key] for key in service.input_decisions]
        decided = {
            one.name: given.get(one.name, inputs.get(one.name))
            for one in asked
            if isinstance(one, Decision)
        }
        inner = Evaluation(self.model, inputs, self.run, decided)
        outputs = [elements[key] for key in service.outputs]
        found = {one.variable: inner.value(one) for one in outputs if isinstance(one, Decision)}
        value = found if len(found) != 1 else next(iter(found.values()))
        return settled(coerce(value, service.kind, self.run, f"“{service.name}”"), self.run)


def _giving(function: Any, knowledge: Knowledge) -> Any:
    """The function with its result made to fit the type of the knowledge model."""
    kind = knowledge.kind
    if kind is None or not isinstance(function, feel.Function):
        return function
    inner, what = function.call, f"“{knowledge.name}”"

    def call(run: feel.Run, *values: Any) -> Any:
        return coerce(inner(run, *values), kind, run, what)

    return feel.Function(function.parameters, call, knowledge.name, function.types)


def fitter(kind: Kind | None) -> Any:
    """What makes an argument fit a parameter's type, for a function value's `types`."""
    return None if kind is None else lambda value, run: fit(value, kind, run)
