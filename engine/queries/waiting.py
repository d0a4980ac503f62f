"""What a case waits for, since when and how long it may; and where that is on its diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine import access, clock
from engine.access import Actor
from engine.definitions import Definition, shown
from engine.models import account, incident, job, message_subscription, timer, user_task
from engine.queries import people

OPEN = ("created", "claimed")


@dataclass(frozen=True)
class Wait:
    """One thing a case rests on. `kind`: task, date, message, job or problem. `expected_at` is the
    moment after which it waits too long. `waits_for` is for who frees a case; `plain` for who works
    in it, and names no message by its diagram's word."""

    id: str
    kind: str
    definition_id: int
    element_id: str
    title: str
    waits_for: str
    since: datetime
    due_at: datetime | None
    expected_at: datetime | None
    stage: str | None = None
    veiled: bool = False  # this reader reads its diagram's words for others, and no more
    outside: str = ""  # what a message is waited for as, in plain words

    @property
    def plain(self) -> str:
        return self.outside or self.waits_for

    @property
    def too_long(self) -> bool:
        return self.expected_at is not None and self.expected_at < clock.now()


def waits_of(db: Connection, actor: Actor, instance_id: int) -> tuple[Wait, ...]:
    """What a case waits for, problems first, then by what is due first: all of it, or the tasks of
    this actor's own part."""
    found = tuple(waits(db, actor, [instance_id]).get(instance_id, ()))
    if access.reads_whole_case(db, actor, instance_id):
        return found
    return tuple(w for w in found if w.kind == "task" and access.may_see_task(db, actor, w.id))


def waits(db: Connection, actor: Actor, instance_ids: list[int]) -> dict[int, list[Wait]]:
    """Case → what it waits for. Optional messages (a case action beside an open step) are not."""
    titles = people.titles(db)
    found: dict[int, list[Wait]] = {}
    for row in _rows(db, incident, instance_ids, incident.c.resolved_at.is_(None)):
        found.setdefault(row.instance_id, []).append(_problem(row))
    for row in _tasks(db, instance_ids):
        found.setdefault(row.instance_id, []).append(
            _task(row, titles, shown.words(db, actor, row))
        )
    for row in _rows(db, timer, instance_ids):
        found.setdefault(row.instance_id, []).append(_timer(row))
    for row in _rows(db, job, instance_ids, job.c.state == "waiting"):
        found.setdefault(row.instance_id, []).append(_job(row))
    needed = message_subscription.c.optional.is_(False)
    for row in _rows(db, message_subscription, instance_ids, needed):
        found.setdefault(row.instance_id, []).append(_message(row, titles))
    for waiting in found.values():
        waiting.sort(key=_order)
    return found


def _order(wait: Wait) -> tuple[bool, bool, datetime]:
    soonest = wait.due_at or wait.expected_at or wait.since
    return wait.kind != "problem", wait.kind != "task", soonest


def _rows(db: Connection, table: Any, instance_ids: list[int], *more: Any) -> Iterable[Row[Any]]:
    return db.execute(
        select(table).where(table.c.instance_id.in_(instance_ids), *more).order_by(table.c.id)
    )


def _tasks(db: Connection, instance_ids: list[int]) -> Iterable[Row[Any]]:
    t = user_task.c
    return db.execute(
        select(user_task, account.c.name)
        .select_from(user_task.outerjoin(account, account.c.id == t.assignee_id))
        .where(t.instance_id.in_(instance_ids), t.state.in_(OPEN))
        .order_by(t.created_at, t.id)
    )


def _task(row: Row[Any], titles: Mapping[str, str], instead: str | None) -> Wait:
    if instead is not None:
        return Wait(
            row.id, "task", row.definition_id, row.element_id, instead, "",
            row.created_at, None, row.expected_at, row.stage, veiled=True,
        )  # fmt: skip
    who = row.name or f"somebody to take it ({offered_to(row, titles)})"
    return Wait(
        row.id, "task", row.definition_id, row.element_id, row.title, who,
        row.created_at, row.due_at, row.expected_at, row.stage,
    )  # fmt: skip


def offered_to(row: Row[Any], titles: Mapping[str, str]) -> str:
    """The roles that may do a task, and the organisation that it belongs to."""
    at = f", {titles.get(row.organisation, row.organisation)}" if row.organisation else ""
    return f"{people.any_of(row.roles, titles)}{at}"


def _timer(row: Row[Any]) -> Wait:
    return Wait(
        row.id, "date", row.definition_id, row.element_id, row.title, "the date",
        row.created_at, row.due_at, row.expected_at,
    )  # fmt: skip


def _job(row: Row[Any]) -> Wait:
    return Wait(
        row.id, "job", row.definition_id, row.element_id, row.title, job_words(row),
        row.created_at, row.retry_at if row.failure else None, None,
    )  # fmt: skip


def job_words(row: Row[Any]) -> str:
    """Which attempt it is at: one under way, one to come, or what a suspended case holds."""
    now = clock.now()
    if row.leased_until is not None and row.leased_until > now:
        return f"An answer, attempt {row.attempts} of {row.allowed}"
    if not row.failure:
        return "Its turn, in a moment"
    which = f"Trying again, {min(row.attempts + 1, row.allowed)} of {row.allowed}"
    if row.retry_at <= now:
        return f"{which}, in a moment"
    at = row.retry_at.astimezone(clock.LONDON)
    hour = f"{at.hour % 12 or 12}:{at:%M}{'am' if at.hour < 12 else 'pm'}"
    day = "" if at.date() == clock.today() else f" on {at.day} {at:%B}"
    return f"{which}, next at {hour}{day}"


def _message(row: Row[Any], titles: Mapping[str, str]) -> Wait:
    said = people.any_of(row.roles, titles)
    by = f", recorded by {said}" if said else ""
    outside = f"somebody to record it ({said})" if said else "word of it from outside this case"
    return Wait(
        row.id, "message", row.definition_id, row.element_id, row.title,
        f"the message “{row.name}”, key {row.key}{by}",
        row.created_at, None, row.expected_at, outside=outside,
    )  # fmt: skip


def _problem(row: Row[Any]) -> Wait:
    return Wait(
        str(row.id), "problem", row.definition_id, row.element_id or "",
        row.element_name or "The case", "a supervisor: it is held by a problem",
        row.opened_at, None, row.opened_at,
    )  # fmt: skip


def places(
    known: Mapping[int, Definition], root: int, waits: Iterable[Wait]
) -> dict[int, dict[str, str]]:
    """Definition → the elements where the case is, up through the calls to its own diagram:
    element → the kind of what waits there (problem wins)."""
    found: dict[int, dict[str, str]] = {}
    for wait in waits:
        at, element_id, marked = wait.definition_id, wait.element_id, not wait.veiled
        for _ in range(20):
            here = found.setdefault(at, {}) if marked else {}
            if here.get(element_id) != "problem":
                here[element_id] = wait.kind
            marked = True  # a step that is veiled is inside what calls it, and no more
            if at == root or at not in known:
                break
            caller = _caller(known, root, known[at].key, wait.stage)
            if caller is None:
                break
            at, element_id = caller
    return found


def _caller(
    known: Mapping[int, Definition], root: int, key: str, stage: str | None
) -> tuple[int, str] | None:
    """The call of a process: of several, the one at the same stage; the case's own one first."""
    calls = [
        (
            definition_id != root,
            bool(stage) and e.properties.get("stage") != stage,
            definition_id,
            e.id,
        )
        for definition_id, definition in known.items()
        for e in definition.elements.values()
        if e.called == key
    ]
    return min(calls)[2:] if calls else None
