"""Closures of ranges, `in`, `instance of` and the unary tests of a cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.feel import compare
from engine.feel.compiler import types
from engine.feel.compiler.nodes import Setting, closure, compiles
from engine.feel.runtime import Closure, Frame, Run
from engine.feel.syntax import tree
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
    tests = tuple(membership(test, setting) for test in node.tests)

    def member(frame: Frame) -> bool | None:
        found = value(frame)
        if len(tests) == 1:
            return tests[0](found, frame)
        return any(test(found, frame) is True for test in tests)

    return member


def membership(test: tree.Node, setting: Setting) -> Test:
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
