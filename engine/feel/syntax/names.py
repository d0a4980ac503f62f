"""Names of several words: which are known, and the longest one that starts at a token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from engine.errors import ExpressionSyntax
from engine.feel.syntax.tokens import Token, tokens

# Words that can stand between two operands, or end a part of an expression.
INFIX: Final = frozenset(
    ("and", "or", "in", "between", "instance", "then", "else", "return", "satisfies", "external")
)
RESERVED: Final = INFIX | frozenset(["true", "false", "null", "if", "for", "some", "every"])
# A sign inside a name (DMN 1.5, 10.3.1.2, rule 27 and following).
NAME_SIGNS: Final = frozenset("-+*/.'**")

Known = dict[str, list[tuple[tuple[str, ...], str]]]


@lru_cache(maxsize=4096)
def parts(name: str) -> tuple[str, ...]:
    """The tokens of a name; empty when the text could never be cut so."""
    try:
        return tuple(token.text for token in tokens(name)[:-1])
    except ExpressionSyntax:  # a text with signs that no name can have
        return ()


def add(known: Known, name: str) -> None:
    """Let `name` be recognised where its words stand in a row; single words need no entry."""
    cut = parts(name)
    if len(cut) < 2:
        return
    entries = known.setdefault(cut[0], [])
    if all(other != cut for other, _ in entries):
        entries.append((cut, tidy(name)))
        entries.sort(key=lambda entry: -len(entry[0]))


def table(names: Iterable[str]) -> Known:
    known: Known = {}
    for name in names:
        add(known, name)
    return known


def longest(known: Known, row: Sequence[Token], at: int) -> tuple[str, int] | None:
    """The longest known name starting at token `at`, and the token after it."""
    for cut, name in known.get(row[at].text, ()):
        end = at + len(cut)
        if end < len(row) and all(row[at + i].text == cut[i] for i in range(len(cut))):
            return name, end
    return None


def tidy(name: str) -> str:
    """One blank between words, none around."""
    return " ".join(name.split())


def key_end(row: Sequence[Token], at: int, stop: str) -> int | None:
    """Where the sign or word `stop` ends a name that starts at token `at`, if it does."""
    here = at
    while here < len(row):
        token = row[here]
        if token.text == stop and token.kind in ("sign", "word"):
            return here if here > at else None
        if token.kind == "sign" and token.text not in NAME_SIGNS:
            return None
        if token.kind in ("end", "text"):
            return None
        here += 1
    return None
