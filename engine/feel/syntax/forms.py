"""The parser's way through the tokens, and the forms that start with a word: if, for, some, …"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

from engine.errors import ExpressionSyntax
from engine.feel.syntax import names as naming
from engine.feel.syntax import tree
from engine.feel.syntax.names import Known
from engine.feel.syntax.tokens import Token, tokens, unquote, wrong

MAX_NESTING: Final = 64
_INFIX_WORDS: Final = ("and", "or", "in", "between", "then", "else", "return", "satisfies")
_TYPES_OF_WORDS: Final = naming.table(
    ("date and time", "days and time duration", "day and time duration",
     "years and months duration", "year and month duration")
)  # fmt: skip


class Cursor:
    """The tokens of one text and where the reading stands."""

    def __init__(self, source: str, known: Known) -> None:
        start = len(source) - len(source.lstrip())
        if source[start : start + 1] == "=":
            start += 1
        self.source, self.known = source, known
        self.row = tokens(source, start)
        self.index = 0
        self.depth = 0
        self.in_interval = False

    @abstractmethod
    def expression(self, level: int = 1) -> tree.Node: ...

    @property
    def token(self) -> Token:
        return self.row[self.index]

    def next(self) -> None:
        self.index += 1

    def at_sign(self, sign: str) -> bool:
        token = self.row[self.index]
        return token.text == sign and token.kind == "sign"

    def at_word(self, word: str) -> bool:
        token = self.row[self.index]
        return token.text == word and token.kind == "word"

    def ahead(self, sign: str) -> bool:
        """Whether the token after this one is `sign`."""
        after = self.row[min(self.index + 1, len(self.row) - 1)]
        return after.text == sign and after.kind == "sign"

    def expect(self, text: str, why: str) -> None:
        token = self.row[self.index]
        if token.text != text or token.kind not in ("sign", "word"):
            raise self.unexpected(f"“{text}”", why)
        self.index += 1

    def enter(self) -> None:
        """One part deeper; whoever enters leaves, unless the text is refused."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error(
                f"More than {MAX_NESTING} parts stand inside each other: make it flatter, or "
                "give inner parts a name in a context."
            )

    def leave(self) -> None:
        self.depth -= 1

    def inside(self, interval: bool) -> bool:
        """Say whether `[` may end a range now; gives what was said before, to be put back."""
        before, self.in_interval = self.in_interval, interval
        return before

    def closes_interval(self) -> bool:
        """Whether `[` here is the open end of `[1..10[` and no filter: nothing follows to test."""
        if not self.in_interval:
            return False
        after = self.row[self.index + 1]
        if after.kind == "word":
            return after.text in _INFIX_WORDS or after.text == "instance"
        return after.kind == "end" or (after.kind == "sign" and after.text not in "([{@-")

    def closes_at_end(self) -> bool:
        """Whether the bracket that opens at the next token closes with the last one."""
        depth = 0
        for index in range(self.index + 1, len(self.row) - 1):
            token = self.row[index]
            if token.kind == "sign":
                depth += (token.text == "(") - (token.text == ")")
                if depth == 0:
                    return index == len(self.row) - 2
        return False

    def key(self, stop: str, why: str) -> str:
        """A name up to the sign or word `stop`, or a text in quotation marks."""
        token = self.token
        if token.kind == "text" and self.ahead(stop):
            self.index += 2
            return unquote(token.text)
        end = naming.key_end(self.row, self.index, stop)
        if end is None:
            raise self.unexpected(f"a name and “{stop}”", why)
        last = self.row[end - 1]
        self.index = end + 1
        return naming.tidy(self.source[token.start : last.end])

    def member(self) -> str:
        """The name after a dot: the longest known one, else all words up to an operator."""
        token = self.token
        if token.kind != "word":
            raise self.unexpected("a name after the dot")
        known = naming.longest(self.known, self.row, self.index)
        if known is not None:
            name, self.index = known
            return name
        self.next()
        while self.token.kind == "word" and self.token.text not in naming.INFIX:
            self.next()
        last = self.row[self.index - 1]
        return naming.tidy(self.source[token.start : last.end])

    def type(self) -> tree.Type:
        """A type's name, with what it is made of in angle brackets."""
        self.enter()
        token = self.token
        known = naming.longest(_TYPES_OF_WORDS, self.row, self.index)
        if known is not None:
            name, self.index = known
            found = tree.Type(name, at=token.start)
        else:
            name = self.type_name()
            plain = not self.at_sign("<")
            found = tree.Type(name, at=token.start) if plain else self.type_parts(name, token)
        self.leave()
        return found

    def type_name(self) -> str:
        first = self.token
        if first.kind != "word":
            raise self.unexpected("a type: number, string, boolean, date, list<…>, …")
        name = self.member()
        while self.at_sign("."):
            self.next()
            name += "." + self.member()
        return name

    def type_parts(self, name: str, token: Token) -> tree.Type:
        self.next()
        of: list[tree.Type] = []
        entries: list[tuple[str, tree.Type]] = []
        while not self.at_sign(">"):
            if name == "context":
                entries.append((self.key(":", "write each entry as name: type"), self.type()))
            else:
                of.append(self.type())
            if not self.at_sign(","):
                break
            self.next()
        self.expect(">", "close the type with >")
        if name == "function":
            self.expect("->", "write a function's type as function<number> -> string")
            of.append(self.type())
        return tree.Type(name, tuple(of), tuple(entries), at=token.start)

    def finish(self) -> None:
        """The text must end here."""
        if self.token.kind != "end":
            before = self.row[self.index - 1] if self.index else None
            if before is not None and self.token.kind in ("word", "number", "text"):
                raise self.unexpected(
                    "an operator", f"put one between “{before.text}” and “{self.token.text}”"
                )
            raise self.unexpected("the end of the expression")

    def hint_doubled(self, sign: str) -> None:
        if sign == "=" and self.at_sign("="):
            raise self.error("Write one “=” to compare: “==” means nothing here.")

    def unexpected(self, wanted: str, why: str = "") -> ExpressionSyntax:
        """What is wrong at this token: what should stand here, and how to write it."""
        token = self.token
        tail = f" ({why})." if why else "."
        if token.kind == "end":
            if len(self.row) == 1:
                return self.error("The expression is empty: write a value, or take it out.")
            return self.error(f"The expression ends too early: {wanted} is missing{tail}")
        if token.text == ".." and token.kind == "sign":
            tail += " A range stands in brackets: [1..10]."
        return self.error(
            f"“{token.text[:40]}” cannot stand here: {wanted} was expected{tail}{_meant(token)}"
        )

    def error(self, message: str) -> ExpressionSyntax:
        return wrong(self.source, self.token.start, message)


