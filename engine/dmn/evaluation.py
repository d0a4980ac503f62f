"""Decide: inputs, matching rules, hit policies."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from engine import feel

from .model import Clock, Column, Decision, Model, Outcome, Table


def decide(
    model: Model, decision: Decision, context: Mapping[str, Any], clock: Clock | None
) -> Outcome:
    """The outcome of one decision."""
    known: dict[str, Any] = {}
    view = ChainMap(known, context)  # type: ignore[arg-type]  # never written but its first map
    for key in decision.requires:
        needed = model.find(key)
        if needed is not None and needed.variable not in context:
            known[needed.variable] = decide(model, needed, view, clock).value
    logic = decision.logic
    if isinstance(logic, Table):
        return _table(decision, logic, view, clock)
    value, notes = logic.trace(view, clock=clock)
    return Outcome(value, variables={decision.variable: value}, trace=tuple(notes))


def _table(
    decision: Decision, table: Table, view: Mapping[str, Any], clock: Clock | None
) -> Outcome:
    values = [
        column.expression.evaluate(view, clock=clock) if column.expression else None
        for column in table.inputs
    ]
    kinds = {
        column.name: feel.kind(value) for column, value in zip(table.inputs, values, strict=True)
    }
    matched = []
    for number, rule in enumerate(table.rules, 1):
        if all(
            test.evaluate(ChainMap({"?": value}, view), clock=clock) is True  # type: ignore[arg-type]
            for test, value in zip(rule.tests, values, strict=True)
        ):
            matched.append(number)
            if table.policy == "FIRST":
                break
    names = decision.outputs
    rows = [
        [expression.evaluate(view, clock=clock) for expression in table.rules[n - 1].values]
        for n in matched
    ]
    return _outcome(table, names, (matched, rows), kinds)


def _outcome(
    table: Table,
    names: tuple[str, ...],
    found: tuple[list[int], list[list[Any]]],
    kinds: dict[str, str],
) -> Outcome:
    matched, rows = found
    if table.policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
        value: Any = [_row(table.outputs, row) for row in rows]
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        variables = {name: list(column) for name, column in zip(names, columns, strict=True)}
        return Outcome(value, tuple(matched), not matched, kinds, variables)
    if not rows or (table.policy == "UNIQUE" and len(rows) > 1):
        return Outcome(None, tuple(matched), not rows, kinds, dict.fromkeys(names))
    row = rows[0]
    return Outcome(
        _row(table.outputs, row), tuple(matched), False, kinds, dict(zip(names, row, strict=True))
    )


def _row(columns: tuple[Column, ...], row: list[Any]) -> Any:
    if len(columns) == 1:
        return row[0]
    return {column.name: value for column, value in zip(columns, row, strict=True)}
