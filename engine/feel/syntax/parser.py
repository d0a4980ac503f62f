"""Read the text of an expression into a tree; whoever wrote it gets told what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from engine.feel.literals import number
from engine.feel.syntax import names as naming
from engine.feel.syntax.brackets import COMPARISONS, SUM, Brackets
from engine.feel.syntax.forms import SPECIAL
from engine.feel.syntax.names import Known
from engine.feel.syntax.tokens import unquote
from engine.feel.syntax.tree import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Filter,
    Half,
    In,
    InstanceOf,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    UnaryTests,
)

_LEVEL: Final = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "between": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "**": 6,
}  # fmt: skip
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


class Parser(Brackets):
    """One text, read once from left to right; `known` are the names of several words."""

    def expression(self, level: int = 1) -> Node:
        """An expression whose operators bind at least as tightly as `level`."""
        self.enter()
        found = self.operators(self.unary(), level)
        self.leave()
        return found

    def operators(self, left: Node, level: int) -> Node:
        while True:
            token = self.token
            own = _LEVEL.get(token.text, 0) if token.kind in ("sign", "word") else 0
            if own < level or not own:
                return left
            self.next()
            left = self.operation(left, token.text, own, token.start)

    def operation(self, left: Node, sign: str, level: int, at: int) -> Node:
        if sign == "between":
            low = self.expression(SUM)
            self.expect("and", "between needs two limits: between 1 and 10")
            return Between(left, low, self.expression(SUM), at=at)
        if sign == "in":
            return In(left, self.in_tests(), at=at)
        self.hint_doubled(sign)
        right = self.expression(level + 1)
        if level < 3:
            same = isinstance(left, Logic) and left.word == sign
            first = left.operands if same and isinstance(left, Logic) else (left,)
            return Logic(sign, (*first, right), at=at)
        if sign in COMPARISONS:
            return Comparison(sign, left, right, at=at)
        return Arithmetic(sign, left, right, at=at)

    def in_tests(self) -> tuple[Node, ...]:
        """What stands after `in`: one test, or several in brackets."""
        if not self.at_sign("("):
            return (self.test(),)
        found = self.bracket(several=True)
        if len(found) > 1 or isinstance(found[0], Half):
            return found
        return (self.operators(self.postfix(found[0]), SUM),)

    def test(self) -> Node:
        """One positive unary test: a half-open range by its sign, or any expression."""
        token = self.token
        if token.kind == "sign" and token.text in COMPARISONS:
            self.next()
            return Half(token.text, self.expression(SUM), at=token.start)
        return self.expression(SUM)

    def unary(self) -> Node:
        token = self.token
        if token.kind == "sign" and token.text == "-":
            self.next()
            self.enter()
            negation = Negation(self.unary(), at=token.start)
            self.leave()
            return negation
        node = self.postfix(self.primary())
        while self.at_word("instance"):
            self.next()
            self.expect("of", "write “instance of” and a type")
            node = InstanceOf(node, self.type(), at=token.start)
        return node

    def postfix(self, node: Node) -> Node:
        """Paths, filters and calls behind an operand."""
        while self.token.kind == "sign":
            sign, at = self.token.text, self.token.start
            if sign == ".":
                self.next()
                node = Path(node, self.member(), at=at)
            elif sign == "[" and not self.closes_interval():
                self.next()
                before = self.inside(False)
                condition = self.expression()
                self.inside(before)
                self.expect("]", "close the filter with ]")
                node = Filter(node, condition, at=at)
            elif sign == "(":
                node = self.call(node)
            else:
                return node
        return node

    def call(self, function: Node) -> Node:
        at = self.token.start
        self.next()
        named = naming.key_end(self.row, self.index, ":") is not None
        arguments: list[Node] = []
        keys: list[str] = []
        before = self.inside(False)
        while not self.at_sign(")"):
            if named:
                keys.append(self.key(":", "give each argument its name, as in f(a: 1, b: 2)"))
            arguments.append(self.expression())
            if not self.at_sign(","):
                break
            self.next()
        self.inside(before)
        self.expect(")", "close the call with )")
        return Call(function, tuple(arguments), tuple(keys), at=at)

    def primary(self) -> Node:
        token = self.token
        if token.kind == "word":
            return self.word()
        if token.kind == "number":
            self.next()
            return Literal(number(token.text), at=token.start)
        if token.kind == "text":
            self.next()
            return Literal(unquote(token.text), at=token.start)
        return self.sign()

    def word(self) -> Node:
        token = self.token
        known = naming.longest(self.known, self.row, self.index)
        if known is not None:
            name, self.index = known
            return Name(name, at=token.start)
        if token.text in _CONSTANTS:
            self.next()
            return Literal(_CONSTANTS[token.text], at=token.start)
        special = SPECIAL.get(token.text)
        if special is not None and (token.text != "function" or self.ahead("(")):
            return special(self)
        if token.text in naming.RESERVED:
            raise self.unexpected("a value, a name or a bracket")
        self.next()
        return Name(token.text, at=token.start)

    def sign(self) -> Node:
        sign, at = self.token.text, self.token.start
        if sign == "(":
            return self.bracket(several=False)[0]
        if sign == "[":
            return self.square()
        if sign == "{":
            return self.context()
        if sign == "]":
            self.next()
            return self.interval(self.expression(SUM), False, at)
        if sign == "@":
            return self.at_literal()
        raise self.unexpected("a value, a name or a bracket")

    def whole(self) -> Node:
        """The one expression that is the whole text."""
        node = self.expression()
        self.finish()
        return node

    def cell(self) -> Node:
        """The unary tests of a decision table's cell."""
        at = self.token.start
        if self.at_sign("-") and self.row[self.index + 1].kind == "end":
            return UnaryTests((), at=at)
        negated = self.at_word("not") and self.ahead("(") and self.closes_at_end()
        if negated:
            self.next()
            self.next()
        tests = [self.cell_test()]
        while self.at_sign(","):
            self.next()
            tests.append(self.cell_test())
        if negated:
            self.expect(")", "close not( … ) with )")
        self.finish()
        return UnaryTests(tuple(tests), negated, at=at)

    def cell_test(self) -> Node:
        token = self.token
        if token.kind == "sign" and token.text in COMPARISONS:
            return self.operators(self.test(), 1)
        return self.expression()


def parse(source: str, known: Known, extra: Iterable[str] = (), *, cell: bool = False) -> Node:
    """The tree of an expression (of a cell's tests with `cell`); ExpressionSyntax otherwise."""
    here = {first: list(entries) for first, entries in known.items()}
    for name in extra:
        naming.add(here, name)
    parser = Parser(source, here)
    return parser.cell() if cell else parser.whole()
