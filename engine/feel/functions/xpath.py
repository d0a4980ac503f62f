"""The dialect of XPath's regular expressions, put into that of the library."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final


class Unreadable(ValueError):
    """The pattern is none of XPath's."""


# XML Schema part 2, appendix F: what the escapes stand for.
_CLASSES: Final = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "s": r" \t\n\r",
    "w": r"\p{L}\p{M}\p{N}\p{S}",
    "i": r"\p{L}\p{Nl}_:",
    "c": r"\p{L}\p{M}\p{Nd}\p{Nl}\-._:\u00b7",
}
_PLAIN: Final = frozenset("nrt\\|.-^?*+{}()[]$")
_BLOCK: Final = re.compile(r"\s*(Is)?\s*([A-Za-z0-9\-_]+)\s*")


class _Reader:
    """One pattern, from left to right."""

    def __init__(self, pattern: str, spaced: bool, flags: str) -> None:
        self.pattern, self.spaced, self.flags = pattern, spaced, flags
        self.at = 0
        self.made: list[str] = []

    def next(self) -> str:
        if self.at >= len(self.pattern):
            raise Unreadable("it ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def ahead(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def whole(self) -> str:
        while self.at < len(self.pattern):
            sign = self.next()
            if self.spaced and sign in " \t\n\r":
                continue
            self.made.append(self.part(sign))
        return "".join(self.made)

    def part(self, sign: str) -> str:
        if sign in "?*+":
            return self.repeat(sign)
        if sign in "]}":
            raise Unreadable(f"“{sign}” closes nothing")
        reader = _PARTS.get(sign)
        if reader is not None:
            return reader(self)
        return sign if sign in "^|)" else re.escape(sign)

    def dot(self) -> str:
        return "." if "s" in self.flags else r"[^\n\r]"

    def end(self) -> str:
        return r"(?=\n|\Z)" if "m" in self.flags else r"\Z"

    def group(self) -> str:
        if self.ahead("?:"):
            self.at += 2
            return "(?:"
        if self.ahead("?"):
            raise Unreadable("“(?” is not known")
        return "("

    def repeat(self, sign: str) -> str:
        """A repetition, perhaps a reluctant one; two repetitions in a row mean nothing."""
        if self.ahead("?"):
            self.at += 1
            sign += "?"
        if self.at < len(self.pattern) and self.pattern[self.at] in "?*+":
            raise Unreadable("two repetitions stand in a row")
        return sign

    def count(self) -> str:
        match = re.compile(r"(\d+)(,(\d*))?\}").match(self.pattern, self.at)
        if match is None or len(match[0]) > 12:
            raise Unreadable("“{” starts no count like {2,5}")
        self.at = match.end()
        return self.repeat("{" + match[0])

    def escape(self) -> str:
        """An escape outside a set."""
        sign = self.next()
        if sign.isdigit():
            return self.reference(sign)
        inner = self.escaped(sign)
        return inner if len(inner) == 2 and inner[0] == "\\" else f"[{inner}]"

    def reference(self, sign: str) -> str:
        groups = sum(part == "(" for part in self.made)
        number = sign
        while self.at < len(self.pattern) and self.pattern[self.at].isdigit():
            if int(number + self.pattern[self.at]) > groups:
                break
            number += self.next()
        if not 1 <= int(number) <= groups:
            raise Unreadable(f"there is no group {number}")
        return f"(?:\\{number})"

    def escaped(self, sign: str) -> str:
        """What an escape stands for, as the inside of a set."""
        if sign in _PLAIN:
            return "\\" + sign
        if sign in "pP":
            return self.category(sign)
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign.lower() in _CLASSES:
            return self.complement(_CLASSES[sign.lower()])
        if self.spaced and sign in " \t":
            return self.escaped(self.next())
        raise Unreadable(f"“\\{sign}” is not known")

    def complement(self, inside: str) -> str:
        return "^" + inside

    def category(self, sign: str) -> str:
        end = self.pattern.find("}", self.at)
        if not self.ahead("{") or end < 0:
            raise Unreadable("“\\p” wants a category: \\p{L}")
        text = self.pattern[self.at + 1 : end]
        self.at = end + 1
        if self.spaced:
            text = re.sub(r"\s", "", text)
        match = _BLOCK.fullmatch(text)
        if match is None or text != text.strip() or " " in text:
            raise Unreadable(f"there is no category “{text}”")
        return f"\\{sign}{{{'In' if match[1] else ''}{match[2]}}}"

    def set(self) -> str:
        """`[…]`, with what a set taken away from it leaves: tested first, without moving on."""
        negated = self.ahead("^")
        self.at += negated
        parts: list[str] = []
        complements: list[str] = []
        minus = ""
        while True:
            sign = self.next()
            if sign == "]" and (parts or complements):
                break
            if sign == "-" and self.ahead("["):
                self.at += 1
                minus = self.set()
                if self.next() != "]":
                    raise Unreadable("a set taken away must come last")
                break
            piece = self.member(sign)
            (complements if piece.startswith("^") else parts).append(piece.removeprefix("^"))
        return _set(parts, complements, minus, negated)

    def member(self, sign: str) -> str:
        if sign == "\\":
            return self.escaped(self.next())
        if sign == "[":
            raise Unreadable("“[” inside a set must be written \\[")
        if sign == "-":
            # A hyphen between two characters is a range; first or last it is itself.
            following = self.pattern[self.at : self.at + 1]
            first = self.pattern[self.at - 2] in "[^"
            return "\\-" if following == "]" or first else "-"
        return re.escape(sign) if sign in "^&~|\\" else sign


_PARTS: Final[dict[str, Callable[[_Reader], str]]] = {
    "\\": _Reader.escape,
    "[": _Reader.set,
    "(": _Reader.group,
    ".": _Reader.dot,
    "$": _Reader.end,
    "{": _Reader.count,
}


def _set(parts: list[str], complements: list[str], minus: str, negated: bool) -> str:
    inside = "".join(parts)
    ways = [f"[{inside}]"] if inside else []
    ways += [f"[^{one}]" for one in complements]
    if len(ways) == 1 and not minus and not complements:
        return f"[{'^' if negated else ''}{inside}]"
    joined = "(?:" + "|".join(ways) + ")"
    found = f"(?!{joined})(?s:.)" if negated else joined
    return f"(?:(?!{minus}){found})" if minus else f"(?:{found})"


def translate(pattern: str, flags: str) -> str:
    """The pattern in the library's dialect; Unreadable when XPath does not know it."""
    return _Reader(pattern, "x" in flags, flags).whole()
