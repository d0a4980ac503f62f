"""Events that throw: messages and signals on their way out, errors and escalations to whoever
catches them, from the inside out (BPMN 2.0.2, 10.5.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EndEvent as LibraryEnd
from SpiffWorkflow.bpmn.specs.defaults import IntermediateThrowEvent as LibraryThrow
from SpiffWorkflow.bpmn.specs.defaults import SendTask as LibrarySend
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import handlers
from engine.bpmn.elements import Element
from engine.errors import ExecutionFailed
from engine.execution import evaluation, events
from engine.execution.workflow import Thrown, finished

LEAVING = ("escalation", "error", "cancel")  # thrown last: what catches them may end the thrower


class Caught(Exception):  # no fault: the way an error takes through the diagram
    """An error or escalation that interrupts what it was thrown in."""

    def __init__(self, catcher: Task) -> None:
        super().__init__()
        self.catcher = catcher

    def interrupt(self) -> None:
        """End the activity that the catcher is on, then go its way."""
        self.catcher.workflow.top_workflow.journal.interrupted_by = (
            self.catcher.task_spec.element.id
        )
        for beside in self.catcher.parent.children:
            if beside is not self.catcher and not finished(beside):
                beside.cancel()
        events.fire(self.catcher)


class Throwing:
    """Sends a message or a signal, raises an error or an escalation; a plain throw does nothing."""

    element: Any

    def _run_hook(self, my_task: Task) -> bool:
        parts = self.element.each if self.element is not None else ()
        for part in sorted(parts, key=lambda each: each.event in LEAVING):
            self._throw(my_task, part)
        return True

    def _throw(self, my_task: Task, part: Element) -> None:
        if part.event == "message":
            journal = my_task.workflow.top_workflow.journal
            journal.thrown.append(self._thrown(my_task, part))
        elif part.event == "signal":
            self._signal(my_task, part)
        elif part.event == "error":
            throw_error(my_task, part.code, f"“{part.label}”")
        elif part.event == "cancel":
            cancel_transaction(my_task)
        elif part.event == "escalation":
            escalate(my_task, part.code)

    def _thrown(self, my_task: Task, part: Element) -> Thrown:
        key: Any = None
        if text := part.properties.get("key"):
            key = evaluation.evaluate(my_task, text)
            self._must(isinstance(key, str) and key, my_task, text, "a key")
        payload = self._payload(my_task)
        return Thrown(part.message or "", key, payload, my_task.id.hex, part.id)

    def _payload(self, my_task: Task) -> dict[str, Any]:
        text = self.element.properties.get("payload")
        if not text:
            return {}
        payload = evaluation.evaluate(my_task, text)
        self._must(isinstance(payload, dict), my_task, text, "a context")
        return dict(payload)

    def _signal(self, my_task: Task, part: Element) -> None:
        """To everything in this case that waits for it, now; to other cases once this is safe."""
        case, payload = my_task.workflow.top_workflow, self._payload(my_task)
        for task in events.waiting(case, "signal"):
            if task.task_spec.element.message == part.message:
                for name, value in payload.items():
                    key = case.scopes.key(task)
                    case.scopes.write(key, name, value, task.task_spec.element.id)
                events.fire(task)
        sent = Thrown(part.message or "", None, payload, my_task.id.hex, part.id)
        case.journal.signals.append(sent)

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
    """An end; a terminate end closes everything else in its process or subprocess."""

    def _on_complete_hook(self, my_task: Task) -> None:
        workflow = my_task.workflow
        if self.element is None:  # one that an event subprocess was given
            return
        if _is_outermost(workflow):
            workflow.top_workflow.end_event = self.element.id
        if any(part.event == "terminate" for part in self.element.each):
            _close(workflow, my_task)
            if workflow.spec.name != handlers.body_of(workflow.spec.name):
                _close(workflow.parent_workflow, None, but=workflow.parent_task_id)


def _close(workflow: Any, ended: Task | None, but: Any = None) -> None:
    """Cancel what is open; `but`: the body that has just ended goes on to its own end."""
    for task in list(workflow.tasks.values()):
        beside = but is not None and (task.id == but or _is_part_of(task, but))
        if not finished(task) and task is not ended and not beside:
            task.cancel()
    if but is None:
        workflow.completed = True


def _is_part_of(task: Task, body: Any) -> bool:
    """What follows the body, and what stands beside it (it closes with the body)."""
    at: Task | None = task
    while at is not None:
        if at.id == body:
            return True
        at = at.parent
    parent = task.parent
    return parent is not None and body in parent._children


def _is_outermost(workflow: Any) -> bool:
    """The case's own process, the body of it, or a handler that has taken its place."""
    while workflow.parent_task_id is not None:
        owner = workflow.parent_workflow.tasks[workflow.parent_task_id]
        element = owner.task_spec.element
        opened_by = owner.parent.task_spec
        replaces = isinstance(opened_by, events.BoundaryEvent) and opened_by.cancel_activity
        if element is not None and not (element.triggered and replaces):
            return False
        workflow = workflow.parent_workflow
    return True


def throw_error(task: Task, code: str | None, said: str) -> None:
    """Raise `Caught` for the nearest error event that catches this code, the activity's own
    first; nobody does: a problem at `task`, and nothing else goes on unseen."""
    found = next(_catchers(task, "error", code), None)
    if found is not None:
        raise Caught(found)
    raise ExecutionFailed(
        f"The error {code or 'without a code'} of {said} is caught by nobody.",
        code="error.uncaught",
    )


def cancel_transaction(task: Task) -> None:
    """End the transaction that `task` lies in and go the way of its cancel event."""
    raise Caught(next(_catchers(task, "cancel", None)))  # the rules see to it that there is one


def escalate(task: Task, code: str | None) -> None:
    """Nobody who catches it: the case goes on, and its story tells it."""
    found = next(_catchers(task, "escalation", code), None)
    if found is None:
        task.workflow.top_workflow.journal.unheard.append(task.task_spec.element.id)
    elif found.task_spec.cancel_activity:
        raise Caught(found)
    else:
        events.fire(found)


def _catchers(task: Task, event: str, code: str | None) -> Iterator[Task]:
    """Events of this kind that wait on the task, then on what is around it: those that name the
    code before those that catch every one."""
    at: Task | None = task
    while at is not None:
        beside: list[Task] = []
        up: Task | None = at
        while up is not None and not beside:  # through the shell of a multi-instance
            parent = up.parent
            beside = [
                c
                for c in (parent.children if parent is not None else ())
                if isinstance(c.task_spec, events.BoundaryEvent) and c is not up
            ]
            up = parent if parent is not None and up.triggered else None
        here = [
            c
            for c in beside
            if c._state == TaskState.WAITING and c.task_spec.element.event == event
        ]
        yield from (c for c in here if c.task_spec.element.code == code and code is not None)
        yield from (c for c in here if c.task_spec.element.code is None)
        owner = at.workflow.parent_task_id
        at = at.workflow.parent_workflow.tasks[owner] if owner is not None else None
