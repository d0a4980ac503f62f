"""What a hit policy makes of the rules that matched (DMN 1.5, 8.2.11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from engine import feel
from engine.feel.compare import same
from engine.feel.functions import BUILTINS

from .table import Hits, Output, Table
from .types import coerce

MULTIPLE: Final = frozenset(("COLLECT", "RULE ORDER", "OUTPUT ORDER"))
POLICIES: Final = MULTIPLE | {"UNIQUE", "ANY", "PRIORITY", "FIRST"}
_AGGREGATORS: Final = {"SUM": "sum", "MIN": "min", "MAX": "max"}
Row = tuple[Any, ...]


def resolve(table: Table, matched: list[int], inputs: tuple[Any, ...], frame: feel.Frame) -> Hits:
    """The table's value for the rules that matched."""
    if not matched:
        return _without_match(table, inputs, frame)
    rows = [_row(table, number, frame) for number in matched]
    pairs = list(zip(matched, rows, strict=True))
    if table.policy in MULTIPLE:
        if table.policy == "OUTPUT ORDER":
            pairs = _by_priority(table, pairs, frame)
        rows = [row for _, row in pairs]
        value = _collected(table, rows, frame)
        return Hits(value, tuple(n for n, _ in pairs), False, inputs, tuple(rows))
    chosen = _CHOICES.get(table.policy, _first)(table, pairs, frame)
    numbers = tuple(matched)
    if chosen is None:
        return Hits(None, numbers, False, inputs)
    return Hits(
        _value(table, chosen[1]), _shown(table, chosen, numbers), False, inputs, (chosen[1],)
    )


def _shown(table: Table, chosen: tuple[int, Row], numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (chosen[0],) if table.policy == "PRIORITY" else numbers


def _without_match(table: Table, inputs: tuple[Any, ...], frame: feel.Frame) -> Hits:
    if any(column.default is not None for column in table.outputs):
        row = tuple(_default(column, frame) for column in table.outputs)
        value = _value(table, row)
        several = table.policy in MULTIPLE and not table.aggregation
        return Hits([value] if several else value, (), False, inputs, (row,))
    if table.policy in MULTIPLE:
        value = Decimal(0) if table.aggregation == "COUNT" else None if table.aggregation else []
        return Hits(value, (), True, inputs)
    frame.run.null("No rule of the table matches, and it has no default.")
    return Hits(None, (), True, inputs)


def _default(column: Output, frame: feel.Frame) -> Any:
    if column.default is None:
        return None
    return coerce(column.default.closure(frame), column.kind, frame.run, f"“{column.name}”")


def _row(table: Table, number: int, frame: feel.Frame) -> Row:
    rule = table.rules[number - 1]
    return tuple(
        coerce(cell.closure(frame), column.kind, frame.run, f"“{column.name}” of rule {number}")
        for column, cell in zip(table.outputs, rule.values, strict=True)
    )


def _value(table: Table, row: Row) -> Any:
    """One output gives its value alone, several a context."""
    if len(table.outputs) == 1:
        return row[0]
    return {column.name: value for column, value in zip(table.outputs, row, strict=True)}


def _first(table: Table, pairs: list[tuple[int, Row]], frame: feel.Frame) -> tuple[int, Row] | None:
    return pairs[0]


def _only(table: Table, pairs: list[tuple[int, Row]], frame: feel.Frame) -> tuple[int, Row] | None:
    if len(pairs) > 1:
        numbers = _listed([number for number, _ in pairs])
        frame.run.null(f"Rules {numbers} all match, but the table allows one only (UNIQUE).")
        return None
    return pairs[0]


def _agreeing(
    table: Table, pairs: list[tuple[int, Row]], frame: feel.Frame
) -> tuple[int, Row] | None:
    first = pairs[0]
    for number, row in pairs[1:]:
        for one, other in zip(first[1], row, strict=True):
            if not (one is other or same(one, other, frame.run)):
                frame.run.null(f"Rules {first[0]} and {number} match with different outputs (ANY).")
                return None
    return first


def _highest(
    table: Table, pairs: list[tuple[int, Row]], frame: feel.Frame
) -> tuple[int, Row] | None:
    return _by_priority(table, pairs, frame)[0]


def _by_priority(
    table: Table, pairs: list[tuple[int, Row]], frame: feel.Frame
) -> list[tuple[int, Row]]:
    """In the order of the outputs' lists of values, the first column counting most."""

    def place(pair: tuple[int, Row]) -> list[int]:
        return [
            _place(column.priority, value, frame.run)
            for column, value in zip(table.outputs, pair[1], strict=True)
            if column.priority
        ]

    return sorted(pairs, key=place)


def _place(priority: Sequence[Any], value: Any, run: feel.Run) -> int:
    for index, wanted in enumerate(priority):
        if same(wanted, value, run):
            return index
    return len(priority)


_CHOICES: Final[
    dict[str, Callable[[Table, list[tuple[int, Row]], feel.Frame], tuple[int, Row] | None]]
] = {"UNIQUE": _only, "ANY": _agreeing, "PRIORITY": _highest, "FIRST": _first}


def _collected(table: Table, rows: list[Row], frame: feel.Frame) -> Any:
    values = [_value(table, row) for row in rows]
    if table.policy != "COLLECT" or not table.aggregation:
        return values
    if table.aggregation == "COUNT":
        return Decimal(len(values))
    if len(table.outputs) > 1:
        return {
            column.name: _aggregate(table.aggregation, [row[i] for row in rows], frame.run)
            for i, column in enumerate(table.outputs)
        }
    return _aggregate(table.aggregation, values, frame.run)


def _aggregate(aggregation: str, values: list[Any], run: feel.Run) -> Any:
    return BUILTINS[_AGGREGATORS[aggregation]].call(run, values)


def _listed(numbers: list[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}"
