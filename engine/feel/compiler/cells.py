"""Closures of a cell's unary tests: what a value must pass."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from engine.feel import compare
from engine.feel.compiler.nodes import Setting, closure, compiles
from engine.feel.compiler.ranges import membership
from engine.feel.runtime import Closure, Frame, Scope
from engine.feel.syntax import tree
from engine.feel.syntax.analysis import reads
from engine.feel.values import Range

INPUT: Final = "?"
Test = Callable[[Any, Frame], bool | None]


@compiles(tree.UnaryTests)
def _unary(node: tree.UnaryTests, setting: Setting) -> Closure:
    match = matcher(node, setting)
    if match is None:
        return lambda frame: True
    return lambda frame: match(frame.vars.get(INPUT), frame)


def matcher(node: tree.UnaryTests, setting: Setting) -> Test | None:
    """What tells whether a value passes a cell's tests; None when every value does."""
    setting = setting.with_names(INPUT)
    if not node.tests:
        return None
    found = _one_of(node.tests) or _any_of(tuple(_cell_test(t, setting) for t in node.tests))
    return _denied(found) if node.negated else found


def _any_of(tests: tuple[Test, ...]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def match(value: Any, frame: Frame) -> bool | None:
        unsure = False
        for test in tests:
            found = test(value, frame)
            if found is True:
                return True
            unsure = unsure or found is None
        return None if unsure else False

    return match


def _denied(test: Test) -> Test:
    def match(value: Any, frame: Frame) -> bool | None:
        found = test(value, frame)
        return None if found is None else not found

    return match


def _one_of(tests: tuple[tree.Node, ...]) -> Test | None:
    """Several plain texts, looked up at once."""
    texts = [t.value for t in tests if isinstance(t, tree.Literal) and isinstance(t.value, str)]
    if len(texts) < len(tests) or len(tests) < 2:
        return None
    wanted = frozenset(texts)
    other = _any_of(tuple(_is_value(text) for text in texts))
    return lambda value, frame: value in wanted if type(value) is str else other(value, frame)


def _cell_test(test: tree.Node, setting: Setting) -> Test:
    if INPUT not in reads(test):
        return _quick(test) or membership(test, setting)
    inner = closure(test, setting)

    def match(value: Any, frame: Frame) -> Any:
        found = inner(Frame(Scope({INPUT: value}, frame.vars), frame.run))
        if isinstance(found, bool):
            return found
        return compare.contains(value, found, frame.run)

    return match


def _quick(test: tree.Node) -> Test | None:
    """The commonest cells, a plain value or limits for numbers, without a closure more."""
    if isinstance(test, tree.Literal):
        return _is_value(test.value)
    if isinstance(test, tree.Half) and test.sign in _LIMITS:
        limit = _number(test.limit)
        return None if limit is None else _passes(test.sign, limit)
    if isinstance(test, tree.Interval):
        start, end = _number(test.start), _number(test.end)
        if start is not None and end is not None:
            return _between(start, end, (test.start_included, test.end_included))
    return None


def _number(node: tree.Node) -> Any:
    """A plain number, as an int when it is whole: those compare faster with each other."""
    if isinstance(node, tree.Negation):
        inner = _number(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, tree.Literal) else None
    if type(value) is not Decimal:
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else value


def _is_value(wanted: Any) -> Test:
    cls = type(wanted)
    whole = _number(tree.Literal(wanted)) if cls is Decimal else None

    def match(value: Any, frame: Frame) -> Any:
        if type(value) is cls:
            return value == wanted
        if type(value) is int and type(whole) is int:
            return value == whole
        return compare.contains(value, wanted, frame.run)

    return match


def _passes(sign: str, limit: Any) -> Test:
    compared, decimal = _LIMITS[sign], Decimal(limit)

    def match(value: Any, frame: Frame) -> Any:
        if type(value) is Decimal:
            return compared(value, decimal)
        if type(value) is int:
            return compared(value, limit)
        return compare.holds(sign, value, decimal, frame.run)

    return match


def _between(start: Any, end: Any, included: tuple[bool, bool]) -> Test:
    above = operator.ge if included[0] else operator.gt
    below = operator.le if included[1] else operator.lt
    low, high = Decimal(start), Decimal(end)
    limits = Range(low, high, *included)

    def match(value: Any, frame: Frame) -> Any:
        if type(value) is Decimal:
            return above(value, low) and below(value, high)
        if type(value) is int:
            return above(value, start) and below(value, end)
        return compare.contains(value, limits, frame.run)

    return match


_LIMITS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
