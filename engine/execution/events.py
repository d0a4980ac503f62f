"""Events: what catches waits for a row of ours to fire it; what throws writes to the journal."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as LibraryBoundary
from SpiffWorkflow.bpmn.specs.defaults import EndEvent as LibraryEnd
from SpiffWorkflow.bpmn.specs.defaults import IntermediateCatchEvent as LibraryCatch
from SpiffWorkflow.bpmn.specs.defaults import IntermediateThrowEvent as LibraryThrow
from SpiffWorkflow.bpmn.specs.defaults import ReceiveTask as LibraryReceive
from SpiffWorkflow.bpmn.specs.defaults import SendTask as LibrarySend
from SpiffWorkflow.bpmn.specs.defaults import StartEvent as LibraryStart
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed
from engine.execution import evaluation
from engine.execution.gateways import EventBasedGateway
from engine.execution.workflow import Thrown, finished

FIRED = "fired"


class TimerDefinition(EventDefinition):
    """The instant is worked out by us when the case comes to rest (waits.py)."""


class MessageDefinition(EventDefinition):
    """Delivered by us, from the inbox."""


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
    """On an activity; one that does not interrupt is set again after a message."""

    def _following(self) -> list[Any]:
        if self.cancel_activity:
            return list(self.outputs)
        return [spec for spec in self.outputs if not isinstance(spec, BoundaryEventJoin)]

    def _on_complete_hook(self, my_task: Task) -> None:
        if self.cancel_activity or self.element.event != "message":
            return
        main = next(
            c for c in my_task.parent.children if not isinstance(c.task_spec, LibraryBoundary)
        )
        if finished(main):
            return
        again = my_task.parent._add_child(self, TaskState.FUTURE)
        self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
        again._set_state(TaskState.WAITING)


class Throwing:
    """Sends a message; a plain throw does nothing."""

    element: Any

    def _run_hook(self, my_task: Task) -> bool:
        if self.element.event == "message":
            my_task.workflow.top_workflow.journal.thrown.append(self._thrown(my_task))
        return True

    def _thrown(self, my_task: Task) -> Thrown:
        properties = self.element.properties
        payload: Any = {}
        if text := properties.get("payload"):
            payload = evaluation.evaluate(my_task, text)
        key: Any = None
        if text := properties.get("key"):
            key = evaluation.evaluate(my_task, text)
            self._must(isinstance(key, str) and key, my_task, text, "a key")
        self._must(isinstance(payload, dict), my_task, properties.get("payload", ""), "a context")
        return Thrown(self.element.message, key, payload, my_task.id.hex, self.element.id)

    def _must(self, holds: Any, my_task: Task, text: str, what: str) -> None:
        if not holds:
            raise ExecutionFailed(
                f"The message of “{self.element.label}” needs {what}.",
                code="message.bad_value",
                expression=text[:300],
                values=evaluation.kinds(my_task, text),
            )


class IntermediateThrowEvent(Throwing, LibraryThrow):
    pass


class SendTask(Throwing, LibrarySend):
    pass


class EndEvent(Throwing, LibraryEnd):
    """An end; a terminate end closes everything else in its process."""

    def _on_complete_hook(self, my_task: Task) -> None:
        workflow = my_task.workflow
        if workflow.parent_task_id is None:
            workflow.end_event = self.element.id
        if self.element.event == "terminate":
            for task in list(workflow.tasks.values()):
                if not finished(task) and task is not my_task:
                    task.cancel()
            workflow.completed = True


def fire(task: Task) -> None:
    """The event that `task` waits for has happened."""
    task.internal_data[FIRED] = True
    task.task_spec._update(task)
