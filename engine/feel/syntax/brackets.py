"""What stands in brackets: ( … ), lists, ranges, contexts, and @ literals."""

from __future__ import annotations

from abc import abstractmethod
from typing import Final

from engine.feel.literals import at_value
from engine.feel.syntax import names as naming
from engine.feel.syntax.forms import Cursor
from engine.feel.syntax.tokens import unquote
from engine.feel.syntax.tree import AtLiteral, ContextLiteral, Interval, ListLiteral, Node

COMPARISONS: Final = frozenset(("=", "!=", "<", "<=", ">", ">="))
SUM: Final = 4  # the level of + and -: what may be a range's limit


class Brackets(Cursor):
    """The part of the parser that reads brackets."""

    @abstractmethod
    def test(self) -> Node: ...

    def bracket(self, *, several: bool) -> tuple[Node, ...]:
        """`( … )`: an expression, a range, or with `several` a list of tests."""
        at = self.token.start
        self.next()
        before = self.inside(False)
        found = [self.bracketed()]
        while several and self.at_sign(","):
            self.next()
            found.append(self.bracketed())
        self.inside(before)
        if len(found) == 1 and self.at_sign(".."):
            return (self.interval(found[0], False, at),)
        self.expect(")", "close the bracket with )")
        return tuple(found)

    def bracketed(self) -> Node:
        token = self.token
        if token.kind == "sign" and token.text in COMPARISONS:
            return self.test()
        return self.expression()

    def square(self) -> Node:
        """`[ … ]`: a list or a range."""
        at = self.token.start
        self.next()
        items: list[Node] = []
        before = self.inside(False)
        while not self.at_sign("]"):
            items.append(self.bracketed())
            if len(items) == 1 and self.at_sign(".."):
                break
            if not self.at_sign(","):
                break
            self.next()
        self.inside(before)
        if len(items) == 1 and self.at_sign(".."):
            return self.interval(items[0], True, at)
        self.expect("]", "close the list with ]")
        return ListLiteral(tuple(items), at=at)

    def interval(self, start: Node, start_included: bool, at: int) -> Node:
        self.expect("..", "write a range as [1..10]")
        before = self.inside(True)
        end = self.expression(SUM)
        self.inside(before)
        token = self.token
        if token.kind != "sign" or token.text not in ("]", ")", "["):
            raise self.unexpected("the end of the range: ] or )")
        self.next()
        return Interval(start, end, start_included, token.text == "]", at=at)

    def context(self) -> Node:
        at = self.token.start
        self.next()
        entries: list[tuple[str, Node]] = []
        before = self.inside(False)
        while not self.at_sign("}"):
            key = self.key(":", "write each entry as name: value")
            naming.add(self.known, key)
            entries.append((key, self.expression()))
            if not self.at_sign(","):
                break
            self.next()
        self.inside(before)
        self.expect("}", "close the context with }")
        return ContextLiteral(tuple(entries), at=at)

    def at_literal(self) -> Node:
        at = self.token.start
        self.next()
        token = self.token
        if token.kind != "text":
            raise self.unexpected('a text in quotation marks, as in @"2026-01-31"')
        self.next()
        text = unquote(token.text)
        return AtLiteral(text, at_value(text), at=at)
