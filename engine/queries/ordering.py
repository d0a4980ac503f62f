"""The order of a task list, page by page. Unless another is asked for: late first, then urgent,
then by due date, none last.

A list is cut into parts whose rows an index yields in their order; a page is the first rows of
the parts' union, so that its cost does not grow with the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    literal,
    not_,
    or_,
    select,
    type_coerce,
    union_all,
)

from engine import clock
from engine.models import user_task

# part ~ rank ~ task id: where a page begins, as its address says it
PLACE = re.compile(r"([0-9])~(-?[0-9]{1,18})~([0-9a-f]{1,32})\Z")
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Part:
    """Rows that stand together; inside, they go by `rank` and then by id."""

    where: tuple[Condition, ...]
    rank: ColumnElement[int]


def open_parts() -> tuple[Part, ...]:
    """Late and urgent, late, urgent with a date, urgent without, with a date, without."""
    t, urgent = user_task.c, user_task.c.urgent.is_(True)
    due = _micros(t.due_at)
    late, dated, undated = t.due_at < clock.now(), t.due_at >= clock.now(), t.due_at.is_(None)
    none = literal(0, BigInteger)
    return (
        Part((late, urgent), due),
        Part((late, not_(urgent)), due),
        Part((dated, urgent), due),
        Part((undated, urgent), none),
        Part((dated, not_(urgent)), due),
        Part((undated, not_(urgent)), none),
    )


def _soonest_first() -> tuple[Part, ...]:
    return (*_by_date(), *_undated())


def _latest_first() -> tuple[Part, ...]:
    dated = Part((user_task.c.due_at.is_not(None),), -_micros(user_task.c.due_at))
    return (dated, *_undated())


def _urgent_first() -> tuple[Part, ...]:
    urgent = user_task.c.urgent.is_(True)
    return tuple(
        Part((*part.where, condition), part.rank)
        for condition in (urgent, not_(urgent))
        for part in _soonest_first()
    )


def _by_date() -> tuple[Part, ...]:
    return (Part((user_task.c.due_at.is_not(None),), _micros(user_task.c.due_at)),)


def _undated() -> tuple[Part, ...]:
    return (Part((user_task.c.due_at.is_(None),), literal(0, BigInteger)),)


# The orders of open tasks that can be asked for, as addresses name them.
ORDERS: dict[str, Callable[[], tuple[Part, ...]]] = {
    "due": _soonest_first,
    "-due": _latest_first,
    "priority": _urgent_first,
}


def parts_of(tab: str, sort: str) -> tuple[Part, ...]:
    """The parts of a list in the order asked for; the usual one when there is none such."""
    return done_parts() if tab == "done" else ORDERS.get(sort, open_parts)()


def done_parts() -> tuple[Part, ...]:
    """The last ended first."""
    return (Part((user_task.c.ended_at.is_not(None),), -_micros(user_task.c.ended_at)),)


def _micros(column: Any) -> ColumnElement[int]:
    """The stored number of an instant, so that it can be written into an address."""
    return type_coerce(column, BigInteger)


def page(
    alternatives: Sequence[Condition], parts: Sequence[Part], after: str | None, limit: int
) -> Subquery:
    """Part, rank and id of the first rows behind `after`; a place that is none is ignored.

    `alternatives` exclude each other; a row belongs to the list when one of them holds."""
    found = PLACE.match(after or "")
    first = int(found[1]) if found else 0
    behind = (int(found[2]), found[3]) if found else None
    selects = [
        _some(condition, number, part, behind if number == first else None, limit)
        for number, part in enumerate(parts)
        if number >= first
        for condition in alternatives
    ]
    if not selects:  # a place behind every part
        selects = [_some(alternatives[0], 0, parts[0], None, 0)]
    return union_all(*selects).subquery()


def _some(
    condition: Condition, number: int, part: Part, behind: tuple[int, str] | None, limit: int
) -> Select[Any]:
    t = user_task.c
    rows = select(
        literal(number).label("part"), part.rank.label("rank"), t.id.label("id")
    ).where(condition, *part.where)  # fmt: skip
    if behind is not None:
        rank, task_id = behind
        rows = rows.where(or_(part.rank > rank, and_(part.rank == rank, t.id > task_id)))
    cut = rows.order_by(part.rank, t.id).limit(limit).subquery()
    return select(cut)


def place(row: Any) -> str:
    """What `page` takes to go on behind this row."""
    return f"{row.part}~{row.rank}~{row.id}"
