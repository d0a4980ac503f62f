"""Events that catch: each waits until something of ours fires it (a row, a throw, a condition)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundary
from SpiffWorkflow.bpmn.specs.defaults import IntermediateCatchEvent as LibraryCatch
from SpiffWorkflow.bpmn.specs.defaults import ReceiveTask as LibraryReceive
from SpiffWorkflow.bpmn.specs.defaults import StartEvent as LibraryStart
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.errors import ExecutionFailed
from engine.execution import evaluation, problems
from engine.execution.gateways import EventBasedGateway
from engine.execution.workflow import CaseWorkflow, finished, walk

FIRED = "fired"
DUE = "due"  # the instant a repeating timer was due at, beside its token
LEFT = "left"  # how often it fires still
WAS = "was"  # whether a condition held when it was last looked at


class Marker(EventDefinition):
    """Stands in every event that waits: what for is read from the drawn element."""


class Catching:
    """Waits until `fire`."""

    def _update_hook(self, my_task: Task) -> bool:
        if my_task.internal_data.get(FIRED) or self._plain():
            return True
        if my_task.state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)
        return False

    def _plain(self) -> bool:
        return self.element.event is None  # type: ignore[attr-defined]  # set by parsing.finish

    def _on_ready_hook(self, my_task: Task) -> None:
        pass

    def _predict_hook(self, my_task: Task) -> None:
        """Nothing: what follows is opened when the event has happened (near.py)."""

    def _run_hook(self, my_task: Task) -> bool:
        parent = my_task.parent
        if parent is not None and isinstance(parent.task_spec, EventBasedGateway):
            for other in parent.children:
                if other is not my_task and not finished(other):
                    other.cancel()
        return True

    def _on_cancel(self, my_task: Task) -> None:
        pass


class StartEvent(Catching, LibraryStart):
    """The case begins because it was asked to: never waits."""

    def _plain(self) -> bool:
        return True


class IntermediateCatchEvent(Catching, LibraryCatch):
    pass


class ReceiveTask(Catching, LibraryReceive):
    pass


class BoundaryEvent(Catching, LibraryBoundary):
    """On an activity; one that does not interrupt is set again once it has fired, a timer only
    while it has repeats left."""

    def _following(self) -> list[Any]:
        if self.cancel_activity:
            return list(self.outputs)
        return [spec for spec in self.outputs if not isinstance(spec, BoundaryEventJoin)]

    def _on_complete_hook(self, my_task: Task) -> None:
        if self.cancel_activity:
            return
        kept = self._kept_for_next(my_task)
        main = next(
            c for c in my_task.parent.children if not isinstance(c.task_spec, LibraryBoundary)
        )
        if kept is None or finished(main):
            return
        again = my_task.parent._add_child(self, TaskState.FUTURE)
        self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
        again.internal_data.update(kept)
        again._set_state(TaskState.WAITING)

    def _kept_for_next(self, my_task: Task) -> dict[str, Any] | None:
        """What the event that is set again takes over; None: it is not set again."""
        if self.element.event != "timer":
            return {WAS: True} if self.element.event == "conditional" else {}
        kind, _ = self.element.timer
        left = my_task.internal_data.get(LEFT)
        if kind != "timeCycle" or left == 0:
            return None
        return {LEFT: left, DUE: my_task.internal_data.get(DUE)}


def fire(task: Task) -> None:
    """The event that `task` waits for has happened."""
    task.internal_data[FIRED] = True
    task.task_spec._update(task)


def waiting(case: CaseWorkflow, event: str) -> list[Task]:
    """What waits for this kind of event, wherever it lies, in drawing order."""
    return [
        task
        for workflow in reversed(case.workflows())
        for task in walk(workflow.task_tree)
        if task._state == TaskState.WAITING
        and isinstance(task.task_spec, Catching)
        and task.task_spec.element.event == event  # type: ignore[attr-defined]  # by parsing.finish
    ]


def fire_conditions(case: CaseWorkflow) -> bool:
    """Fire each condition that has become true; an unset name makes it false, here alone."""
    fired = False
    watched = any(workflow.spec.watches for workflow in case.workflows())
    for task in waiting(case, "conditional") if watched else ():
        if problems.of(task) is not None:
            continue
        try:
            holds = evaluation.evaluate(task, task.task_spec.element.condition) is True
        except ExecutionFailed as error:
            problems.note(task, error)
            continue
        was = task.internal_data.get(WAS, False)
        task.internal_data[WAS] = holds
        if holds and not was and task._state == TaskState.WAITING:
            fire(task)
            fired = True
    return fired


def note_due(task: Task, instant: datetime, left: int | None) -> None:
    """A repeating timer keeps when it is due, and how often it fires after that (None: always)."""
    task.internal_data[DUE] = feel.to_json(instant)
    task.internal_data[LEFT] = left
