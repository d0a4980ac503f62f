"""What a case rests on: user tasks, timers, messages, jobs and problems, read off its tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import clock, feel
from engine.bpmn.elements import Element
from engine.errors import ExecutionFailed
from engine.execution import cycles, evaluation, problems, service
from engine.execution.workflow import CaseWorkflow, walk

FURTHEST = timedelta(days=366 * 50)


@dataclass(frozen=True)
class Wait:
    """One thing the case rests on: `kind` is task, timer, message, signal, condition, job or
    problem."""

    token_id: str
    kind: str
    element: Element
    definition_id: int
    task: Task
    beside: bool  # a boundary event: the case does not wait for it


def waits(case: CaseWorkflow) -> dict[str, Wait]:
    """Token id -> what waits there, in drawing order, the case's own process first."""
    found: dict[str, Wait] = {}
    for workflow in reversed(case.workflows()):
        for task in walk(workflow.task_tree):
            if (kind := _kind(task)) is not None:
                spec = task.task_spec
                beside = task.parent is not None and isinstance(
                    task.parent.task_spec, BoundaryEventSplit
                )
                found[task.id.hex] = Wait(
                    task.id.hex,
                    kind,
                    spec.element,
                    task.workflow.spec.definition_id,
                    task,
                    beside and kind in _CAUGHT.values(),
                )
    return found


def _kind(task: Task) -> str | None:
    if problems.of(task) is not None:
        return "problem"
    spec = task.task_spec
    if task._state == TaskState.READY and spec.manual:
        return "task"
    if service.is_job(task):
        return "job"
    if task._state == TaskState.WAITING and isinstance(spec, CatchingEvent):
        return _CAUGHT.get(spec.element.event)
    return None


# Errors and escalations are thrown by the case itself: nothing waits for them.
_CAUGHT = {
    "timer": "timer", "message": "message", "signal": "signal", "conditional": "condition",
}  # fmt: skip


def due_instant(task: Task) -> datetime:
    """When the timer at `task` fires: ISO text or FEEL; `ExecutionFailed` names what it gave."""
    kind, text = task.task_spec.element.timer
    if kind == "timeCycle":
        return cycles.next_instant(task, text)
    value = _iso(text) if text[:1] in "Pp" else evaluation.evaluate(task, text)
    if kind == "timeDuration" or isinstance(value, (timedelta, feel.YearsMonths)):
        value = _after(value)
    instant = as_instant(value)
    if instant is None:
        raise ExecutionFailed(
            f"The date of “{task.task_spec.element.label}” cannot be worked out: “{text[:300]}” "
            f"gives {feel.kind(value)}.",
            code="timer.bad_value",
            expression=text[:300],
            values=evaluation.kinds(task, text) if text[:1] not in "Pp" else {},
        )
    if abs(instant - clock.now()) > FURTHEST:
        raise ExecutionFailed(
            f"The date of “{task.task_spec.element.label}” is more than 50 years away.",
            code="timer.out_of_range",
            expression=text[:300],
        )
    return instant


def as_instant(value: Any) -> datetime | None:
    """A FEEL date (its first moment in London) or date and time as an instant; else None."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=clock.LONDON)
    if isinstance(value, date):
        return datetime.combine(value, time(), clock.LONDON)
    return None


def as_deadline(value: Any) -> datetime | None:
    """As `as_instant`, but a plain date lasts until its last second."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59, 59), clock.LONDON)
    if isinstance(value, (timedelta, feel.YearsMonths)):
        return as_instant(_after(value))
    return as_instant(value)


def _iso(text: str) -> Any:
    return feel.compile(f'duration("{text.upper()}")').evaluate({}, clock=clock.local_now)


def _after(duration: Any) -> Any:
    if not isinstance(duration, (timedelta, feel.YearsMonths)):
        return duration
    expression = feel.compile("now() + d")
    return expression.evaluate({"d": duration}, clock=clock.local_now)
