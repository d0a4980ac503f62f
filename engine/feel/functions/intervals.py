"""Functions on ranges and points: which lies before, meets, overlaps or holds which.

Every limit becomes a place: its value and a hair's breadth after it (a start that is not
included), before it (such an end) or none. Places compare by value first. (DMN 1.5, table 78)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from engine.feel.compare import order
from engine.feel.runtime import Run
from engine.feel.values import Range

from .registry import builtin


class Place(NamedTuple):
    """`side` is -1, 0 or 1 for just before, at and just after; `endless` beyond all values."""

    value: Any
    side: int = 0
    endless: int = 0


class _Incomparable(Exception):
    """Two limits have no order: caught here, the answer is null."""


Ends = tuple[Place, Place]


def _ends(value: Any) -> Ends:
    if not isinstance(value, Range):
        return Place(value), Place(value)
    if value.sign == "!=":
        raise _Incomparable
    start = Place(value.start, 0 if value.start_included else 1)
    end = Place(value.end, 0 if value.end_included else -1)
    if value.sign[:1] == "<":
        start = Place(None, 0, -1)
    if value.sign[:1] == ">":
        end = Place(None, 0, 1)
    return start, end


def _compare(one: Place, other: Place, run: Run) -> int:
    if one.endless or other.endless:
        return (one.endless > other.endless) - (one.endless < other.endless)
    found = order(one.value, other.value, run)
    if found is None:
        raise _Incomparable
    return found or (one.side > other.side) - (one.side < other.side)


Relation = Callable[[Ends, Ends, Callable[[Place, Place], int]], bool]


def _relation(relation: Relation, *declarations: str) -> None:
    @builtin(*declarations)
    def _ask(run: Run, one: Any, other: Any) -> bool | None:
        try:
            return relation(_ends(one), _ends(other), lambda a, b: _compare(a, b, run))
        except _Incomparable:
            return None


def _forms(name: str, *pairs: str) -> list[str]:
    """Declarations of a function for points and ranges: `pp pr rp rr` say which."""
    words = {"pp": "point1: any, point2: any", "pr": "point: any, range: range",
             "rp": "range: range, point: any", "rr": "range1: range, range2: range"}  # fmt: skip
    return [f"{name}({words[pair]})" for pair in pairs]


def _same(a: Place, b: Place, compare: Callable[[Place, Place], int]) -> bool:
    return a.side == b.side == 0 and compare(a, b) == 0


_relation(lambda a, b, c: c(a[1], b[0]) < 0, *_forms("before", "pp", "pr", "rp", "rr"))
_relation(lambda a, b, c: c(a[0], b[1]) > 0, *_forms("after", "pp", "pr", "rp", "rr"))
_relation(lambda a, b, c: _same(a[1], b[0], c), *_forms("meets", "rr"))
_relation(lambda a, b, c: _same(a[0], b[1], c), *_forms("met by", "rr"))
_relation(lambda a, b, c: c(a[1], b[0]) >= 0 and c(a[0], b[1]) <= 0, *_forms("overlaps", "rr"))
_relation(
    lambda a, b, c: c(a[0], b[0]) < 0 and c(a[1], b[0]) >= 0 and c(a[1], b[1]) <= 0,
    *_forms("overlaps before", "rr"),
)
_relation(
    lambda a, b, c: c(a[0], b[0]) > 0 and c(a[0], b[1]) <= 0 and c(a[1], b[1]) >= 0,
    *_forms("overlaps after", "rr"),
)
_relation(
    lambda a, b, c: c(a[1], b[1]) == 0 and c(a[0], b[0]) >= 0, *_forms("finishes", "pr", "rr")
)
_relation(
    lambda a, b, c: c(a[1], b[1]) == 0 and c(a[0], b[0]) <= 0, *_forms("finished by", "rp", "rr")
)
_relation(
    lambda a, b, c: c(a[0], b[0]) <= 0 and c(a[1], b[1]) >= 0, *_forms("includes", "rp", "rr")
)
_relation(lambda a, b, c: c(a[0], b[0]) >= 0 and c(a[1], b[1]) <= 0, *_forms("during", "pr", "rr"))
_relation(lambda a, b, c: c(a[0], b[0]) == 0 and c(a[1], b[1]) <= 0, *_forms("starts", "pr", "rr"))
_relation(
    lambda a, b, c: c(a[0], b[0]) == 0 and c(a[1], b[1]) >= 0, *_forms("started by", "rp", "rr")
)
_relation(
    lambda a, b, c: c(a[0], b[0]) == 0 and c(a[1], b[1]) == 0, *_forms("coincides", "pp", "rr")
)


@builtin("range(from: string)")
def _range(run: Run, text: str) -> Any:
    """A range from its text; its limits must be plain values in the right order."""
    from engine.feel.functions.range_text import read

    found = read(text)
    if found is None:
        return run.null("The text is no range: write [1..10], with plain values as its limits.")
    place = order(found.start, found.end, run)
    if place is None or place > 0:
        return run.null("A range's start must not come after its end.")
    return found
