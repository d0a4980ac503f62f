"""Service and send tasks: the token rests STARTED at them while a job does their work outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import services
from engine.bpmn.services import Tries
from engine.execution import evaluation
from engine.execution.throws import SendTask as Sending


@dataclass(frozen=True)
class Request:
    """What a job is to do, worked out when the token comes to its element."""

    connector: str
    values: dict[str, Any]
    tries: Tries


class ServiceTask(BpmnSpecMixin):
    """Started by the case, completed by its job."""

    def _run_hook(self, my_task: Task) -> bool | None:
        return None

    def reconsider(self, my_task: Task) -> None:
        """Tried again after a problem: a new job is made for it."""


class SendTask(Sending):
    """Sends its message; without one it is a service task."""

    def _run_hook(self, my_task: Task) -> bool | None:  # type: ignore[override]  # None: STARTED
        return None if services.is_service(self.element) else super()._run_hook(my_task)

    def reconsider(self, my_task: Task) -> None:
        """As for a service task."""


def is_job(task: Task) -> bool:
    """Whether `task` rests until its job has ended."""
    spec = task.task_spec
    return task._state == TaskState.STARTED and isinstance(spec, ServiceTask | SendTask)


def request(task: Task) -> Request:
    """`ExecutionFailed` names the value that cannot be worked out or is not what is asked for."""
    element = task.task_spec.element
    values = {
        name: evaluation.evaluate(task, text) for name, text in services.inputs_of(element).items()
    }
    return Request(element.properties["connector"], values, services.tries_of(element))


def kinds(task: Task) -> dict[str, str]:
    """Name → kind of value, of all that the values of the job are worked out from."""
    found: dict[str, str] = {}
    for text in services.inputs_of(task.task_spec.element).values():
        found |= evaluation.kinds(task, text)
    return found
