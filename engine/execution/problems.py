"""A model's fault is held at the element it happened at; everything before it stays done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed

KEY = "problem"


def note(task: Task, error: ExecutionFailed) -> None:
    """Write the fault beside the token; it stays until `clear`."""
    task.internal_data[KEY] = {
        "code": error.code,
        "message": str(error),
        "details": error.details,
    }


def of(task: Task) -> dict[str, Any] | None:
    found: dict[str, Any] | None = task.internal_data.get(KEY)
    return found


def clear(task: Task) -> None:
    task.internal_data.pop(KEY, None)


def held(task: Task, enter: Callable[[Task], bool]) -> bool:
    """Run `enter`, which opens `task`; when the model is at fault the token waits here instead.

    Without this the fault would surface in the task before, which is already completed.
    """
    if of(task) is not None:
        return False
    try:
        return enter(task)
    except ExecutionFailed as error:
        for child in list(task.children):
            if child.triggered:
                task.workflow._remove_task(child.id)
        task._set_state(TaskState.WAITING)
        note(task, error)
        return False
