"""Cut a text into FEEL's smallest parts: words, numbers, texts and signs, each with its place."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import ExpressionSyntax

# A word takes letters, digits and the other characters of DMN 1.5, 10.3.1.2, rules 28 and 29;
# names of several words are put together by the parser, which knows which names exist.
_WORD: Final = r"(?:[^\W\d]|[?\u0370-\u1fff\U00010000-\U000effff])"
_PART: Final = r"(?:\w|[?\u00b7\u0300-\u1fff\u203f\u2040\U00010000-\U000effff])"
_PATTERN: Final = re.compile(
    rf"""(?P<space>(?:[\s\u0085\u180e\u200b\ufeff]|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
    |(?P<number>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<word>{_WORD}{_PART}*)
    |(?P<sign>\*\*|\.\.|->|<=|>=|!=|[-+*/=<>()\[\]{{}},:.@'])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'"}
_ESCAPE: Final = r"\\(?:U([0-9A-Fa-f]{6})|u([0-9A-Fa-f]{4})|([nrt\"\\']))"
_SURROGATES: Final = "[\ud800-\udbff][\udc00-\udfff]"


class Token:
    """`kind` is word, number, text, sign or end; `start` and `end` are offsets into the source."""

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind, self.text, self.start, self.end = kind, text, start, end


def place(source: str, offset: int) -> tuple[int, int]:
    """The line and column, both from 1, of an offset."""
    line = source.count("\n", 0, offset) + 1
    return line, offset - (source.rfind("\n", 0, offset) + 1) + 1


def wrong(source: str, offset: int, message: str) -> ExpressionSyntax:
    """A syntax error at `offset` of `source`."""
    line, column = place(source, offset)
    return ExpressionSyntax(message, text=source, line=line, column=column)


def tokens(source: str, start: int = 0) -> list[Token]:
    """All tokens from `start` on and one of kind `end`; ExpressionSyntax at a sign FEEL lacks."""
    found: list[Token] = []
    at, size, match = start, len(source), _PATTERN.match
    while at < size:
        hit = match(source, at)
        if hit is None:
            raise _unreadable(source, at)
        kind = hit.lastgroup
        after = hit.end()
        if kind != "space":
            found.append(Token(kind or "", hit.group(), at, after))
        at = after
    found.append(Token("end", "", size, size))
    return found


def _unreadable(source: str, at: int) -> ExpressionSyntax:
    sign = source[at]
    if sign == '"':
        return wrong(source, at, 'This text has no closing quotation mark ("): add one.')
    hints = {
        "!": "write “not(…)” for not, “!=” for is not equal",
        "&": "write “and” between conditions, “+” between texts",
        "|": "write “or” between conditions",
        "“": 'use straight quotation marks (")',
        "”": 'use straight quotation marks (")',
        "‘": 'use straight quotation marks (")',
        "%": "write “modulo(a, b)” for a remainder, “/ 100” for per cent",
        "^": "write “**” for a power",
        ";": "put a comma between entries",
    }
    hint = hints.get(sign)
    return wrong(
        source, at, f"“{sign}” means nothing in an expression" + (f": {hint}." if hint else ".")
    )


def unquote(literal: str) -> str:
    """The text a string literal stands for: escapes resolved, surrogate pairs joined."""
    inner = literal[1:-1]
    if "\\" not in inner:
        return inner
    plain = re.sub(_ESCAPE, _unescape, inner)
    return re.sub(
        _SURROGATES, lambda m: m.group().encode("utf-16", "surrogatepass").decode("utf-16"), plain
    )


def _unescape(match: re.Match[str]) -> str:
    six, four, sign = match.groups()
    if sign:
        return _ESCAPES[sign]
    point = int(six or four, 16)
    return chr(point) if point <= 0x10FFFF else match.group()
