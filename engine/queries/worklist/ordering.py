"""The order of a task list, page by page. Unless another is asked for: late first, then urgent,
then by due date, none last.

A list is cut into parts whose rows an index yields in their order; a page is the first rows of
the parts' union, so that its cost does not grow with the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    false,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
    union,
)

from engine.access.lists import Conditions, Source

# part ~ rank ~ task id: where a page begins, as its address says it
PLACE = re.compile(r"([0-9])~(-?[0-9]{1,18})~([0-9a-f]{1,32})\Z")
_RANK: ColumnElement[int] = bindparam("rank", type_=BigInteger)
_ID: ColumnElement[str] = bindparam("behind")
_NOW: ColumnElement[Any] = bindparam("now")


@dataclass(frozen=True)
class Part:
    """Rows that stand together; inside, they go by their date and then by id, those without a
    date by id. `late`, `urgent`: None means either."""

    dated: bool
    urgent: bool | None = None
    late: bool | None = None
    last_first: bool = False


# Late and urgent, late, urgent with a date, urgent without, with a date, without.
USUAL = (
    Part(True, urgent=True, late=True),
    Part(True, urgent=False, late=True),
    Part(True, urgent=True, late=False),
    Part(False, urgent=True),
    Part(True, urgent=False, late=False),
    Part(False, urgent=False),
)
# The orders of open tasks that can be asked for, as addresses name them.
ORDERS: dict[str, tuple[Part, ...]] = {
    "due": (Part(True), Part(False)),
    "-due": (Part(True, last_first=True), Part(False)),
    "priority": (
        Part(True, urgent=True), Part(False, urgent=True),
        Part(True, urgent=False), Part(False, urgent=False),
    ),
}  # fmt: skip
DONE = (Part(True, last_first=True),)


def parts_of(tab: str, sort: str) -> tuple[Part, ...]:
    """The parts of a list in the order asked for; the usual one when there is none such."""
    return DONE if tab == "done" else ORDERS.get(sort, USUAL)


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind this row of this part, or at the part's first row."""

    part: int = 0
    rank: int = 0
    behind: str = ""

    @classmethod
    def read(cls, address: str | None) -> Place:
        """What `place` wrote; the beginning for what is none."""
        found = PLACE.match(address or "")
        return cls(int(found[1]), int(found[2]), found[3]) if found else cls()


def place(row: Any) -> str:
    """What a page that goes on behind this row begins with."""
    return f"{row.part}~{row.rank}~{row.id}"


def page(
    sources: Sequence[Source], parts: Sequence[Part], wanted: tuple[range, bool], limit: int
) -> Subquery:
    """Part, rank and id of the first rows of the list, each task once: of the parts with these
    numbers, and of the first of them behind a row, if so. Run with `now` and, behind a row, its
    `rank` and id `behind`."""
    numbers, within = wanted
    selects = [
        _some(source, number, parts[number], within and number == numbers[0], limit)
        for number in numbers
        for source in sources
    ]
    if not selects:  # a place behind every part
        nothing = replace(sources[0], where=(false(),))
        selects = [_some(nothing, 0, parts[0], False, limit)]
    return union(*selects).subquery()


def _some(source: Source, number: int, part: Part, within: bool, limit: int) -> Select[Any]:
    micros: ColumnElement[Any] = type_coerce(source.date, BigInteger)
    rank = literal_column("0", BigInteger) if not part.dated else micros
    rank = -rank if part.last_first else rank
    rows = select(
        literal_column(str(number)).label("part"), rank.label("rank"), source.task_id.label("id")
    ).where(*source.where, *_belongs(source, part))  # fmt: skip
    if within:
        rows = rows.where(*_behind(source, part, micros))
    order = [*source.first, source.date]
    order = [column.desc() for column in order] if part.last_first else order
    return select(rows.order_by(*order, source.task_id).limit(written(limit)).subquery())


def written(limit: int) -> ColumnElement[int]:
    """A number in the text: PostgreSQL then knows it when it plans once for all the times."""
    return literal_column(str(limit), Integer)


def _belongs(source: Source, part: Part) -> Iterator[ColumnElement[bool]]:
    yield source.date.is_not(None) if part.dated else source.date.is_(None)
    if part.urgent is not None:
        yield source.urgent if part.urgent else not_(source.urgent)
    if part.late is not None:
        yield source.date < _NOW if part.late else source.date >= _NOW


def _behind(source: Source, part: Part, micros: ColumnElement[int]) -> Conditions:
    """In words that an index is read by: no row before the place is looked at."""
    if not part.dated:
        return (source.task_id > _ID,)
    if part.last_first:
        return (micros <= -_RANK, or_(micros < -_RANK, source.task_id > _ID))
    return (micros >= _RANK, or_(micros > _RANK, and_(micros == _RANK, source.task_id > _ID)))
