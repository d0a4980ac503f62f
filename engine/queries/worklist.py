"""The task lists: mine, unclaimed, my team, done. Late first, then urgent, then by due date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    false,
    func,
    select,
    union,
)

from engine import access, clock
from engine.access import Actor
from engine.access.lists import LISTS, Shape, Source, shape_of, values_of
from engine.definitions import shown
from engine.models import account, draft, process_definition, process_instance, user_task
from engine.prepared import Prepared, plan_once, together
from engine.queries import ordering
from engine.queries.ordering import Place, written

PAGE = 50
COUNTED = 1000  # counts stop here: “1,000+”
LOOKED_AT = 250  # tasks that are looked at for what the filters offer
OPEN = ("created", "claimed")
STATEMENTS = 256  # kept as they were built: one a list, order, filter and number of roles


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


@dataclass(frozen=True)
class _Asked:
    """What decides how the statements of a list read; the rest are their values."""

    tab: str
    shape: Shape
    sort: str
    filters: tuple[bool, bool, bool] = (False, False, False)  # by process, by stage, by date


def worklist(
    db: Connection, actor: Actor, tab: str, filters: Filters, after: str | None = None
) -> Worklist:
    """One page of a list, with the counts of all four; asked for in one trip."""
    begins, now, shape = Place.read(after), clock.now(), shape_of(actor)
    sort = filters.sort if filters.sort in ordering.ORDERS else ""
    by_date = filters.due in _DUE
    asked = _Asked(tab, shape, sort, (bool(filters.process), bool(filters.stage), by_date))
    values = {**values_of(actor), **_values(filters, now, begins)}
    plan_once(db)
    rows, number, late, offered, *counts = (
        answer.rows
        for answer in together(
            db,
            [
                (_page(asked, (begins.part, bool(begins.behind)), PAGE + 1), values),
                (_count(asked), values),
                (_count(asked, late=True), values),
                (_choices(tab, shape), values),
                *((_count(_Asked(name, shape, "")), values) for name in LISTS),
            ],
        )
    )
    processes, stages = _offered(offered)
    return Worklist(
        tab=tab,
        lines=tuple(_line(db, row, actor, now) for row in rows[:PAGE]),
        counts={name: _capped(count) for name, count in zip(LISTS, counts, strict=True)},
        number=_capped(number),
        late=_capped(late),
        next=ordering.place(rows[PAGE - 1]) if len(rows) > PAGE else None,
        processes=processes,
        stages=stages,
    )


def page_query(db: Connection, actor: Actor, tab: str, limit: int = PAGE + 1) -> list[Any]:
    """The rows of the first page in the usual order, nothing beside them."""
    plan_once(db)
    values = {**values_of(actor), **_values(Filters(), clock.now(), Place())}
    return _page(_Asked(tab, shape_of(actor), ""), (0, False), limit).rows(db, values)


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


def _sources(asked: _Asked) -> tuple[Source, ...]:
    """The list's, with the filters asked for. What is offered to a role is filtered by its task."""
    found = LISTS[asked.tab](asked.shape)
    return tuple(replace(one, where=(*one.where, *_filters(one, asked))) for one in found)


def _filters(source: Source, asked: _Asked) -> Iterator[ColumnElement[bool]]:
    process, stage, due = asked.filters
    if due:
        yield source.due < bindparam("until")
    if stage:
        yield user_task.c.stage == bindparam("stage")
    if process:
        p = process_instance.c
        yield user_task.c.instance_id.in_(select(p.id).where(p.key == bindparam("process")))
    if process or stage:
        yield user_task.c.id == source.task_id


@lru_cache(STATEMENTS)
def _page(asked: _Asked, begins: tuple[int, bool], limit: int) -> Prepared:
    parts = ordering.parts_of(asked.tab, asked.sort)
    listed = ordering.page(_sources(asked), parts, begins, limit)
    t, mine = user_task.c, draft.c.account_id == bindparam("me")
    return Prepared(
        select(
            user_task,
            process_instance.c.reference,
            process_definition.c.title.label("process"),
            account.c.name.label("holder"),
            draft.c.saved_at,
            listed.c.part,
            listed.c.rank,
        )
        .select_from(listed)
        .join(user_task, t.id == listed.c.id)
        .join(process_instance, process_instance.c.id == t.instance_id)
        .join(process_definition, process_definition.c.id == process_instance.c.definition_id)
        .outerjoin(account, account.c.id == t.assignee_id)
        .outerjoin(draft, and_(draft.c.task_id == t.id, mine))
        .order_by(listed.c.part, listed.c.rank, t.id)
        .limit(written(limit))
    )


@lru_cache(STATEMENTS)
def _count(asked: _Asked, *, late: bool = False) -> Prepared:
    """How many tasks, or late ones, up to a few more than are told."""
    sources = _sources(asked)
    if late:  # nothing done is late
        sources = tuple(
            replace(
                s, where=(*s.where, false() if asked.tab == "done" else s.due < bindparam("now"))
            )
            for s in sources
        )
    tasks = [_first(source, COUNTED + 1) for source in sources]
    capped = select(union(*tasks).subquery()).limit(written(COUNTED + 1)).subquery()
    return Prepared(select(func.count()).select_from(capped))


@lru_cache(STATEMENTS)
def _choices(tab: str, shape: Shape) -> Prepared:
    """What the filters offer: the processes and stages among the first tasks of this list."""
    listed = union(*(_first(source, LOOKED_AT) for source in LISTS[tab](shape))).subquery()
    of_list = select(listed).limit(written(LOOKED_AT)).subquery()
    t, p, d = user_task.c, process_instance.c, process_definition.c
    return Prepared(
        select(p.key, d.title, t.stage)
        .select_from(of_list)
        .join(user_task, t.id == of_list.c.id)
        .join(process_instance, p.id == t.instance_id)
        .join(process_definition, d.id == p.definition_id)
        .distinct()
    )


def _first(source: Source, limit: int) -> Select[Any]:
    """In the order of its index: what is asked for so is looked up there, never found by reading
    all that is open."""
    some = select(source.task_id.label("id")).where(*source.where)
    some = some.order_by(*source.first, source.date, source.task_id)
    return select(some.limit(written(limit)).subquery())


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
