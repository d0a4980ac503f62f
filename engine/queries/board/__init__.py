"""The supervisor's board: what waits too long, problems by cause, workload, counts per step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, union_all

from engine import access, clock
from engine.access import Actor
from engine.models import (
    account,
    incident,
    message_subscription,
    process_definition,
    process_instance,
    timer,
    user_task,
    worker,
)
from engine.queries.board.standstill import (
    Dated,
    Orphan,
    Suspended,
    dates,
    orphans,
    suspended,
)
from engine.queries.health import SILENT_AFTER
from engine.queries.interventions import Proposal, proposals
from engine.queries.people import any_of, role_titles
from engine.queries.waiting import OPEN, Wait, waits

MOST = 100
_DAYS = timedelta(days=7)
A_WORKERS_ROUND = timedelta(seconds=60)  # a date is not late before a worker can have come by
LIVE = ("active", "incident", "suspended")


@dataclass(frozen=True)
class Overdue:
    """A case that waits longer than it may: for what, since when, how long it was allowed."""

    reference: str
    process: str
    wait: Wait
    allowed_until: datetime


@dataclass(frozen=True)
class ProblemGroup:
    """Open problems with the same cause at the same step of the same version."""

    message: str
    step: str
    process: str
    version: int
    newest: datetime
    problems: tuple[tuple[int, str], ...]  # id, case reference


@dataclass(frozen=True)
class Load:
    """Open tasks of one person, or of one role's queue."""

    name: str
    open: int
    late: int
    due_soon: int
    account_id: int | None = None  # of a person


@dataclass(frozen=True)
class Tiles:
    open: int
    waiting_too_long: int
    problems: int
    late_tasks: int
    worker_alive: bool
    worker_seen_at: datetime | None  # None while it is alive: a page that stays the same


@dataclass(frozen=True)
class Board:
    tiles: Tiles
    overdue: tuple[Overdue, ...]
    problems: tuple[ProblemGroup, ...]
    people: tuple[Load, ...]
    queues: tuple[Load, ...]
    dates: tuple[Dated, ...]
    orphans: tuple[Orphan, ...]
    suspended: tuple[Suspended, ...]
    proposals: tuple[Proposal, ...]


def board(db: Connection, actor: Actor, part: str | None = None) -> Board:
    """The tiles and one part of the board (None: all of them): the others are left empty."""
    access.require(actor, "operate")

    def wanted(name: str) -> bool:
        return part in (None, name)

    seen = db.execute(select(func.max(worker.c.seen_at))).scalar()
    alive = seen is not None and clock.now() - seen < SILENT_AFTER
    tiles = Tiles(
        open=_count(db, process_instance.c.status.in_(LIVE), access.case_seen_by(actor)),
        waiting_too_long=_count(db, _is_stalled(), access.case_seen_by(actor)),
        problems=_open_problems(db, actor),
        late_tasks=_late(db, actor),
        worker_alive=alive,
        worker_seen_at=None if alive else seen,
    )
    people, queues = _workload(db, actor) if wanted("workload") else ((), ())
    return Board(
        tiles=tiles,
        overdue=_overdue(db, actor) if wanted("waiting") else (),
        problems=_problems(db, actor) if wanted("problems") else (),
        people=people,
        queues=queues,
        dates=dates(db, actor) if wanted("dates") else (),
        orphans=orphans(db, actor) if wanted("waiting") else (),
        suspended=suspended(db, actor) if wanted("waiting") else (),
        proposals=proposals(db, actor) if wanted("waiting") else (),
    )


def _open_problems(db: Connection, actor: Actor) -> int:
    i = incident.c
    return db.execute(
        select(func.count())
        .select_from(incident.join(process_instance, process_instance.c.id == i.instance_id))
        .where(i.resolved_at.is_(None), access.case_seen_by(actor))
    ).scalar_one()


def _count(db: Connection, *conditions: Any) -> int:
    statement = select(func.count()).select_from(process_instance).where(*conditions)
    return db.execute(statement).scalar_one()


def _late(db: Connection, actor: Actor) -> int:
    t = user_task.c
    late = and_(t.state.in_(OPEN), t.due_at < clock.now(), access.task_seen_by(actor))
    return db.execute(select(func.count()).select_from(user_task).where(late)).scalar_one()


