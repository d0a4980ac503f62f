"""What can be said of an expression before it runs: names unknown, kinds that cannot meet.

Only what is certain is said: a name of unknown kind may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from engine.feel import arithmetic
from engine.feel.access import PARTS
from engine.feel.compare import MIXED, MOMENTS, ORDERED
from engine.feel.expression import Expression, nearest
from engine.feel.functions import BUILTINS
from engine.feel.functions.registry import Parameter
from engine.feel.results import RESULTS
from engine.feel.syntax import tree
from engine.feel.syntax.tokens import place
from engine.feel.values import WORDS, kind_of

Kinds = Mapping[str, str | None]
_SIMPLE: Final = ORDERED | {"boolean"}
_STANDARD: Final = {word: name for name, word in WORDS.items()}


class Finding(NamedTuple):
    """`code` is expression.unknown_name or expression.kinds; line and column count from 1."""

    code: str
    message: str
    line: int
    column: int


def check(expression: Expression, known: Kinds) -> list[Finding]:
    """Findings about an expression where `known` are all the names that can exist, each with the
    kind of its values (as `feel.kind` or the standard calls it; None when that is not known)."""
    kinds = {name: _STANDARD.get(kind or "", kind) for name, kind in known.items()}
    checking = _Checking(expression.text, kinds)
    for name in sorted(expression.names - kinds.keys() - BUILTINS.keys()):
        checking.unknown(expression.tree, name)
    checking.kind(expression.tree, kinds)
    return sorted(set(checking.findings), key=lambda finding: finding[2:])


class _Checking:
    """One expression under examination; `kind` gives a node's kind, None when it may be any."""

    def __init__(self, text: str, known: Kinds) -> None:
        self.text, self.known = text, known
        self.findings: list[Finding] = []

    def say(self, code: str, message: str, at: int) -> None:
        self.findings.append(Finding(code, message, *place(self.text, at)))

    def unknown(self, root: tree.Node, name: str) -> None:
        self.say(
            "expression.unknown_name",
            f"‘{name}’ is not known here.{nearest(name, self.known)}",
            _offset(root, name),
        )

    def clash(self, message: str, node: tree.Node, *kinds: str) -> None:
        self.say("expression.kinds", message.format(*(WORDS.get(k, k) for k in kinds)), node.at)

    def kind(self, node: tree.Node, known: Kinds) -> str | None:
        visit = _VISITS.get(type(node))
        if visit is not None:
            return visit(self, node, known)
        for child in tree.children(node):
            self.kind(child, known)
        return _OWN.get(type(node))

    def literal(self, node: tree.Literal | tree.AtLiteral, known: Kinds) -> str | None:
        found = kind_of(node.value)
        if isinstance(node, tree.AtLiteral) and node.value is None:
            self.clash("This is no date, time or duration.", node)
        return found

    def name(self, node: tree.Name, known: Kinds) -> str | None:
        return known.get(node.name)

    def path(self, node: tree.Path, known: Kinds) -> str | None:
        source = self.kind(node.source, known)
        if source in _SIMPLE and (source, node.name) not in PARTS:
            self.clash(f"A {{}} has no “{_plain(node.name)}”.", node, source or "")
        return None

    def arithmetic(self, node: tree.Arithmetic, known: Kinds) -> str | None:
        left, right = self.kind(node.left, known), self.kind(node.right, known)
        if left is None or right is None:
            return None
        if left == right == "number":
            return "number"
        if not arithmetic.possible(node.sign, left, right):
            self.clash(f"{arithmetic.WORDS[node.sign]} is not possible with {{}} and {{}}.",
                       node, left, right)  # fmt: skip
            return None
        return arithmetic.result(node.sign, left, right)

    def comparison(self, node: tree.Comparison, known: Kinds) -> str:
        left, right = self.kind(node.left, known), self.kind(node.right, known)
        self.comparable(node, left, right, equality=node.sign in ("=", "!="))
        return "boolean"

    def comparable(
        self, node: tree.Node, left: str | None, right: str | None, *, equality: bool
    ) -> None:
        if left is None or right is None or "null" in (left, right):
            return
        if left != right:
            hint = MIXED if {left, right} == MOMENTS else ""
            self.clash("A {} cannot be compared with a {}." + hint, node, left, right)
        elif not equality and left not in ORDERED:
            self.clash("Of two values of kind {} none is greater.", node, left)

    def logic(self, node: tree.Logic, known: Kinds) -> str:
        for operand in node.operands:
            found = self.kind(operand, known)
            if found not in (None, "boolean", "null"):
                self.clash(f"“{node.word}” joins yes/no values, not {{}}.", operand, found or "")
        return "boolean"

    def choice(self, node: tree.If, known: Kinds) -> str | None:
        condition = self.kind(node.condition, known)
        if condition not in (None, "boolean", "null"):
            self.clash("A condition is yes or no, not {}.", node.condition, condition or "")
        then, otherwise = self.kind(node.then, known), self.kind(node.otherwise, known)
        return then if then == otherwise else None

    def between(self, node: tree.Between, known: Kinds) -> str:
        value = self.kind(node.value, known)
        for limit in (node.low, node.high):
            self.comparable(node, value, self.kind(limit, known), equality=False)
        return "boolean"

    def member(self, node: tree.In, known: Kinds) -> str:
        value = self.kind(node.value, known)
        for test in node.tests:
            self.test(test, value, known)
        return "boolean"

    def test(self, test: tree.Node, value: str | None, known: Kinds) -> None:
        """One test of a value: a limit, a range, or a value to be equal to."""
        if isinstance(test, tree.Half):
            limit = self.kind(test.limit, known)
            self.comparable(test, value, limit, equality=test.sign in ("=", "!="))
        elif isinstance(test, tree.Interval):
            self.comparable(test, value, self.kind(test.start, known), equality=False)
            self.comparable(test, value, self.kind(test.end, known), equality=False)
        else:
            found = self.kind(test, known)
            if found in _SIMPLE and value in _SIMPLE:
                self.comparable(test, value, found, equality=True)

    def cell(self, node: tree.UnaryTests, known: Kinds) -> str:
        for test in node.tests:
            if "?" in _names(test):
                self.kind(test, known)
            else:
                self.test(test, known.get("?"), known)
        return "boolean"

    def filter(self, node: tree.Filter, known: Kinds) -> str | None:
        self.kind(node.source, known)
        # An item may have entries of any name: they hide the kinds known outside.
        self.kind(node.condition, {})
        return None

    def loop(self, node: tree.For | tree.Quantified, known: Kinds) -> str:
        inner = dict(known)
        for iterator in node.iterators:
            self.kind(iterator.source, inner)
            if iterator.end is not None:
                self.kind(iterator.end, inner)
            inner[iterator.name] = None
        body = self.kind(node.body, {**inner, "partial": None})
        if isinstance(node, tree.For):
            return "list"
        if body not in (None, "boolean", "null"):
            self.clash("A condition is yes or no, not {}.", node.body, body or "")
        return "boolean"

    def context(self, node: tree.ContextLiteral, known: Kinds) -> str:
        inner = dict(known)
        for name, value in node.entries:
            inner[name] = self.kind(value, inner)
        return "context"

    def function(self, node: tree.FunctionDefinition, known: Kinds) -> str:
        if not node.external:
            self.kind(node.body, {**known, **{name: None for name, _ in node.parameters}})
        return "function"

    def call(self, node: tree.Call, known: Kinds) -> str | None:
        given = [self.kind(argument, known) for argument in node.arguments]
        name = node.function.name if isinstance(node.function, tree.Name) else ""
        builtin = BUILTINS.get(name)
        if builtin is None or name in known:
            return None
        fitting = builtin.fitting(len(given), node.names)
        if not fitting:
            self.clash(_escaped(builtin.usage(len(given), node.names)), node.function)
        if len(fitting) == 1:
            for parameter, index in fitting[0]:
                if index is not None:
                    self.argument(node, (name, parameter), index, given[index])
        return RESULTS.get(name)

    def argument(
        self, node: tree.Call, wanted: tuple[str, Parameter], index: int, given: str | None
    ) -> None:
        name, parameter = wanted
        kinds = parameter.kinds
        if given is None or not kinds or given in kinds or {given} & {"list", "context"}:
            return
        if "list" in kinds or (given == "null" and parameter.nullable):
            return
        shown = " or ".join(sorted(WORDS.get(kind, kind) for kind in kinds))
        self.clash(
            f"“{name}” wants {shown} as “{parameter.name}”, not {{}}.", node.arguments[index], given
        )


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _plain(text: str) -> str:
    return text.replace("{", "").replace("}", "")


