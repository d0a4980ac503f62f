"""Moving a case: our own loop in place of the library's, and what people and rows do to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed
from engine.execution import activities, events, gateways, problems, throws, watching
from engine.execution.workflow import CaseWorkflow, Facts, visible_id, walk

BUDGET = 20_000  # elements one step may run before it counts as a loop that never waits


def begin(spec: Any, subprocess_specs: dict[str, Any], facts: Facts) -> CaseWorkflow:
    """A new case, not yet moved: set its first variables, then `settle`."""
    return CaseWorkflow(spec, subprocess_specs, facts)


def settle(case: CaseWorkflow) -> None:
    """Run everything that needs nobody, deepest first and in drawing order, until all rests and
    no condition has become true."""
    left = _run_ready(case, BUDGET)
    while not case.completed and (gateways.fire_merges(case) or events.fire_conditions(case)):
        left = _run_ready(case, left)


def _run_ready(case: CaseWorkflow, left: int) -> int:
    moved = True
    while moved and not case.completed:
        moved = False
        for workflow in case.workflows():
            if not any(_may_run(task) for task in workflow.tasks.values()):
                continue
            for task in [t for t in walk(workflow.task_tree) if _may_run(t)]:
                if not _may_run(task):
                    continue  # cancelled by one before it
                left -= 1
                _guarded(case, task, task.run, exhausted=left <= 0)
                moved = True
    return left


def complete(case: CaseWorkflow, task: Task) -> None:
    """A person has finished this READY user task: go on from it."""
    _guarded(case, task, task.run)
    settle(case)


def fire(case: CaseWorkflow, task: Task) -> None:
    """A timer is due, or a message came, for this waiting event."""
    _note_interruption(case, task)
    events.fire(task)
    settle(case)


def finish(case: CaseWorkflow, task: Task) -> None:
    """The job of this STARTED task is done: go on from it."""
    _guarded(case, task, task.complete)
    settle(case)


def raise_error(case: CaseWorkflow, task: Task, code: str) -> None:
    """The job of this STARTED task met an error of the diagram's: its catcher's way is taken, the
    task's own first; nobody catches it: a problem at the task."""
    try:
        throws.throw_error(task, code, f"“{task.task_spec.element.label}”")
    except throws.Caught as caught:
        caught.interrupt()
    except ExecutionFailed as error:
        problems.note(task, error)
    settle(case)


def hold(task: Task, error: ExecutionFailed) -> None:
    """The job of this STARTED task has failed for good: it is held until it is tried again."""
    problems.note(task, error)


def retry(case: CaseWorkflow, task: Task) -> None:
    """Run again what was held at `task`."""
    problems.clear(task)
    _guarded(case, task, lambda: _again(task))
    settle(case)


def pass_by(case: CaseWorkflow, task: Task) -> None:
    """Count `task` as done without running it, and go on."""
    task._set_state(TaskState.READY)
    _guarded(case, task, task.complete)
    settle(case)


def _again(task: Task) -> None:
    if task.state == TaskState.WAITING:
        task.task_spec._update(task)
    elif task.state == TaskState.STARTED:
        task.task_spec.reconsider(task)


def _may_run(task: Task) -> bool:
    return (
        task._state == TaskState.READY
        and not task.task_spec.manual
        and problems.KEY not in task.internal_data
    )


def _guarded(
    case: CaseWorkflow, task: Task, call: Callable[[], Any], *, exhausted: bool = False
) -> None:
    """A model's fault leaves the task READY with the problem beside it; the rest stays done."""
    try:
        if exhausted:
            raise ExecutionFailed(
                f"The loop at “{visible_id(task) or task.task_spec.name}” never waits.",
                code="execution.budget",
            )
        call()
    except throws.Caught as caught:
        task._set_state(TaskState.COMPLETED)
        caught.interrupt()
    except ExecutionFailed as error:
        if task.state != TaskState.STARTED:
            task._set_state(TaskState.READY)
        problems.note(task, error)
        return
    if (element := visible_id(task)) is not None and task._state == TaskState.COMPLETED:
        case.journal.passed.append(element)
        watching.passed(task, element)
        activities.step_done(task)


def _note_interruption(case: CaseWorkflow, task: Task) -> None:
    """An interrupting boundary event ends its activity: remember which element did it."""
    parent = task.parent
    if parent is None or not isinstance(parent.task_spec, BoundaryEventSplit):
        return
    if task.task_spec.cancel_activity:
        case.journal.interrupted_by = task.task_spec.element.id
