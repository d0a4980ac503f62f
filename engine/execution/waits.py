"""What a case rests on: user tasks, timers, messages, jobs and problems, read off its tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.elements import Element
from engine.execution import dates, problems, service
from engine.execution.workflow import CaseWorkflow, finished, walk


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
    if finished(task):
        return None
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


def due_instant(task: Task, *, anew: bool = False) -> datetime:
    """When the timer at `task` fires: ISO text or FEEL; `ExecutionFailed` names what it gave.
    `anew`: in place of the date it has."""
    kind, text = task.task_spec.element.timer
    if kind == "timeCycle":
        return dates.next_repeat(task, text, anew=anew)
    view = task.workflow.top_workflow.view(task)
    return dates.instant_of(kind, text, task.task_spec.element.label, view)