def _names(node: tree.Node) -> set[str]:
    from engine.feel.syntax.analysis import reads

    return reads(node)


def _offset(root: tree.Node, name: str) -> int:
    """Where a name first stands."""
    found = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Name) and node.name == name:
            found.append(node.at)
        waiting += tree.children(node)
    return min(found, default=0)


_OWN: Final[dict[type, str]] = {
    tree.ListLiteral: "list",
    tree.Interval: "range",
    tree.Half: "range",
    tree.InstanceOf: "boolean",
}
_VISITS: Final[dict[type, Callable[[_Checking, Any, Kinds], str | None]]] = {
    tree.Literal: _Checking.literal,
    tree.AtLiteral: _Checking.literal,
    tree.Name: _Checking.name,
    tree.Path: _Checking.path,
    tree.Arithmetic: _Checking.arithmetic,
    tree.Comparison: _Checking.comparison,
    tree.Logic: _Checking.logic,
    tree.If: _Checking.choice,
    tree.Between: _Checking.between,
    tree.In: _Checking.member,
    tree.UnaryTests: _Checking.cell,
    tree.Filter: _Checking.filter,
    tree.For: _Checking.loop,
    tree.Quantified: _Checking.loop,
    tree.ContextLiteral: _Checking.context,
    tree.FunctionDefinition: _Checking.function,
    tree.Call: _Checking.call,
}
