"""The list of cases: what it can be asked for, page by page, and the same as rows to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, not_, select

from engine import access, clock, definitions
from engine.access import Actor
from engine.models import (
    account,
    incident,
    message_subscription,
    process_definition,
    process_instance,
    timer,
    user_task,
)
from engine.queries.waiting import OPEN

PAGE = 50
MOST_EXPORTED = 10_000
DIGITS = 19  # a longer number is no id of ours
STATUSES = ("active", "incident", "suspended", "completed", "cancelled")
LIVE = ("active", "incident", "suspended")
WAITS = ("person", "date", "message", "problem", "nothing")
FILTERS = (
    "reference", "process", "version", "status", "stage", "waits", "holder", "from", "to",
)  # fmt: skip


@dataclass(frozen=True)
class CaseLine:
    reference: str
    process: str
    version: int
    status: str
    stage: str | None
    label: str | None
    started_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class CaseList:
    lines: tuple[CaseLine, ...]
    next: str | None
    processes: tuple[tuple[str, str], ...]
    stages: tuple[str, ...]


def case_list(
    db: Connection, actor: Actor, wanted: Mapping[str, str], after: str | None = None
) -> CaseList:
    """Cases this actor may know of, the newest first; `wanted` holds any of FILTERS, a part of a
    reference, dates as 2026-04-01."""
    statement = _asked(actor, wanted).limit(PAGE + 1)
    if after and after.isdigit() and len(after) < DIGITS:
        statement = statement.where(process_instance.c.id < int(after))
    rows = db.execute(statement).all()
    following = str(rows[PAGE - 1].id) if len(rows) > PAGE else None
    own = _processes(db)
    stages = {str(name) for d in own for name in d.manifest.get("stages") or ()}
    titles = sorted(((d.key, d.title) for d in own), key=lambda pair: pair[1])
    return CaseList(tuple(map(_line, rows[:PAGE])), following, tuple(titles), tuple(sorted(stages)))


def export(db: Connection, actor: Actor, wanted: Mapping[str, str]) -> tuple[CaseLine, ...]:
    """The same list whole, up to MOST_EXPORTED lines."""
    return tuple(map(_line, db.execute(_asked(actor, wanted).limit(MOST_EXPORTED))))


def _asked(actor: Actor, wanted: Mapping[str, str]) -> Select[Any]:
    p, d = process_instance.c, process_definition.c
    return (
        select(process_instance, d.title, d.version.label("definition_version"))
        .select_from(process_instance.join(process_definition, d.id == p.definition_id))
        .where(access.case_seen_by(actor), *_conditions(wanted))
        .order_by(p.id.desc())
    )


def _conditions(wanted: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """One condition a filter that was given something it knows."""
    given = {name: wanted.get(name, "").strip() for name in FILTERS}
    made = {name: _CONDITIONS[name](text) for name, text in given.items() if text}
    return [condition for condition in made.values() if condition is not None]


Condition = ColumnElement[bool] | None


def _version(text: str) -> Condition:
    known = text.isdigit() and len(text) < DIGITS
    return process_definition.c.version == int(text) if known else None


def _from(text: str) -> Condition:
    day = _day(text)
    return process_instance.c.started_at >= day if day else None


def _to(text: str) -> Condition:
    day = _day(text)
    return process_instance.c.started_at < day + timedelta(days=1) if day else None


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), clock.LONDON)
    except ValueError:
        return None


def _waits_for(kind: str) -> ColumnElement[bool]:
    """Something of this kind is open in the case; `nothing`: it is live and nothing can move it."""
    p = process_instance.c
    kinds = {
        "person": _open(user_task, user_task.c.state.in_(OPEN)),
        "date": _open(timer),
        "message": _open(message_subscription, message_subscription.c.optional.is_(False)),
        "problem": _open(incident, incident.c.resolved_at.is_(None)),
    }
    if kind != "nothing":
        return kinds[kind]
    stuck = _open(incident, incident.c.resolved_at.is_(None), incident.c.token_id.is_(None))
    others = [not_(one) for name, one in kinds.items() if name != "problem"]
    return and_(p.status.in_(LIVE), stuck | and_(*others, not_(kinds["problem"])))


def _open(table: Any, *more: Any) -> ColumnElement[bool]:
    return exists().where(table.c.instance_id == process_instance.c.id, *more)


def _held_by(name: str) -> ColumnElement[bool]:
    """Cases with an open task of somebody of this name, or part of a name; `nobody`: with one that
    nobody has taken."""
    t, a = user_task.c, account.c
    if name.strip().casefold() == "nobody":
        return _open(user_task, t.state == "created")
    held = select(a.id).where(
        (a.username == name) | a.name.icontains(name.strip(), autoescape=True)
    )
    return _open(user_task, t.state == "claimed", t.assignee_id.in_(held))


_CONDITIONS: dict[str, Callable[[str], Condition]] = {
    "reference": lambda text: process_instance.c.reference.icontains(text, autoescape=True),
    "process": lambda text: process_instance.c.key == text,
    "version": _version,
    "status": lambda text: process_instance.c.status == text if text in STATUSES else None,
    "stage": lambda text: process_instance.c.stage == text,
    "waits": lambda text: _waits_for(text) if text in WAITS else None,
    "holder": _held_by,
    "from": _from,
    "to": _to,
}


def _line(row: Row[Any]) -> CaseLine:
    return CaseLine(
        row.reference, row.title, row.definition_version, row.status, row.stage, row.label,
        row.started_at, row.changed_at,
    )  # fmt: skip


def _processes(db: Connection) -> list[Any]:
    """Processes that have cases of their own."""
    found = [definitions.load(db, i) for i in definitions.newest(db).values()]
    return [d for d in found if d.manifest.get("reference")]
