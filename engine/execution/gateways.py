"""Gateways: exclusive and inclusive choices, and joins that count explicit tokens.

The library's parallel join fires early from a loop's second round on, and its inclusive join does
not see work that is under way: both are replaced by the standard's rule (BPMN 2.0.2, 13.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway as LibraryExclusive
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway as LibraryInclusive
from SpiffWorkflow.bpmn.specs.defaults import ParallelGateway as LibraryParallel
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import ExecutionFailed
from engine.execution import evaluation, watching
from engine.execution.workflow import CaseWorkflow, finished

ARRIVED = TaskState.WAITING | TaskState.CANCELLED
USED = "used"  # beside a token at a join: a firing has taken it, or a person has left it


class Joining:
    """Mixed in front of gateways that may have several ways in."""

    name: str
    _inputs: list[str]

    def _update_hook(self, my_task: Task) -> bool:
        tokens = self._tokens(my_task)
        may_fire = self._may_fire(my_task, tokens)
        if may_fire:
            for waiting in tokens.values():
                waiting[0].internal_data[USED] = True
            self._queue(my_task)
        else:
            my_task._set_state(TaskState.WAITING)
        for other in list(my_task.workflow.tasks.values()):
            same = other.task_spec is self and other is not my_task
            if same and other.state == TaskState.WAITING and not self._stays(other, may_fire):
                other.cancel()
        return may_fire

    def _stays(self, arrival: Task, may_fire: bool) -> bool:
        """The newest arrival waits for all of its way; one that is left over when the join fires
        goes on waiting, or the case would end as if it had never come."""
        return may_fire and not arrival.internal_data.get(USED)

    def _tokens(self, my_task: Task) -> dict[str, list[Task]]:
        """Way in -> arrivals there that no firing has used, but for the present one."""
        found: dict[str, list[Task]] = {}
        for task in my_task.workflow.tasks.values():
            if task.task_spec is not self or task is my_task or not is_arrival(task):
                continue
            way = task.parent.task_spec.name
            if way != my_task.parent.task_spec.name:
                found.setdefault(way, []).append(task)
        return found

    def _queue(self, my_task: Task) -> None:
        """Arrivals that this firing leaves over wait for the next: one of them stands for all."""
        left = [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self
            and task is not my_task
            and task._state == TaskState.CANCELLED
            and is_arrival(task)
        ]
        if left:
            left[-1]._set_state(TaskState.WAITING)

    def _may_fire(self, my_task: Task, tokens: dict[str, list[Task]]) -> bool:
        return len(tokens) + 1 >= len(set(self._inputs))

    def _predict_hook(self, my_task: Task) -> None:
        if len(self._inputs) <= 1 or my_task.state >= TaskState.READY:
            super()._predict_hook(my_task)  # type: ignore[misc]  # mixed in


def is_join(spec: TaskSpec | None) -> bool:
    """A gateway that several ways lead into, and that counts what comes on each."""
    return isinstance(spec, Joining) and len(set(spec._inputs)) > 1


def is_arrival(task: Task) -> bool:
    """A token that has come to a join and that no firing has used. The newest waits; those that
    came before it are cancelled tasks."""
    parent = task.parent
    return (
        is_join(task.task_spec)
        and bool(task._state & ARRIVED)
        and parent is not None
        and parent._state == TaskState.COMPLETED
        and not task.internal_data.get(USED)
    )


class ParallelGateway(Joining, LibraryParallel):
    def _run_hook(self, my_task: Task) -> bool:
        return True


class Choosing:
    """Conditions in FEEL: true or false, or a problem."""

    cond_task_specs: list[tuple[Any, str]]
    element: Any

    def _chosen(self, my_task: Task) -> list[str]:
        return [
            name
            for way, name in self.cond_task_specs
            if way is not None and evaluation.condition(my_task, way.args[0])
        ]

    def _go(self, my_task: Task, names: list[str]) -> bool:
        specs = my_task.workflow.spec.task_specs
        targets = [specs[name] for name in names]
        my_task._sync_children(targets, TaskState.FUTURE)
        watching.chosen(my_task, targets)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True

    def _no_way(self, my_task: Task) -> ExecutionFailed:
        texts = [way.args[0] for way, _ in self.cond_task_specs if way is not None]
        values: dict[str, str] = {}
        for text in texts:
            values.update(evaluation.kinds(my_task, text))
        return ExecutionFailed(
            f"None of the ways out of “{self.element.label}” applies.",
            code="gateway.no_way",
            expression="; ".join(texts)[:300],
            values=values,
        )


class ExclusiveGateway(Choosing, LibraryExclusive):
    def _run_hook(self, my_task: Task) -> bool:
        for way, name in self.cond_task_specs:
            if way is not None and evaluation.condition(my_task, way.args[0]):
                return self._go(my_task, [name])
        if self.default_task_spec is None:
            raise self._no_way(my_task)
        return self._go(my_task, [self.default_task_spec])


class InclusiveGateway(Joining, Choosing, LibraryInclusive):
    def _may_fire(self, my_task: Task, tokens: dict[str, list[Task]]) -> bool:
        filled = {my_task.parent.task_spec.name, *tokens}
        empty = [name for name in set(self._inputs) if name not in filled]
        return not any(
            _reaches(task.task_spec, empty, self.name)
            and not _reaches(task.task_spec, list(filled), self.name)
            for task in my_task.workflow.tasks.values()
            if not finished(task)
            and task._state & TaskState.DEFINITE_MASK
            and task.state != TaskState.FUTURE
            and task.task_spec is not self
        )

    def _run_hook(self, my_task: Task) -> bool:
        chosen = self._chosen(my_task)
        chosen = chosen or [name for way, name in self.cond_task_specs if way is None]
        if not chosen:
            raise self._no_way(my_task)
        return self._go(my_task, chosen)


def fire_merges(case: CaseWorkflow) -> bool:
    """Let each merge go on that waited for a way on which nothing can come any more."""
    merging = [workflow for workflow in case.workflows() if workflow.spec.merges]
    return _look_again(merging, InclusiveGateway)


def fire_joins(case: CaseWorkflow) -> bool:
    """Let each join go on that lacks nothing, now that its diagram has changed."""
    return _look_again(case.workflows(), Joining)


def _look_again(workflows: Iterable[Any], kind: type[Any]) -> bool:
    fired = False
    for workflow in workflows:
        for task in list(workflow.tasks.values()):
            if task._state == TaskState.WAITING and isinstance(task.task_spec, kind):
                task.task_spec._update(task)
                fired = fired or task._state == TaskState.READY
    return fired


def _reaches(spec: TaskSpec, goals: list[str], without: str) -> bool:
    """Whether a way leads from `spec` to one of the goals, not through `without`."""
    seen, todo = set(), [spec]
    while todo:
        at = todo.pop()
        if at.name in goals:
            return True
        if at.name in seen or at.name == without:
            continue
        seen.add(at.name)
        todo.extend(at.outputs)
    return False


class EventBasedGateway(BpmnSpecMixin):
    """Opens all its events at once; the first that happens closes the others (events.py)."""
