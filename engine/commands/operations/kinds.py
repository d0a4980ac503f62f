"""What a supervisor may do to a running case. Each operation moves a step in memory and says what
it did; the same code makes the preview and the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select

from engine import clock, feel
from engine.advance import Step
from engine.commands.cases import Posted, checked
from engine.errors import Conflict, InvalidInput
from engine.execution import moves, run
from engine.execution.activities import write_all
from engine.execution.waits import Wait
from engine.forms import Field, Form
from engine.history import Event
from engine.models import message_subscription


@dataclass(frozen=True)
class Operation:
    """`kind` names it in stored proposals; `apply` changes the step and returns its event.
    `for_owners`: who owns processes may do it as well, and sees of the case its reference."""

    kind: ClassVar[str]
    for_owners: ClassVar[bool] = False

    def apply(self, step: Step) -> Event:
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True)
class Suspend(Operation):
    """Nothing moves until the case is resumed; everything stays as it is."""

    kind = "suspend"

    def apply(self, step: Step) -> Event:
        if step.suspended:
            raise Conflict("The case is already suspended.")
        step.hold = True
        return Event("case.suspended")


@dataclass(frozen=True)
class Resume(Operation):
    """What fell due meanwhile happens once, now."""

    kind = "resume"

    def apply(self, step: Step) -> Event:
        if not step.suspended:
            raise Conflict("The case is not suspended.")
        step.hold = False
        return Event("case.resumed")


@dataclass(frozen=True)
class End(Operation):
    """Close everything that is open. `cause` is one of the list the process gives, or words."""

    cause: str = ""
    kind = "end"

    def apply(self, step: Step) -> Event:
        if not self.cause.strip():
            raise InvalidInput({"cause": "Choose why the case ends."})
        step.ending, step.why = True, f"the case was ended: {self.cause}"
        moves.end(step.case)
        return Event("case.ended", details={"cause": self.cause})


@dataclass(frozen=True)
class Move(Operation):
    """From the token (empty: nothing is open) to an element. `alone`: the other open steps of
    that diagram stay; else they are left as well."""

    target: str
    token: str = ""
    alone: bool = True
    kind = "move"

    def apply(self, step: Step) -> Event:
        wait = _wait(step, self.token) if self.token else None
        old = wait.element if wait else None
        step.why = "the case was moved to another step"
        moves.move(step.case, wait.task if wait else None, self.target, alone=self.alone)
        details = {"from": old.id if old else None, "to": self.target}
        return Event("case.placed", self.target, self.token or None, details)


@dataclass(frozen=True)
class Skip(Operation):
    """Go on as if the element had been done; `posted` are answers to its form, none required."""

    token: str
    posted: Mapping[str, list[str]] = field(default_factory=dict)
    kind = "skip"

    def apply(self, step: Step) -> Event:
        wait = _wait(step, self.token)
        step.why = "the step was skipped"
        values = _given(step, wait, self.posted)
        write_all(wait.task, values)
        moves.skip(step.case, wait.task)
        return Event("step.skipped", wait.element.id, self.token, {"names": sorted(values)})


@dataclass(frozen=True)
class Fire(Operation):
    """A date counts as reached now."""

    token: str
    kind = "fire"

    def apply(self, step: Step) -> Event:
        wait = _wait(step, self.token, "timer")
        step.fired.add(self.token)
        run.fire(step.case, wait.task)
        return Event("timer.fired_by_hand", wait.element.id, self.token)


@dataclass(frozen=True)
class Redate(Operation):
    """Another date (an ISO instant) for what waits for one."""

    token: str
    due_at: str
    kind = "redate"

    def apply(self, step: Step) -> Event:
        wait = _wait(step, self.token, "timer")
        try:
            due_at = datetime.fromisoformat(self.due_at)
        except ValueError:
            due_at = clock.now()
        if due_at.tzinfo is None:
            due_at = due_at.replace(tzinfo=clock.LONDON)
        if due_at <= clock.now():
            raise InvalidInput({"due_at": "Give a date that lies ahead."})
        step.dates[self.token] = due_at
        return Event("timer.redated", wait.element.id, self.token, {"to": due_at.isoformat()})


@dataclass(frozen=True)
class Deliver(Operation):
    """A message that the case waits for counts as received, with the answers of its form."""

    token: str
    posted: Mapping[str, list[str]] = field(default_factory=dict)
    kind = "deliver"

    def apply(self, step: Step) -> Event:
        wait = _wait(step, self.token, "message", "signal")
        form = step.definition(wait.definition_id).form(wait.element.id)
        context = step.case.view(wait.task)
        values = checked(step.db, form, self.posted, context, step.row.id, actor=step.actor)
        s = message_subscription.c
        row = step.db.execute(select(s.name, s.key).where(s.id == self.token)).one()
        step.fired.add(self.token)
        write_all(wait.task, values)
        run.fire(step.case, wait.task)
        details = {"name": row.name, "key": row.key}
        return Event("message.delivered_by_hand", wait.element.id, self.token, details)


@dataclass(frozen=True)
class Retry(Operation):
    """Put right the named values (FEEL values as stored JSON), then run the held element again."""

    token: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reads: tuple[str, ...] = ()  # names that the failed element reads and the case may lack
    kind = "retry"

    def apply(self, step: Step) -> Event:
        wait = _wait(step, self.token)
        if wait.kind not in ("problem", "task"):
            raise Conflict("This problem no longer stands: the case has moved on.")
        self._correct(step, wait)
        if wait.kind == "task":  # a setting of an open task, such as its due date
            step.offered_again.append(wait)
        else:
            step.retried.add(self.token)
            run.retry(step.case, wait.task)
        return Event("problem.retried", wait.element.id, self.token)

    def _correct(self, step: Step, wait: Wait) -> None:
        key = step.case.scopes.key(wait.task)
        known = {*step.case.view(wait.task), *self.reads}
        unknown = {n: f"The case has no value “{n}”." for n in self.values if n not in known}
        if unknown:
            raise InvalidInput(unknown)
        for name, stored in self.values.items():
            old = step.case.scopes.read(key, name)
            step.case.scopes.write(key, name, feel.from_json(stored), wait.element.id)
            details = {"name": name, "old": feel.to_json(old), "new": stored}
            step.events.append(Event("value.corrected", wait.element.id, details=details))


KINDS: dict[str, type[Operation]] = {
    kind.kind: kind for kind in (Suspend, Resume, End, Move, Skip, Fire, Redate, Deliver, Retry)
}


def optional(form: Form) -> Form:
    """The same questions, none of them required, hidden or checked against another."""
    return replace(form, fields=tuple(map(_optional, form.fields)))


def _optional(one: Field) -> Field:
    inner = tuple(map(_optional, one.fields))
    return replace(one, required=False, hide=None, check=None, min_rows=0, fields=inner)


def _given(step: Step, wait: Wait, posted: Posted) -> dict[str, Any]:
    """What was answered of the element's form; the rest stays as it was."""
    form = step.definition(wait.definition_id).form(wait.element.id)
    if form is None:
        return {}
    context = step.case.view(wait.task)
    values = checked(step.db, optional(form), posted, context, step.row.id, actor=step.actor)
    return {name: value for name, value in values.items() if value not in (None, [])}


def _wait(step: Step, token: str, *kinds: str) -> Wait:
    wait = step.before.get(token)
    if wait is None or (kinds and wait.kind not in kinds):
        raise Conflict("The case no longer waits for this.")
    return wait
