"""The task lists: mine, unclaimed, my team, done. Late first, then urgent, then by due date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from engine import access, clock
from engine.access import Actor
from engine.definitions import shown
from engine.models import account, draft, process_definition, process_instance, user_task
from engine.queries import ordering

PAGE = 50
COUNTED = 1000  # counts stop here: “1,000+”
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
    late: str  # how many of the list, “0” when none
    next: str | None  # where the next page begins
    processes: tuple[tuple[str, str], ...]
    stages: tuple[str, ...]


# A list as conditions that exclude each other: one index serves each.
Alternatives = tuple[ColumnElement[bool], ...]


def _mine(actor: Actor) -> Alternatives:
    return (access.completable_by(actor),)


def _unclaimed(actor: Actor) -> Alternatives:
    return (access.claimable_by(actor),)


def _team(actor: Actor) -> Alternatives:
    seen = access.task_seen_by(actor)
    return tuple(and_(user_task.c.state == state, seen) for state in OPEN)


def _done(actor: Actor) -> Alternatives:
    t = user_task.c
    return (and_(t.state == "completed", t.ended_by == actor.account_id),)


TABS: dict[str, Callable[[Actor], Alternatives]] = {
    "mine": _mine,
    "unclaimed": _unclaimed,
    "team": _team,
    "done": _done,
}


def worklist(
    db: Connection, actor: Actor, tab: str, filters: Filters, after: str | None = None
) -> Worklist:
    """One page of a list, with the counts of all four."""
    list_of = TABS[tab](actor)
    chosen = [and_(one, *_filters(filters)) for one in list_of]
    parts = ordering.parts_of(tab, filters.sort)
    found = _rows(db, actor, chosen, parts, after, PAGE + 1)
    following = ordering.place(found[PAGE - 1]) if len(found) > PAGE else None
    now = clock.now()
    is_late = and_(user_task.c.due_at < now, user_task.c.state.in_(OPEN))
    processes, stages = _choices(db, list_of)
    return Worklist(
        tab=tab,
        lines=tuple(_line(db, row, actor, now) for row in found[:PAGE]),
        counts={name: _capped(_count(db, rule(actor))) for name, rule in TABS.items()},
        late=_capped(_count(db, [and_(one, is_late) for one in chosen])),
        next=following,
        processes=processes,
        stages=stages,
    )


def next_task(db: Connection, actor: Actor) -> TaskLine | None:
    """The first of this person's own tasks: offered after one was completed."""
    rows = _rows(db, actor, _mine(actor), ordering.open_parts(), None, 1)
    return _line(db, rows[0], actor, clock.now()) if rows else None


def _rows(
    db: Connection,
    actor: Actor,
    alternatives: Sequence[ColumnElement[bool]],
    parts: Sequence[ordering.Part],
    after: str | None,
    limit: int,
) -> list[Row[Any]]:
    listed = ordering.page(alternatives, parts, after, limit)
    statement = (
        _lines(actor)
        .join(listed, listed.c.id == user_task.c.id)
        .add_columns(listed.c.part, listed.c.rank)
        .order_by(listed.c.part, listed.c.rank, user_task.c.id)
        .limit(limit)
    )
    return list(db.execute(statement))


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


def _line(db: Connection, row: Row[Any], actor: Actor, now: datetime) -> TaskLine:
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
    db: Connection, alternatives: Sequence[ColumnElement[bool]]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """What the filters offer: the processes and stages that are in this list."""
    some = select(user_task.c.instance_id, user_task.c.stage)
    some = some.where(or_(*alternatives)).limit(COUNTED)
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


def _count(db: Connection, alternatives: Sequence[ColumnElement[bool]]) -> int:
    counted = select(user_task.c.id).where(or_(*alternatives))
    capped = counted.limit(COUNTED + 1).subquery()
    return db.execute(select(func.count()).select_from(capped)).scalar_one()


def _capped(count: int) -> str:
    return f"{COUNTED:,}+" if count > COUNTED else str(count)