def _is_stalled() -> ColumnElement[bool]:
    """Over wm_process_instance: something that the case waits for is past its expected time."""
    now, t, m = clock.now(), user_task.c, message_subscription.c
    late = now - A_WORKERS_ROUND
    stalled = union_all(
        select(t.instance_id).where(t.state.in_(OPEN), t.expected_at < now),
        select(m.instance_id).where(m.optional.is_(False), m.expected_at < now),
        select(timer.c.instance_id).where(timer.c.held.is_(False), timer.c.expected_at < late),
    ).subquery()
    return process_instance.c.id.in_(select(stalled.c.instance_id))


def _overdue(db: Connection, actor: Actor) -> tuple[Overdue, ...]:
    """Most overdue first. Problems have a list of their own."""
    now, p = clock.now(), process_instance.c
    rows = db.execute(
        select(p.id, p.reference, process_definition.c.title)
        .select_from(process_instance)
        .join(process_definition, process_definition.c.id == p.definition_id)
        .where(_is_stalled(), access.case_seen_by(actor))
        .order_by(p.id)
        .limit(MOST)
    ).all()
    found = waits(db, actor, [row.id for row in rows])
    lines = [
        Overdue(row.reference, row.title, wait, wait.expected_at)
        for row in rows
        for wait in found.get(row.id, ())
        if wait.kind != "problem" and wait.expected_at is not None and _is_over(wait, now)
    ]
    return tuple(sorted(lines, key=lambda line: (line.allowed_until, line.reference)))


def _is_over(wait: Wait, now: datetime) -> bool:
    grace = A_WORKERS_ROUND if wait.kind == "date" else timedelta()
    return wait.expected_at is not None and wait.expected_at < now - grace


def _problems(db: Connection, actor: Actor) -> tuple[ProblemGroup, ...]:
    i, p, d = incident.c, process_instance.c, process_definition.c
    rows = db.execute(
        select(
            i.id, i.message, i.element_name, i.opened_at, i.definition_id,
            p.reference, d.title, d.version,
        )
        .select_from(incident)
        .join(process_instance, p.id == i.instance_id)
        .join(process_definition, d.id == i.definition_id)
        .where(i.resolved_at.is_(None), access.case_seen_by(actor))
        .order_by(i.opened_at.desc(), i.id.desc())
        .limit(MOST)
    ).all()  # fmt: skip
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        key = (row.message, row.element_name, row.definition_id)
        groups.setdefault(key, []).append(row)
    found = [
        ProblemGroup(
            of[0].message, of[0].element_name or "The case", of[0].title, of[0].version,
            of[0].opened_at, tuple((row.id, row.reference) for row in of),
        )
        for of in groups.values()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda g: (-len(g.problems), -g.newest.timestamp())))


def _workload(db: Connection, actor: Actor) -> tuple[tuple[Load, ...], tuple[Load, ...]]:
    """Open tasks by holder; and those nobody holds by the roles they are offered to."""
    t, now = user_task.c, clock.now()
    soon = clock.local_now().replace(hour=23, minute=59, second=59) + _DAYS
    rows = db.execute(
        select(
            account.c.id, account.c.name, t.roles,
            func.count().label("open"),
            func.sum(case((t.due_at < now, 1), else_=0)).label("late"),
            func.sum(case((and_(t.due_at >= now, t.due_at < soon), 1), else_=0)).label("soon"),
        )
        .select_from(user_task.outerjoin(account, account.c.id == t.assignee_id))
        .where(t.state.in_(OPEN), access.task_seen_by(actor))
        .group_by(account.c.id, account.c.name, t.roles)
    ).all()  # fmt: skip
    titles = role_titles(db)
    people = _loads((row.name, row) for row in rows if row.id)
    queues = _loads((any_of(row.roles, titles), row) for row in rows if row.name is None)
    return people, queues


def _loads(rows: Iterable[tuple[str, Any]]) -> tuple[Load, ...]:
    found: dict[Any, Load] = {}
    for name, row in rows:
        key = row.id or name  # two people may have one name
        had = found.get(key, Load(name, 0, 0, 0))
        late, soon = had.late + int(row.late), had.due_soon + int(row.soon)
        found[key] = Load(name, had.open + row.open, late, soon, row.id)
    return tuple(sorted(found.values(), key=lambda load: (-load.open, load.name)))
