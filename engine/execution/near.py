"""Only the next step is foretold, and the rest is opened when it is reached.

The library predicts the whole way ahead when a process starts: parallel blocks in series multiply,
and a loop without a choice never ends. Nothing of ours reads predictions, so none are made beyond
one step; a completed task opens what follows it.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, BpmnStartTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.execution import passing

AHEAD = 1


class Near:
    """Mixed in front of every task spec."""

    def _predict(
        self,
        my_task: Task,
        seen: Any = None,
        looked_ahead: int = 0,
        mask: int = TaskState.PREDICTED_MASK,
    ) -> None:
        if looked_ahead <= AHEAD:
            super()._predict(my_task, seen, looked_ahead, mask)  # type: ignore[misc]  # mixed in

    def _update_hook(self, my_task: Task) -> bool:
        passing.into(my_task)
        return bool(super()._update_hook(my_task))  # type: ignore[misc]  # mixed in

    def _on_complete(self, my_task: Task) -> None:
        passing.out(my_task)
        self._open_following(my_task)
        super()._on_complete(my_task)  # type: ignore[misc]  # mixed in

    def _open_following(self, my_task: Task) -> None:
        following = self._following()
        if not following or any(not child.triggered for child in my_task.children):
            return
        for spec in following:
            child = my_task._add_child(spec, TaskState.FUTURE)
            spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)

    def _following(self) -> list[Any]:
        """What the class it is mixed into says, else every way out."""
        chosen = getattr(super(), "_following", None)
        if chosen is not None:
            return list(chosen())
        return list(self.outputs)  # type: ignore[attr-defined]  # of the class it is mixed into


class NearStart(Near, BpmnStartTask):
    pass


class NearBoundarySplit(Near, BoundaryEventSplit):
    pass
