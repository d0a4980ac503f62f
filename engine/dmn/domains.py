"""What an input column can hold, cut into the pieces between which its cells tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, Final

from engine import feel
from engine.feel.compare import order, same
from engine.feel.compiler.nodes import Setting, closure
from engine.feel.syntax import tree
from engine.feel.values import kind_of

from .table import Input, Table

ORDERED: Final = frozenset(
    ("number", "date", "date and time", "time", "days and time duration",
     "years and months duration")
)  # fmt: skip
_MAKERS: Final = frozenset(("date", "time", "date and time", "duration"))
MAX_TESTS: Final = 500_000  # pieces times rules of a column: a larger one is not cut up
_SPAN: Final = "span"
_OTHER: Final = "other"
_UNNAMED: Final = "\0 any other text"


@dataclass(frozen=True, slots=True)
class Piece:
    """One value, all values between two neighbours (`low`, `high`, None for no limit), or any
    other text than those named."""

    kind: str
    value: Any = None
    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column's pieces, and for each rule the set of pieces it takes, None where a cell depends
    on more than the column's value."""

    label: str
    pieces: tuple[Piece, ...]
    taken: tuple[frozenset[int] | None, ...]


def columns(table: Table) -> tuple[Column, ...]:
    """All input columns of a table, cut up."""
    return tuple(_column(column, table, index) for index, column in enumerate(table.inputs))


def _column(column: Input, table: Table, index: int) -> Column:
    listed = [column.allowed] if column.allowed else []
    constants: list[Any] = []
    for cell in [*(rule.tests[index] for rule in table.rules), *listed]:
        for test in getattr(cell.tree, "tests", ()):
            constants += _constants(test)
    if len(constants) * len(table.rules) > MAX_TESTS:
        return Column(column.label, (Piece(_OTHER),), (None,) * len(table.rules))
    pieces = _pieces(column, constants)
    values = [example(piece) for piece in pieces]
    if column.allowed is not None:
        inside = _taken(column.allowed, values)
        if inside is not None:
            pieces = tuple(piece for i, piece in enumerate(pieces) if i in inside)
            values = [example(piece) for piece in pieces]
    cells = [rule.tests[index] for rule in table.rules]
    return Column(column.label, pieces, tuple(_taken(cell, values) for cell in cells))


def constant(node: tree.Node) -> tuple[bool, Any]:
    """Whether a node is a plain value (a literal, or a date and the like by its text), and it."""
    if not _is_plain(node):
        return False, None
    return True, closure(node, Setting())(feel.Frame({}, _run()))


def _is_plain(node: tree.Node) -> bool:
    if isinstance(node, tree.Call):
        function = node.function
        named = isinstance(function, tree.Name) and function.name in _MAKERS
        return named and all(isinstance(a, tree.Literal) for a in node.arguments)
    if isinstance(node, tree.Interval):
        return _is_plain(node.start) and _is_plain(node.end)
    if isinstance(node, tree.Negation):
        return isinstance(node.operand, tree.Literal)
    return isinstance(node, tree.Literal | tree.AtLiteral)


def _run() -> feel.Run:
    return feel.Run(None, "UTC", None)


def _constants(test: tree.Node) -> list[Any]:
    """The values a test compares with, as far as they are fixed."""
    found: list[Any] = []
    for node in _limits(test):
        fixed, value = constant(node)
        found += [value] if fixed else []
    return found


def _limits(test: tree.Node) -> list[tree.Node]:
    if isinstance(test, tree.Half):
        return [test.limit]
    if isinstance(test, tree.Interval):
        return [test.start, test.end]
    if isinstance(test, tree.ListLiteral):
        return [node for item in test.items for node in _limits(item)]
    return [test]


def _pieces(column: Input, constants: list[Any]) -> tuple[Piece, ...]:
    name = column.kind.name if column.kind else ""
    kinds = {kind_of(value) for value in constants if value is not None}
    if name == "boolean" or kinds == {"boolean"}:
        return _with_null((Piece("value", True), Piece("value", False)), constants)
    if len(kinds) == 1 and kinds <= ORDERED:
        return _with_null(_spans(constants), constants)
    named = _distinct(constants)
    pieces = tuple(Piece("value", value) for value in named if value is not None)
    return _with_null((*pieces, Piece(_OTHER, named)), constants)


def _with_null(pieces: tuple[Piece, ...], constants: list[Any]) -> tuple[Piece, ...]:
    """Null counts as a case only in a column that speaks of it."""
    return (*pieces, Piece("value", None)) if any(v is None for v in constants) else pieces


def _distinct(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if not any(same(value, other, _run()) for other in found):
            found.append(value)
    return found


def _spans(constants: list[Any]) -> tuple[Piece, ...]:
    def compare(one: Any, other: Any) -> int:
        return order(one, other, _run()) or 0

    values = sorted(_distinct([v for v in constants if v is not None]), key=cmp_to_key(compare))
    found = [Piece(_SPAN, None, None, values[0])]
    for value, following in zip(values, [*values[1:], None], strict=True):
        found.append(Piece("value", value))
        found.append(Piece(_SPAN, None, value, following))
    return tuple(piece for piece in found if piece.kind != _SPAN or example(piece) is not None)


def _taken(cell: feel.Expression, values: list[Any]) -> frozenset[int] | None:
    """The places of those values that a cell takes; None when that depends on other things."""
    match, tests = cell.match, getattr(cell.tree, "tests", ())
    if not all(_is_told(test) for test in tests):
        return None
    if match is None:
        return frozenset(range(len(values)))
    frame = feel.Frame({}, _run())
    return frozenset(i for i, value in enumerate(values) if match(value, frame) is True)


def _is_told(test: tree.Node) -> bool:
    """Whether the pieces tell all about a test: its limits are plain, and none orders texts."""
    limits = [constant(node) for node in _limits(test)]
    if not all(fixed for fixed, _ in limits):
        return False
    ordering = isinstance(test, tree.Interval) or (
        isinstance(test, tree.Half) and test.sign not in ("=", "!=")
    )
    return not (ordering and any(isinstance(value, str) for _, value in limits))


def example(piece: Piece) -> Any:
    """A value inside a piece; None when there is none (no day lies between two neighbours)."""
    if piece.kind != _SPAN:
        return _UNNAMED if piece.kind == _OTHER else piece.value
    if piece.low is None:
        return _moved(piece.high, -1)
    if piece.high is None:
        return _moved(piece.low, 1)
    near = _moved(piece.low, 1)
    if near is not None and order(near, piece.high, _run()) == -1:
        return near
    if kind_of(piece.low) == "number":
        return (Decimal(piece.low) + Decimal(piece.high)) / 2
    return None


_STEPS: Final[dict[str, Any]] = {
    "number": Decimal(1),
    "date": timedelta(days=1),
    "date and time": timedelta(minutes=1),
    "time": timedelta(minutes=1),
    "days and time duration": timedelta(minutes=1),
    "years and months duration": feel.YearsMonths(1),
}


def _moved(value: Any, direction: int) -> Any:
    from engine.feel.arithmetic import combine

    sign = "+" if direction > 0 else "-"
    return combine(sign, value, _STEPS[kind_of(value)], _run())
