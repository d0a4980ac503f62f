"""The task lists at 1,000 and at 100,000 open tasks: the query of the first page of 50, which is
held to the target; all that a page asks for with it (the counts of all four lists, how many are
late, what the filters offer); and the one next task.

The tasks lie with four roles; one in ten is late, three in ten have no date, one in seven is
urgent, one in five is somebody's. The person has one role, 40 tasks and 200 that are done. Of the
lists the slowest counts, and the one that grows most; each is a median.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from engine import clock
from engine.access import LISTS, Actor
from engine.database import Database
from engine.models import process_instance, task_role, user_task
from engine.queries.worklist import Filters, next_task, page_query, worklist
from tests.bench import workload as w
from tests.bench.databases import Place, analyse, opened
from tests.bench.targets import Figure
from tests.bench.timing import median, milliseconds
from tests.factories import person

FEW, MANY = 1_000, 100_000
MINE, DONE = 40, 200
TIMES = 25
AT_ONCE = 5_000
PAGE = ", a page"
Row = dict[str, Any]


def measure(place: Place, *, short: bool) -> list[Figure]:
    few, many, times = (100, 200, 2) if short else (FEW, MANY, TIMES)
    with opened(place.url) as database:
        everybody = w.set_up(database)
        with database.transaction() as db:
            one = person(db, "clerk", w.LANES[1])
        copies = _Copies(database, everybody, one)
        copies.fill(few)
        at_few = _lists(database, one, times)
        copies.fill(many)
        at_many = _lists(database, one, times)
    return _figures(at_few, at_many)


def _figures(few: dict[str, float], many: dict[str, float]) -> list[Figure]:
    pages = [name for name in few if name.endswith(PAGE)]
    slowest = max(pages, key=lambda name: many[name])
    growing = max(pages, key=lambda name: many[name] / few[name])
    found = [
        Figure("a page of 100,000", many[slowest], "ms"),
        Figure("100,000 to 1,000", many[growing] / few[growing], "×"),
    ]
    for name in few:
        found += [
            Figure(f"  {name}, of 1,000", few[name], "ms"),
            Figure(f"  {name}, of 100,000", many[name], "ms"),
        ]
    return found


def _lists(database: Database, actor: Actor, times: int) -> dict[str, float]:
    analyse(database)
    calls: dict[str, Callable[[Connection], object]] = {}
    for tab in LISTS:
        calls[f"{tab}{PAGE}"] = lambda db, tab=tab: page_query(db, actor, tab)
        calls[f"{tab}, all of it"] = lambda db, tab=tab: worklist(db, actor, tab, Filters())
    calls["next task"] = lambda db: next_task(db, actor)
    return {name: _median(database, call, times) for name, call in calls.items()}


def _median(database: Database, call: Callable[[Connection], object], times: int) -> float:
    """Each reads in a view of its own; the first is for warming up."""
    spent = []
    for _ in range(times + 1):
        with database.reading() as db:
            spent.append(milliseconds(lambda: call(db))[1])
    return median(spent[1:])


class _Copies:
    """Open tasks in the shape of one that the engine made: its case, itself, its role."""

    def __init__(self, database: Database, starter: Actor, actor: Actor) -> None:
        self.database, self.actor, self.other = database, actor, starter
        case = w.start(database, starter)
        with database.reading() as db:
            self.case = _one(db, select(process_instance).where(process_instance.c.id == case))
            self.task = _one(db, select(user_task).where(user_task.c.instance_id == case))
            of_task = task_role.c.task_id == self.task["id"]
            self.role = _one(db, select(task_role).where(of_task))
        self.now, self.open, self.made = clock.now(), 1, int(case)
        self._add([self._done() for _ in range(DONE)], [])
        mine = [self._task(self.actor.account_id) for _ in range(MINE)]
        self._add(mine, [self._role(one, w.LANES[1]) for one in mine])

    def fill(self, number: int) -> None:
        """Until so many are open."""
        while self.open < number:
            tasks, roles = [], []
            for _ in range(min(AT_ONCE, number - self.open)):
                holder = self.other.account_id if self.made // 4 % 5 == 0 else None
                one = self._task(holder)
                tasks.append(one)
                roles.append(self._role(one, w.LANES[self.made % 4]))
            self._add(tasks, roles)

    def _add(self, tasks: list[Row], roles: list[Row]) -> None:
        cases = [
            {**self.case, "id": t["instance_id"], "reference": f"X-{t['instance_id']:07d}"}
            for t in tasks
        ]
        with self.database.transaction() as db:
            db.execute(insert(process_instance), cases)
            db.execute(insert(user_task), tasks)
            if roles:
                db.execute(insert(task_role), roles)
        self.open += len(roles)

    def _task(self, holder: int | None) -> Row:
        self.made += 1
        own = {"id": f"{self.made:032x}", "instance_id": self.made}
        number, due = self.made // 4, self._due(self.made // 4)
        state = {"state": "claimed" if holder else "created", "assignee_id": holder}
        dates = {"due_at": due, "claimed_at": self.now if holder else None}
        return {**self.task, **own, **state, **dates, "urgent": number % 7 == 0}

    def _due(self, number: int) -> datetime | None:
        place, minutes = number % 10, timedelta(minutes=number % 9973)
        if place == 0:
            return self.now - timedelta(hours=1) - minutes
        return None if place < 4 else self.now + timedelta(days=1) + minutes

    def _done(self) -> Row:
        ended = {"ended_at": self.now - timedelta(minutes=self.made), "state": "completed"}
        return {**self._task(self.actor.account_id), **ended, "ended_by": self.actor.account_id}

    def _role(self, task: Row, role: str) -> Row:
        """What the row of the role repeats of its task, it repeats of this one."""
        same = {name: task[name] for name in self.role if name in task}
        claimed = task["state"] == "claimed"
        return {**self.role, **same, "task_id": task["id"], "role": role, "claimed": claimed}


def _one(db: Connection, statement: Select[Any]) -> Row:
    return dict(db.execute(statement).one()._mapping)
