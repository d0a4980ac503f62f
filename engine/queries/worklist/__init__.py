"""The task lists: mine, unclaimed, my team, done. Late first, then urgent, then by due date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine import access, clock
from engine.access import Actor
from engine.access.lists import LISTS, shape_of, values_of
from engine.definitions import shown
from engine.prepared import plan_once, together
from engine.queries.worklist import listing, ordering
from engine.queries.worklist.listing import COUNTED
from engine.queries.worklist.ordering import Place

PAGE = 50
OPEN = ("created", "claimed")


@dataclass(frozen=True)
class Filters:
    """Each empty means “all”. `due`: late, today or week. `sort`: one of `ordering.ORDERS`."""

    process: str = ""
    stage: str = ""
    due: str = ""
    sort: str = ""


@dataclass(frozen=True)
class TaskLine:
    id: str
    title: str
    reference: str
    process: str
    stage: str | None
    due_at: datetime | None
    late: bool
    urgent: bool
    holder: str | None
    state: str
    claimable: bool
    draft_saved_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Worklist:
    tab: str
    lines: tuple[TaskLine, ...]
    counts: dict[str, str]
    number: str  # how many tasks match the filters
    late: str  # how many of those, “0” when none
    next: str | None  # where the next page begins
    processes: tuple[tuple[str, str], ...]
    stages: tuple[str, ...]


def worklist(
    db: Connection, actor: Actor, tab: str, filters: Filters, after: str | None = None
) -> Worklist:
    """One page of a list, with the counts of all four."""
    begins, now, shape = Place.read(after), clock.now(), shape_of(actor)
    sort = filters.sort if filters.sort in ordering.ORDERS else ""
    by_date = filters.due in _DUE
    asked = listing.Asked(tab, shape, sort, (bool(filters.process), bool(filters.stage), by_date))
    values = {**values_of(actor), **_values(filters, now, begins)}
    plan_once(db)
    rows = listing.rows(db, asked, begins, values, PAGE + 1)
    matching = replace(asked, sort="")  # the same list in whatever order
    whole = {name: listing.Asked(name, shape, "") for name in LISTS}
    counted = tuple(dict.fromkeys((*whole.values(), matching)))
    late, offered, *counts = (
        answer.rows
        for answer in together(
            db,
            [
                (listing.count(matching, late=True), values),
                (listing.choices(tab, shape), values),
                *((listing.count(each), values) for each in counted),
            ],
        )
    )
    count = dict(zip(counted, map(_capped, counts), strict=True))
    processes, stages = _offered(offered)
    return Worklist(
        tab=tab,
        lines=tuple(_line(db, row, actor, now) for row in rows[:PAGE]),
        counts={name: count[each] for name, each in whole.items()},
        number=count[matching],
        late=_capped(late),
        next=ordering.place(rows[PAGE - 1]) if len(rows) > PAGE else None,
        processes=processes,
        stages=stages,
    )


def page_query(db: Connection, actor: Actor, tab: str, limit: int = PAGE + 1) -> list[Any]:
    """The rows of the first page in the usual order, nothing beside them."""
    plan_once(db)
    values = {**values_of(actor), **_values(Filters(), clock.now(), Place())}
    return listing.rows(db, listing.Asked(tab, shape_of(actor), ""), Place(), values, limit)


def next_task(db: Connection, actor: Actor) -> TaskLine | None:
    """The first of this person's own tasks: offered after one was completed."""
    rows = page_query(db, actor, "mine", limit=1)
    return _line(db, rows[0], actor, clock.now()) if rows else None


def _values(filters: Filters, now: datetime, begins: Place) -> dict[str, Any]:
    until = _DUE[filters.due]() if filters.due in _DUE else now
    return {
        "process": filters.process, "stage": filters.stage, "until": until, "now": now,
        "rank": begins.rank, "behind": begins.behind,
    }  # fmt: skip


def _offered(rows: list[Any]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    processes = tuple(sorted({r.key: r.title for r in rows}.items(), key=lambda pair: pair[1]))
    return processes, tuple(sorted({r.stage for r in rows if r.stage}))


def _line(db: Connection, row: Any, actor: Actor, now: datetime) -> TaskLine:
    instead = shown.words(db, actor, row)
    due_at = None if instead else row.due_at
    return TaskLine(
        id=row.id,
        title=instead or row.title,
        reference=row.reference,
        process=row.process,
        stage=row.stage,
        due_at=due_at,
        late=row.state in OPEN and due_at is not None and due_at < now,
        urgent=row.urgent and instead is None,
        holder=row.holder,
        state=row.state,
        claimable=access.may_claim(actor, row),
        draft_saved_at=row.saved_at,
        ended_at=row.ended_at,
    )


def _end_of_day(days: int) -> datetime:
    midnight = clock.local_now().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days)


_DUE: dict[str, Callable[[], datetime]] = {
    "late": clock.now,
    "today": lambda: _end_of_day(1),
    "week": lambda: _end_of_day(7),
}


def _capped(rows: list[Any]) -> str:
    count = rows[0][0]
    return f"{COUNTED:,}+" if count > COUNTED else str(count)
