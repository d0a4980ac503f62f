"""The task lists: mine, unclaimed, my team, done. Late first, then urgent, then by due date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    type_coerce,
)

from engine import access, clock
from engine.access import Actor
from engine.models import account, draft, process_definition, process_instance, user_task
from engine.models.base import EPOCH

PAGE = 50
COUNTED = 1000  # counts stop here: “1,000+”
FAR = 4_102_444_800_000_000  # the year 2100 in microseconds: tasks without a date come last
OPEN = ("created", "claimed")
KEY_PART = re.compile(r"-?[0-9]{1,18}\Z")


@dataclass(frozen=True)
class Filters:
    """Each None or empty means “all”. `due`: late, today or week."""

    process: str = ""
    stage: str = ""
    due: str = ""


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
    late: str  # how many of the list, “0” when none
    next: str | None  # where the next page begins
    processes: tuple[tuple[str, str], ...]
    stages: tuple[str, ...]


def _mine(actor: Actor) -> ColumnElement[bool]:
    return access.completable_by(actor)


def _team(actor: Actor) -> ColumnElement[bool]:
    return and_(user_task.c.state.in_(OPEN), access.task_seen_by(actor))


def _done(actor: Actor) -> ColumnElement[bool]:
    return and_(user_task.c.state == "completed", user_task.c.ended_by == actor.account_id)


TABS: dict[str, Callable[[Actor], ColumnElement[bool]]] = {
    "mine": _mine,
    "unclaimed": access.claimable_by,
    "team": _team,
    "done": _done,
}


def worklist(
    db: Connection, actor: Actor, tab: str, filters: Filters, after: str | None = None
) -> Worklist:
    """One page of a list, with the counts of all four."""
    condition = TABS[tab](actor)
    order = _order(tab)
    statement = _lines(actor).where(condition, *_filters(filters)).order_by(*order).limit(PAGE + 1)
    if (beyond := _beyond(order, after)) is not None:
        statement = statement.where(beyond)
    rows = db.execute(statement.add_columns(*(o.label(f"key{i}") for i, o in enumerate(order))))
    found = rows.all()
    following = None
    if len(found) > PAGE:
        last = found[PAGE - 1]
        following = "~".join(str(last._mapping[f"key{i}"]) for i in range(len(order)))
    now = clock.now()
    late = and_(
        condition, user_task.c.due_at < now, user_task.c.state.in_(OPEN), *_filters(filters)
    )
    processes, stages = _choices(db, condition)
    return Worklist(
        tab=tab,
        lines=tuple(_line(row, actor, now) for row in found[:PAGE]),
        counts={name: _capped(_count(db, rule(actor))) for name, rule in TABS.items()},
        late=_capped(_count(db, late)),
        next=following,
        processes=processes,
        stages=stages,
    )


def next_task(db: Connection, actor: Actor) -> TaskLine | None:
    """The first of this person's own tasks: offered after one was completed."""
    condition = and_(_mine(actor))
    row = db.execute(_lines(actor).where(condition).order_by(*_order("mine")).limit(1)).first()
    return _line(row, actor, clock.now()) if row else None


def _order(tab: str) -> tuple[ColumnElement[Any], ...]:
    t = user_task.c
    if tab == "done":
        ended: ColumnElement[Any] = func.coalesce(_micros(t.ended_at), 0)
        return (-ended, t.id)
    now = (clock.now() - EPOCH).total_seconds() * 1_000_000
    due = func.coalesce(_micros(t.due_at), FAR)
    return (
        case((due < int(now), 0), else_=1),
        case((t.urgent.is_(True), 0), else_=1),
        due,
        t.id,
    )


def _micros(column: Any) -> ColumnElement[Any]:
    """The stored number of an instant, so that a key can be written into an address."""
    return type_coerce(column, BigInteger)


def _beyond(order: tuple[ColumnElement[Any], ...], after: str | None) -> ColumnElement[bool] | None:
    """Rows that come after this key; a key that is no key of ours is ignored."""
    parts = (after or "").split("~")
    numbers = parts[:-1]
    if len(parts) != len(order) or not all(KEY_PART.match(n) for n in numbers):
        return None
    values: list[Any] = [*(int(n) for n in numbers), parts[-1]]
    return or_(
        *(
            and_(*(order[j] == values[j] for j in range(i)), order[i] > values[i])
            for i in range(len(order))
        )
    )


def _lines(actor: Actor) -> Select[Any]:
    t, mine = user_task.c, draft.c.account_id == actor.account_id
    return (
        select(
            user_task,
            process_instance.c.reference,
            process_definition.c.title.label("process"),
            account.c.name.label("holder"),
            draft.c.saved_at,
        )
        .select_from(user_task)
        .join(process_instance, process_instance.c.id == t.instance_id)
        .join(process_definition, process_definition.c.id == process_instance.c.definition_id)
        .outerjoin(account, account.c.id == t.assignee_id)
        .outerjoin(draft, and_(draft.c.task_id == t.id, mine))
    )


def _line(row: Row[Any], actor: Actor, now: datetime) -> TaskLine:
    return TaskLine(
        id=row.id,
        title=row.title,
        reference=row.reference,
        process=row.process,
        stage=row.stage,
        due_at=row.due_at,
        late=row.state in OPEN and row.due_at is not None and row.due_at < now,
        urgent=row.urgent,
        holder=row.holder,
        state=row.state,
        claimable=access.may_claim(actor, row),
        draft_saved_at=row.saved_at,
        ended_at=row.ended_at,
    )


def _filters(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.process:
        of_process = select(process_instance.c.id).where(process_instance.c.key == filters.process)
        found.append(user_task.c.instance_id.in_(of_process))
    if filters.stage:
        found.append(user_task.c.stage == filters.stage)
    if filters.due in _DUE:
        found.append(user_task.c.due_at < _DUE[filters.due]())
    return found


def _end_of_day(days: int) -> datetime:
    midnight = clock.local_now().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days)


_DUE: dict[str, Callable[[], datetime]] = {
    "late": clock.now,
    "today": lambda: _end_of_day(1),
    "week": lambda: _end_of_day(7),
}


def _choices(
    db: Connection, condition: ColumnElement[bool]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """What the filters offer: the processes and stages that are in this list."""
    some = select(user_task.c.instance_id, user_task.c.stage).where(condition).limit(COUNTED)
    listed = some.subquery()
    rows = db.execute(
        select(process_instance.c.key, process_definition.c.title, listed.c.stage)
        .select_from(listed)
        .join(process_instance, process_instance.c.id == listed.c.instance_id)
        .join(process_definition, process_definition.c.id == process_instance.c.definition_id)
        .distinct()
    ).all()
    processes = tuple(sorted({r.key: r.title for r in rows}.items(), key=lambda pair: pair[1]))
    return processes, tuple(sorted({r.stage for r in rows if r.stage}))


def _count(db: Connection, condition: ColumnElement[bool]) -> int:
    capped = select(user_task.c.id).where(condition).limit(COUNTED + 1).subquery()
    return db.execute(select(func.count()).select_from(capped)).scalar_one()


def _capped(count: int) -> str:
    return f"{COUNTED:,}+" if count > COUNTED else str(count)
