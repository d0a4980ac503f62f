"""What a step changes for people, told before or after it: opened, closed, sent, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.access import does_task
from engine.advance import opening, rebinding, recording
from engine.advance.step import Step
from engine.execution import offers, problems
from engine.execution.waits import Wait
from engine.models import account, timer, user_task


@dataclass(frozen=True)
class Change:
    """One thing opened or closed. `kind`: task, timer, message, job, problem …; `due_at` is when
    it is due or falls due; `holder` the person who has the task."""

    kind: str
    element_id: str
    title: str
    roles: tuple[str, ...] = ()
    holder: str | None = None
    due_at: datetime | None = None


STUCK = Change("problem", "", recording.STUCK_WORDS)


@dataclass(frozen=True)
class Effect:
    """Everything a step does that somebody could ask about. `protected` names the waits that only
    two people together may end."""

    opened: tuple[Change, ...]
    closed: tuple[Change, ...]
    sent: tuple[str, ...]
    status: str
    end_event: str | None
    protected: tuple[str, ...]
    losing: tuple[str, ...] = ()  # holders who may not do their task in the new version

    @property
    def told(self) -> tuple[str, ...]:
        """Who loses a task they hold, or is given one."""
        return tuple(dict.fromkeys(c.holder for c in (*self.closed, *self.opened) if c.holder))


def effect_of(step: Step) -> Effect:
    """What the case rested on before the step, compared with now. Stores nothing."""
    recording.rest(step)
    due = step.due | step.dates
    gone = [w for t, w in step.before.items() if step.changed(t) or t in step.dates]
    closed_ids = {w.token_id for w in gone}
    new = [w for t, w in step.after.items() if t not in step.before or t in closed_ids]
    known = _rows(step, gone)
    opened = [_opened(step, w, due) for w in new]
    opened += [_unread(w) for w in new if w.kind == "task" and _is_unread(step, w)]
    if recording.gets_stuck(step):
        opened.append(STUCK)
    closed = [_closed(w, known) for w in gone]
    closed += [_unread(w) for w in step.offered_again if not _is_unread(step, w)]
    if recording.may_have_moved(step) and recording.told_stuck(step):
        closed.append(STUCK)
    return Effect(
        opened=tuple(sorted(opened, key=_order)),
        closed=tuple(sorted(closed, key=_order)),
        sent=tuple(t.name for t in (*step.case.journal.thrown, *step.case.journal.signals)),
        status=recording.status_of(step),
        end_event=step.case.end_event,
        losing=tuple(sorted(set(rebinding.losing_holders(step).values()))) if step.bound else (),
        protected=tuple(sorted(_protected(step, gone, known))),
    )


def is_protected(wait: Wait) -> bool:
    """Marked in the diagram: one person alone must not end this wait."""
    return wait.element.properties.get("protected") == "true" and wait.kind != "problem"


def _protected(step: Step, gone: list[Wait], known: dict[str, dict[str, Any]]) -> set[str]:
    """Names of the protected waits that would end, or that a new version no longer protects."""
    freed = [
        wait
        for token, wait in step.before.items()
        if is_protected(wait) and token in step.after and not is_protected(step.after[token])
    ]
    return {w.element.label for w in (*freed, *(w for w in gone if _needs_two(step, w, known)))}


def _needs_two(step: Step, wait: Wait, known: dict[str, dict[str, Any]]) -> bool:
    """A later date of a protected wait takes nothing from anybody."""
    later = step.dates.get(wait.token_id)
    before = known.get(wait.token_id, {}).get("due_at")
    return is_protected(wait) and not (later and before and later >= before)


def _offer(step: Step, wait: Wait) -> offers.Offer:
    return offers.offer(wait.task, step.definition(wait.definition_id).manifest)


def _is_unread(step: Step, wait: Wait) -> bool:
    return opening.note_unread(wait, _offer(step, wait))


def _unread(wait: Wait) -> Change:
    """A setting of an open task that cannot be read is a problem beside it."""
    return Change("problem", wait.element.id, f"{wait.element.label}: a setting cannot be read")


def _order(change: Change) -> tuple[str, str, str]:
    return change.kind, change.element_id, change.title


def _opened(step: Step, wait: Wait, due: dict[str, datetime]) -> Change:
    if wait.kind == "task":
        made = _offer(step, wait)
        holder = _name(step, made.assignee)
        return Change("task", wait.element.id, made.title, tuple(made.roles), holder, made.due_at)
    title = offers.title_of(wait.task)
    if wait.kind == "problem" and (found := problems.of(wait.task)):
        title = f"{title}: {found['message']}"
    return Change(wait.kind, wait.element.id, title, due_at=due.get(wait.token_id))


def _closed(wait: Wait, known: dict[str, dict[str, Any]]) -> Change:
    row = known.get(wait.token_id, {})
    instead = None if row.get("does", True) else wait.element.properties.get("shownAs")
    return Change(
        wait.kind,
        wait.element.id,
        instead or row.get("title") or wait.element.label,
        tuple(row.get("roles") or ()),
        row.get("name"),
        row.get("due_at"),
    )


def _name(step: Step, username: str | None) -> str | None:
    if not username:
        return None
    c = account.c
    found: str | None = step.db.execute(
        select(c.name).where(c.username == username, c.active.is_(True))
    ).scalar()
    return found


def _rows(step: Step, gone: list[Wait]) -> dict[str, dict[str, Any]]:
    """What is on record of the tasks and timers that close."""
    t, found = user_task.c, {}
    tasks = [w.token_id for w in gone if w.kind == "task"]
    if tasks:
        rows = step.db.execute(
            select(user_task, account.c.name)
            .select_from(user_task.outerjoin(account, account.c.id == t.assignee_id))
            .where(t.id.in_(tasks))
        )
        found = {row.id: {**row._mapping, "does": does_task(step.actor, row)} for row in rows}
    dates = [w.token_id for w in gone if w.kind == "timer"]
    if dates:
        rows = step.db.execute(
            select(timer.c.id, timer.c.due_at, timer.c.title).where(timer.c.id.in_(dates))
        )
        found |= {row.id: dict(row._mapping) for row in rows}
    return found
