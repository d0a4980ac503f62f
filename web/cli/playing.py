"""Plays the demo's cases: the words of scenario files, with days instead of dates.

Beside a scenario's own steps: `ago` goes to so many days before today, `days` lets so many pass,
`play` puts in the steps kept under a name, `claim` lets a person take what the case offers them.
In answers `{day: -3}` is the date three days before the step, `{case: title}` the reference of a
case played before. A case's `with` changes the answers of its steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from engine import clock, testing
from engine.access import load_actor
from engine.commands import tasks
from engine.database import Database
from engine.queries.worklist import Filters, worklist

REFERENCE = re.compile(r"[A-Z]+-[0-9]{4}-[0-9]{4}")
Step = Mapping[str, Any]


@dataclass
class Playing:
    """The cases of a demo, one after the other; `steps` are those kept under a name."""

    database: Database
    people: Sequence[str]
    steps: Mapping[str, Sequence[Step]]
    references: dict[str, str] = field(default_factory=dict)

    def play(self, case: Mapping[str, Any]) -> testing.Scenario:
        """One case from its beginning; then its time passes until now."""
        begins = before(case["begins"], clock.local_now())
        run = testing.Scenario(self.database, title=str(case["title"]), now=begins)
        for username in self.people:
            run.person(username, [])
        for step in self._flat(case["steps"]):
            self._step(run, step, case.get("with") or {})
        run.at(clock.local_now())
        self.references[run.title] = _reference(run)
        return run

    def _flat(self, steps: Sequence[Step]) -> Iterator[Step]:
        for step in steps:
            if "play" in step:
                yield from self._flat(self.steps[step["play"]])
            else:
                yield step

    def _step(self, run: testing.Scenario, step: Step, changes: Mapping[str, Any]) -> None:
        if "ago" in step:
            run.at(before(step["ago"], clock.local_now()))
        elif "days" in step:
            run.at(min(run.now + timedelta(days=step["days"]), clock.local_now()))
        elif "claim" in step:
            _claim(run, step["claim"])
        else:
            told = dict(step)
            if changed := changes.get(next(iter(step.values()))):
                told["values"] = {**(told.get("values") or {}), **changed}
            testing.play(run, self._plain(told, run.now))

    def _plain(self, value: Any, now: datetime) -> Any:
        """The value with its days and cases worked out."""
        if isinstance(value, dict) and set(value) == {"day"}:
            return (now + timedelta(days=int(value["day"]))).astimezone(clock.LONDON).date()
        if isinstance(value, dict) and set(value) == {"case"} and value["case"] in self.references:
            return self.references[value["case"]]
        if isinstance(value, dict):
            return {name: self._plain(inner, now) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._plain(inner, now) for inner in value]
        return value


def before(days: float, now: datetime) -> datetime:
    """So many days ago at ten in the morning (a fraction: that part of a day later)."""
    whole = int(days) if days == int(days) else int(days) + 1
    day = (now - timedelta(days=whole)).date()
    then = datetime.combine(day, time(10), clock.LONDON) + timedelta(days=whole - days)
    return min(then, now)


def _reference(run: testing.Scenario) -> str:
    return str(REFERENCE.findall(" ".join(run.said))[-1])


def _claim(run: testing.Scenario, username: str) -> None:
    """This person takes what the case offers them, and works on it later."""
    reference, place = _reference(run), None
    with clock.at(run.now), run.database.transaction() as db:
        actor = load_actor(db, run.people[username])
        while True:
            page = worklist(db, actor, "unclaimed", Filters(), place)
            for line in page.lines:
                if line.reference == reference:
                    tasks.claim_task(db, line.id, actor=actor)
            if not (place := page.next):
                return
