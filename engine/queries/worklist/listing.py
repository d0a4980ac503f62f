"""The statements of the task lists, each built once for what it is asked with: the list, its order,
the filters, how many roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ParamSpec

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

from engine.access.lists import LISTS, Shape, Source
from engine.models import account, draft, process_definition, process_instance, user_task
from engine.prepared import Prepared
from engine.queries.worklist import ordering
from engine.queries.worklist.ordering import Place, written

P = ParamSpec("P")
COUNTED = 1000  # counts stop here: “1,000+”
LOOKED_AT = 250  # tasks that are looked at for what the filters offer
STATEMENTS = 256


@dataclass(frozen=True)
class Asked:
    """What decides how the statements of a list read; the rest are their values."""

    tab: str
    shape: Shape
    sort: str
    filters: tuple[bool, bool, bool] = (False, False, False)  # by process, by stage, by date


def rows(
    db: Connection, asked: Asked, begins: Place, values: dict[str, Any], limit: int
) -> list[Any]:
    """Where each statement is a trip to a server, all parts of the list are in one; in a file one
    part is asked for after the other, until there are enough."""
    parts = range(begins.part, len(parts_of(asked)))
    at_once = [range(n, n + 1) for n in parts] if db.dialect.name == "sqlite" else [parts]
    found: list[Any] = []
    for some in at_once:
        within = bool(begins.behind) and begins.part in some
        found += page(asked, some, within, limit).rows(db, values)
        if len(found) >= limit:
            break
    return found[:limit]


def parts_of(asked: Asked) -> tuple[ordering.Part, ...]:
    return ordering.parts_of(asked.tab, asked.sort)


def _sources(asked: Asked) -> tuple[Source, ...]:
    """The list's, with the filters asked for. What is offered to a role is filtered by its task."""
    found = LISTS[asked.tab](asked.shape)
    return tuple(replace(one, where=(*one.where, *_filters(one, asked))) for one in found)


def _filters(source: Source, asked: Asked) -> Iterator[ColumnElement[bool]]:
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


def _kept(build: Callable[P, Select[Any]]) -> Callable[P, Prepared]:
    """The statement that `build` builds, made once for what it is asked with. Of what it is built
    of, hundreds of kilobytes, nothing is kept beside its text."""

    @lru_cache(STATEMENTS)
    def prepared(*asked: P.args, **named: P.kwargs) -> Prepared:
        return Prepared(lambda _database: build(*asked, **named))

    found: Callable[P, Prepared] = prepared  # type: ignore[assignment]  # what is asked is hashable
    return found


@_kept
def page(asked: Asked, parts: range, within: bool, limit: int) -> Select[Any]:
    """The first rows of these parts of the list, behind a place `within` the first of them."""
    listed = ordering.page(_sources(asked), parts_of(asked), (parts, within), limit)
    t, mine = user_task.c, draft.c.account_id == bindparam("me")
    return (
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


@_kept
def count(asked: Asked, *, late: bool = False) -> Select[Any]:
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
    return select(func.count()).select_from(capped)


@_kept
def choices(tab: str, shape: Shape) -> Select[Any]:
    """What the filters offer: the processes and stages among the first tasks of this list."""
    listed = union(*(_first(source, LOOKED_AT) for source in LISTS[tab](shape))).subquery()
    of_list = select(listed).limit(written(LOOKED_AT)).subquery()
    t, p, d = user_task.c, process_instance.c, process_definition.c
    return (
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
