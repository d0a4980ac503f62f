"""Turn a tree into closures: each takes the frame and gives the value, null where there is none."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from engine.feel import access, arithmetic, compare
from engine.feel.compiler.types import TypeCheck
from engine.feel.functions import BUILTINS
from engine.feel.runtime import MISSING, Closure, Frame, Scope
from engine.feel.syntax import tree
from engine.feel.values import Range

NUMBER: Final = frozenset((Decimal, int))


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known before running: names that may hide a function, and the model's own types."""

    bound: frozenset[str] = frozenset()
    types: Mapping[str, TypeCheck] = field(default_factory=dict)

    def with_names(self, *names: str) -> Setting:
        return Setting(self.bound.union(names), self.types)


Compiler = Callable[[Any, Setting], Closure]
COMPILERS: Final[dict[type, Compiler]] = {}


def compiles(node: type) -> Callable[[Compiler], Compiler]:
    def register(function: Compiler) -> Compiler:
        COMPILERS[node] = function
        return function

    return register


def closure(node: tree.Node, setting: Setting) -> Closure:
    """The closure of a node."""
    return COMPILERS[type(node)](node, setting)


def weight(node: tree.Node) -> int:
    """How many steps one evaluation of the node costs: its size."""
    total, waiting = 0, [node]
    while waiting:
        total += 1
        waiting.extend(tree.children(waiting.pop()))
    return total


def constant(value: Any) -> Closure:
    return lambda frame: value


@compiles(tree.Literal)
def _literal(node: tree.Literal, setting: Setting) -> Closure:
    return constant(node.value)


@compiles(tree.AtLiteral)
def _at(node: tree.AtLiteral, setting: Setting) -> Closure:
    if node.value is not None:
        return constant(node.value)
    text = node.text[:60].replace("{", "").replace("}", "")
    return lambda frame: frame.run.null(f"“{text}” is no date, time or duration.")


@compiles(tree.Name)
def _name(node: tree.Name, setting: Setting) -> Closure:
    name = node.name

    def read(frame: Frame) -> Any:
        found = frame.vars.get(name, MISSING)
        return found if found is not MISSING else _unknown(frame, name)

    return read


def _unknown(frame: Frame, name: str) -> Any:
    builtin = BUILTINS.get(name)
    if builtin is not None:
        return builtin
    if name == "partial":
        return None
    return frame.run.null(f"‘{name}’ is not known here.")


@compiles(tree.Path)
def _path(node: tree.Path, setting: Setting) -> Closure:
    source, name, member = closure(node.source, setting), node.name, access.member

    def read(frame: Frame) -> Any:
        value = source(frame)
        if type(value) is dict and name in value:
            return value[name]
        return member(value, name, frame.run)

    return read


@compiles(tree.Negation)
def _negation(node: tree.Negation, setting: Setting) -> Closure:
    if isinstance(node.operand, tree.Literal) and type(node.operand.value) is Decimal:
        return constant(-node.operand.value)
    operand = closure(node.operand, setting)
    return lambda frame: arithmetic.negate(operand(frame), frame.run)


@compiles(tree.Arithmetic)
def _arithmetic(node: tree.Arithmetic, setting: Setting) -> Closure:
    left, right = closure(node.left, setting), closure(node.right, setting)
    sign, numbers, combine = node.sign, arithmetic.numbers, arithmetic.combine

    def calculate(frame: Frame) -> Any:
        a, b = left(frame), right(frame)
        if type(a) in NUMBER and type(b) in NUMBER:
            return numbers(sign, a, b, frame.run)
        return combine(sign, a, b, frame.run)

    return calculate


@compiles(tree.Comparison)
def _comparison(node: tree.Comparison, setting: Setting) -> Closure:
    left = closure(node.left, setting)
    limit = node.right.value if isinstance(node.right, tree.Literal) else None
    if node.sign in ("=", "!="):
        wanted = node.sign == "="
        if isinstance(limit, str):
            return _is_text(left, limit, wanted)
        return _equality(left, closure(node.right, setting), wanted)
    if type(limit) is Decimal:
        return _limited(left, limit, node.sign)
    return _ordering(left, closure(node.right, setting), node.sign)


