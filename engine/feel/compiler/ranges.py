"""Closures of ranges, `in`, `instance of` and the unary tests of a cell."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from engine.feel import compare
from engine.feel.compiler import types
from engine.feel.compiler.nodes import Setting, closure, compiles
from engine.feel.runtime import Closure, Frame, Run, Scope
from engine.feel.syntax import tree
from engine.feel.syntax.analysis import reads
from engine.feel.values import Range, kind_of

INPUT: Final = "?"
Test = Callable[[Any, Frame], bool | None]
_ORDERED = frozenset(
    ("number", "string", "date", "time", "date and time", "days and time duration",
     "years and months duration")
)  # fmt: skip


def make(start: Any, end: Any, included: tuple[bool, bool], run: Run) -> Any:
    """The range between two values of one kind; null when they cannot be its ends."""
    first, last = kind_of(start), kind_of(end)
    if first == last and first in _ORDERED:
        return Range(start, end, *included)
    one_open = (start is None and last in _ORDERED) or (end is None and first in _ORDERED)
    if one_open:
        return Range(start, end, included[0], included[1])
    return run.null("A range cannot go from {} to {}.", start, end)


def half(sign: str, limit: Any) -> Range:
    """`< 5` and the like as a range."""
    if sign in ("=", "!="):
        return Range(limit, limit, sign == "=", sign == "=", sign)
    if sign[0] == "<":
        return Range(None, limit, False, sign == "<=", sign)
    return Range(limit, None, sign == ">=", False, sign)


@compiles(tree.Interval)
def _interval(node: tree.Interval, setting: Setting) -> Closure:
    start, end = closure(node.start, setting), closure(node.end, setting)
    included = (node.start_included, node.end_included)
    return lambda frame: make(start(frame), end(frame), included, frame.run)


@compiles(tree.Half)
def _half(node: tree.Half, setting: Setting) -> Closure:
    sign, limit = node.sign, closure(node.limit, setting)
    return lambda frame: half(sign, limit(frame))


@compiles(tree.In)
def _in(node: tree.In, setting: Setting) -> Closure:
    value = closure(node.value, setting)
    tests = tuple(_membership(test, setting) for test in node.tests)

    def member(frame: Frame) -> bool | None:
        found = value(frame)
        if len(tests) == 1:
            return tests[0](found, frame)
        return any(test(found, frame) is True for test in tests)

    return member


def _membership(test: tree.Node, setting: Setting) -> Test:
    if isinstance(test, tree.Half):
        sign, limit = test.sign, closure(test.limit, setting)
        return lambda value, frame: compare.holds(sign, value, limit(frame), frame.run)
    inner = closure(test, setting)
    return lambda value, frame: compare.contains(value, inner(frame), frame.run)


@compiles(tree.InstanceOf)
def _instance(node: tree.InstanceOf, setting: Setting) -> Closure:
    value, check = closure(node.value, setting), types.checker(node.type, setting.types)

    def test(frame: Frame) -> Any:
        if check is None:
            return frame.run.null(f"There is no type “{node.type.name}”.")
        found = value(frame)
        return found is not None and check(found)

    return test


@compiles(tree.UnaryTests)
def _unary(node: tree.UnaryTests, setting: Setting) -> Closure:
    match = matcher(node, setting)
    if match is None:
        return lambda frame: True
    return lambda frame: match(frame.vars.get(INPUT), frame)


def matcher(node: tree.UnaryTests, setting: Setting) -> Test | None:
    """What tells whether a value passes a cell's tests; None when every value does."""
    setting = setting.with_names(INPUT)
    tests = tuple(_cell_test(test, setting) for test in node.tests)
    if len(tests) == 1 and not node.negated:
        return tests[0]
    negated = node.negated

    def match(value: Any, frame: Frame) -> bool | None:
        unsure = False
        for test in tests:
            found = test(value, frame)
            if found is True:
                return not negated
            unsure = unsure or found is None
        return None if unsure else negated

    return match if tests else None


def _cell_test(test: tree.Node, setting: Setting) -> Test:
    if INPUT not in reads(test):
        return _quick(test) or _membership(test, setting)
    inner = closure(test, setting)

    def match(value: Any, frame: Frame) -> Any:
        found = inner(Frame(Scope({INPUT: value}, frame.vars), frame.run))
        if isinstance(found, bool):
            return found
        return compare.contains(value, found, frame.run)

    return match


def _quick(test: tree.Node) -> Test | None:
    """The commonest cells, a plain value or a limit for numbers, tested without a closure more."""
    if isinstance(test, tree.Literal):
        return _is_value(test.value)
    limit = test.limit if isinstance(test, tree.Half) else None
    if isinstance(test, tree.Half) and isinstance(limit, tree.Literal):
        compared = _LIMITS.get(test.sign)
        if compared is not None and type(limit.value) is Decimal:
            return _passes(test.sign, compared, limit.value)
    return None


def _is_value(wanted: Any) -> Test:
    cls = type(wanted)

    def match(value: Any, frame: Frame) -> Any:
        if type(value) is cls:
            return bool(value == wanted)
        return compare.contains(value, wanted, frame.run)

    return match


def _passes(sign: str, compared: Callable[[Any, Any], Any], limit: Decimal) -> Test:
    def match(value: Any, frame: Frame) -> bool | None:
        if type(value) is Decimal or type(value) is int:
            return bool(compared(value, limit))
        return compare.holds(sign, value, limit, frame.run)

    return match


_LIMITS: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