def _meant(token: Token) -> str:
    """“ Did you mean …?” when a word is almost one of the language's own."""
    if token.kind != "word" or token.text in naming.RESERVED:
        return ""
    from difflib import get_close_matches  # slow to import, and only wanted now

    found = get_close_matches(token.text.lower(), _INFIX_WORDS, 1, 0.6)
    return f" Did you mean “{found[0]}”?" if found else ""


def _if(p: Cursor) -> tree.Node:
    at = p.token.start
    p.next()
    condition = p.expression()
    p.expect("then", "write if … then … else …")
    then = p.expression()
    p.expect("else", "write if … then … else …: both ways need a value")
    return tree.If(condition, then, p.expression(), at=at)


def _iterators(p: Cursor) -> tuple[tree.Iterator, ...]:
    found = []
    while True:
        at = p.token.start
        name = p.key("in", "write for x in list return …")
        naming.add(p.known, name)
        source = p.expression()
        end = None
        if p.at_sign(".."):
            p.next()
            end = p.expression()
        found.append(tree.Iterator(name, source, end, at=at))
        if not p.at_sign(","):
            return tuple(found)
        p.next()


def _for(p: Cursor) -> tree.Node:
    at = p.token.start
    p.next()
    iterators = _iterators(p)
    p.expect("return", "write for x in list return …")
    return tree.For(iterators, p.expression(), at=at)


def _quantified(p: Cursor) -> tree.Node:
    word, at = p.token.text, p.token.start
    p.next()
    iterators = _iterators(p)
    p.expect("satisfies", f"write {word} x in list satisfies …")
    return tree.Quantified(word, iterators, p.expression(), at=at)


def _function(p: Cursor) -> tree.Node:
    at = p.token.start
    p.next()
    p.next()
    parameters: list[tuple[str, tree.Type | None]] = []
    while not p.at_sign(")"):
        parameters.append(_parameter(p))
        if not p.at_sign(","):
            break
        p.next()
    p.expect(")", "close the parameters with )")
    external = p.at_word("external")
    if external:
        p.next()
    return tree.FunctionDefinition(tuple(parameters), p.expression(), external, at=at)


def _parameter(p: Cursor) -> tuple[str, tree.Type | None]:
    if naming.key_end(p.row, p.index, ":") is not None:
        name = p.key(":", "write a parameter as name or name: type")
        kind: tree.Type | None = p.type()
    else:
        first = p.index
        while p.token.kind in ("word", "number") or (
            p.token.kind == "sign" and p.token.text in naming.NAME_SIGNS
        ):
            p.next()
        if p.index == first:
            raise p.unexpected("the name of a parameter")
        name = naming.tidy(p.source[p.row[first].start : p.row[p.index - 1].end])
        kind = None
    naming.add(p.known, name)
    return name, kind


SPECIAL: Final[dict[str, Callable[[Cursor], tree.Node]]] = {
    "if": _if,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
    "function": _function,
}
