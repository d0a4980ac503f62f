"""The lists of tasks, by the rules of `rules.py`, cut into sources: rows that stand together in one
index, by date. A page of a list costs the same however long the list is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, false, or_, select, true

from engine.access.actor import Actor
from engine.models import process_instance, task_role, user_task

Conditions = tuple[ColumnElement[bool], ...]
_T, _R = user_task.c, task_role.c
_ME: ColumnElement[int] = bindparam("me")
_ORGANISATION: ColumnElement[str] = bindparam("organisation")


@dataclass(frozen=True)
class Source:
    """A task may be in several sources of one list. `date` is what its rows go by, behind `first`:
    the same in all of them, but PostgreSQL reads the index in its order only when told so.
    `urgent` is a condition, as the index of urgent ones has it where that is to be read."""

    task_id: ColumnElement[str]
    date: ColumnElement[Any]
    due: ColumnElement[Any]
    urgent: ColumnElement[bool]
    where: Conditions
    first: tuple[ColumnElement[Any], ...] = ()


class Shape(NamedTuple):
    """What of an actor decides how the statements of their lists read; the rest are values."""

    team: int
    shared: int
    sees_all: bool


def shape_of(actor: Actor) -> Shape:
    return Shape(len(actor.team_roles), len(actor.shared_roles), "see_all" in actor.rights)


def values_of(actor: Actor) -> dict[str, Any]:
    """What the sources of this actor's shape are to be run with."""
    team, shared = sorted(actor.team_roles), sorted(actor.shared_roles)
    return {
        "me": actor.account_id,
        "organisation": actor.organisation,
        **{f"team_{n}": role for n, role in enumerate(team)},
        **{f"shared_{n}": role for n, role in enumerate(shared)},
    }


def _mine(_shape: Shape) -> tuple[Source, ...]:
    """`may_complete`."""
    own = _of_tasks(_T.state == "claimed", _T.assignee_id == _ME)
    return (replace(own, urgent=_T.urgent == true()),)  # few: never by way of all that is urgent


def _unclaimed(shape: Shape) -> tuple[Source, ...]:
    """`may_claim`."""
    found = (*_offered_to_team(shape, claimed=False), *_started_by_me(shape))
    return found or (_of_tasks(false()),)


def _team(shape: Shape) -> tuple[Source, ...]:
    """`sees_task`, of open tasks."""
    if shape.sees_all:
        return tuple(_of_tasks(_T.state == state) for state in ("created", "claimed"))
    taken = _offered_to_team(shape, claimed=True)
    return (*_unclaimed(shape), *taken, *_mine(shape))


def _done(_shape: Shape) -> tuple[Source, ...]:
    own = _of_tasks(_T.state == "completed", _T.ended_by == _ME)
    return (replace(own, date=_T.ended_at),)


LISTS: dict[str, Callable[[Shape], tuple[Source, ...]]] = {
    "mine": _mine,
    "unclaimed": _unclaimed,
    "team": _team,
    "done": _done,
}


def _of_tasks(*where: ColumnElement[bool]) -> Source:
    return Source(_T.id, _T.due_at, _T.due_at, _T.urgent.is_(True), where)


def _offered_to_team(shape: Shape, *, claimed: bool) -> tuple[Source, ...]:
    held = _R.claimed == (true() if claimed else false())
    return tuple(
        Source(
            _R.task_id, _R.due_at, _R.due_at, _R.urgent.is_(True),
            (_R.role == bindparam(f"team_{n}"), held, whose), (_R.organisation,),
        )
        for n in range(shape.team)
        for whose in (_R.organisation.is_(None), _R.organisation == _ORGANISATION)
    )  # fmt: skip


def _started_by_me(shape: Shape) -> tuple[Source, ...]:
    """A role that everybody has offers to who started the case alone. Found once a statement, case
    by case: few people start many."""
    if not shape.shared:
        return ()
    roles = [_R.role == bindparam(f"shared_{n}") for n in range(shape.shared)]
    found = (
        select(_T.id, _T.due_at, _T.urgent)
        .select_from(process_instance)
        .join(user_task, _T.instance_id == process_instance.c.id)
        .join(task_role, _R.task_id == _T.id)
        .where(process_instance.c.started_by == _ME, _T.state == "created", or_(*roles))
        .where(or_(_R.organisation.is_(None), _R.organisation == _ORGANISATION))
        .cte("started_by_me")
        .prefix_with("MATERIALIZED")  # else SQLite looks for it among all open tasks
        .c
    )
    return (Source(found.id, found.due_at, found.due_at, found.urgent.is_(True), ()),)