def _is_text(left: Closure, wanted: str, yes: bool) -> Closure:
    equal = compare.equal

    def test(frame: Frame) -> bool | None:
        value = left(frame)
        if type(value) is str:
            return (value == wanted) is yes
        found = equal(value, wanted, frame.run)
        return None if found is None else found is yes

    return test


def _limited(left: Closure, limit: Decimal, sign: str) -> Closure:
    """A comparison with a plain number; whole ones compare as ints, which is faster."""
    holds, compared = compare.holds, _ORDERS[sign]
    whole: Any = int(limit) if abs(limit) < 10**15 and limit == int(limit) else limit

    def test(frame: Frame) -> Any:
        value = left(frame)
        if type(value) is Decimal:
            return compared(value, limit)
        if type(value) is int:
            return compared(value, whole)
        return holds(sign, value, limit, frame.run)

    return test


def _equality(left: Closure, right: Closure, wanted: bool) -> Closure:
    equal, alike = compare.equal, frozenset((str, bool, int, Decimal))

    def test(frame: Frame) -> bool | None:
        a, b = left(frame), right(frame)
        if type(a) is type(b) and type(a) in alike:
            return (a == b) is wanted
        found = equal(a, b, frame.run)
        return None if found is None else found is wanted

    return test


def _ordering(left: Closure, right: Closure, sign: str) -> Closure:
    holds, compared = compare.holds, _ORDERS[sign]

    def test(frame: Frame) -> Any:
        a, b = left(frame), right(frame)
        if type(a) in NUMBER and type(b) in NUMBER:
            return compared(a, b)
        return holds(sign, a, b, frame.run)

    return test


_ORDERS: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@compiles(tree.Logic)
def _logic(node: tree.Logic, setting: Setting) -> Closure:
    operands = tuple(closure(operand, setting) for operand in node.operands)
    decisive, word = node.word == "or", node.word

    def decide(frame: Frame) -> Any:
        """One decisive operand decides; else all must be the other truth value, or it is null."""
        certain = True
        for operand in operands:
            value = operand(frame)
            if value is decisive:
                return decisive
            if value is not (not decisive):
                certain = False
                if value is not None:
                    frame.run.null(f"“{word}” joins yes/no values, not {{}}.", value)
        return (not decisive) if certain else None

    return decide


@compiles(tree.Between)
def _between(node: tree.Between, setting: Setting) -> Closure:
    value, low, high = (closure(n, setting) for n in (node.value, node.low, node.high))

    def test(frame: Frame) -> Any:
        return compare.within(value(frame), Range(low(frame), high(frame)), frame.run)

    return test


@compiles(tree.If)
def _if(node: tree.If, setting: Setting) -> Closure:
    condition, then, otherwise = (
        closure(n, setting) for n in (node.condition, node.then, node.otherwise)
    )

    def choose(frame: Frame) -> Any:
        value = condition(frame)
        if value is True:
            return then(frame)
        if value is not False:
            frame.run.null(
                "The condition of “if” is neither yes nor no but {}, so its “else” counts.", value
            )
        return otherwise(frame)

    return choose


@compiles(tree.ListLiteral)
def _list(node: tree.ListLiteral, setting: Setting) -> Closure:
    items = tuple(closure(item, setting) for item in node.items)
    return lambda frame: [item(frame) for item in items]


@compiles(tree.ContextLiteral)
def _context(node: tree.ContextLiteral, setting: Setting) -> Closure:
    inner, entries = setting, []
    for name, value in node.entries:
        entries.append((name, closure(value, inner)))
        inner = inner.with_names(name)
    twice = len({name for name, _ in entries}) < len(entries)

    def build(frame: Frame) -> Any:
        if twice:
            return frame.run.null("A context has the same entry twice.")
        own: dict[str, Any] = {}
        within = Frame(Scope(own, frame.vars), frame.run)
        for name, value in entries:
            own[name] = value(within)
        return own

    return build
