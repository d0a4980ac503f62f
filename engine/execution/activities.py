"""Tasks, scripts, decisions, subprocesses and calls, on our variables."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import CallActivity as LibraryCall
from SpiffWorkflow.bpmn.specs.defaults import ManualTask as LibraryManual
from SpiffWorkflow.bpmn.specs.defaults import ScriptTask as LibraryScript
from SpiffWorkflow.bpmn.specs.defaults import SubWorkflowTask as LibrarySubprocess
from SpiffWorkflow.bpmn.specs.defaults import UserTask as LibraryUser
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import clock
from engine.errors import ExecutionFailed
from engine.execution import evaluation, passing, problems
from engine.execution.problems import held
from engine.execution.workflow import finished

MAX_CALL_DEPTH = 20


class UserTask(LibraryUser):
    """Rests READY until a person completes it."""


class ManualTask(LibraryManual):
    """A user task without a form."""


class ScriptTask(LibraryScript):
    """A FEEL context: each entry becomes a variable, once the whole has been worked out."""

    def _run_hook(self, my_task: Task) -> bool:
        value = evaluation.evaluate(my_task, self.script)
        if not isinstance(value, dict):
            raise ExecutionFailed(
                f"The script of “{self.element.label}” gave no names to set.",
                code="script.not_context",
                expression=self.script[:300],
                values=evaluation.kinds(my_task, self.script),
            )
        write_all(my_task, value)
        return True


class BusinessRuleTask(BpmnSpecMixin):
    """Asks a decision table; its outputs become variables. No matching row is a problem."""

    def _run_hook(self, my_task: Task) -> bool:
        model, key = self.decision
        view = my_task.workflow.top_workflow.view(my_task)
        outcome = model.decide(key, view, clock=clock.local_now)
        if outcome.no_match:
            raise ExecutionFailed(
                f"No row of the table “{key}” applies to these values.",
                code="decision.no_match",
                table=key,
                values=dict(outcome.inputs),
            )
        write_all(my_task, outcome.variables)
        my_task.internal_data["matched"] = list(outcome.matched)
        return True


class SubWorkflowTask(LibrarySubprocess):
    """An embedded subprocess: reads and writes through to the scope around it."""

    def _update_hook(self, my_task: Task) -> bool:
        return bool(held(my_task, self._enter))

    def _enter(self, my_task: Task) -> bool:
        top = my_task.workflow.top_workflow
        subprocess = top.subprocesses.get(my_task.id)
        if subprocess is not None:
            return bool(subprocess.completed)
        if my_task.workflow.depth >= MAX_CALL_DEPTH:
            raise ExecutionFailed("Calls are nested deeper than 20.", code="call.too_deep")
        passing.open_inside(my_task, top.subprocess_specs[self.spec].declared)
        self._open(my_task)
        my_task._set_state(TaskState.STARTED)
        return False

    def _open(self, my_task: Task) -> None:
        subprocess = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)
        subprocess.completed_event.connect(self._on_subworkflow_completed, my_task)
        subprocess.task_tree.run()

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Task) -> None:
        my_task._set_state(TaskState.READY)

    def _run_hook(self, my_task: Task) -> bool:
        return True


class AdHocTask(SubWorkflowTask):
    """Its steps lie open all at once. It is done when its condition holds after one of them; when
    all are done and it does not hold, they are opened again."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Task) -> None:
        self.reconsider(my_task)

    def reconsider(self, my_task: Task) -> None:
        """Whether it is done now that all its steps are."""
        if self.enough(my_task):
            my_task._set_state(TaskState.READY)
        elif problems.of(my_task) is None:
            del my_task.workflow.top_workflow.subprocesses[my_task.id]
            self._open(my_task)

    def enough(self, my_task: Task) -> bool:
        """An unset name counts as false, as with conditional events."""
        key = f"s:{my_task.id.hex}"
        view = my_task.workflow.top_workflow.view_of(key)
        try:
            return evaluation.of(view, self.element.condition) is True
        except ExecutionFailed as error:
            problems.note(my_task, error)
            return False


def step_done(task: Task) -> None:
    """A step of an ad-hoc subprocess has ended: is that enough?"""
    inside = task.workflow
    owner = _owner_of(inside)
    while owner is not None and owner.task_spec.element is None:  # the body beside a handler
        inside = owner.workflow
        owner = _owner_of(inside)
    if owner is None or not isinstance(owner.task_spec, AdHocTask) or inside.completed:
        return
    if owner._state == TaskState.STARTED and owner.task_spec.enough(owner):
        for each in list(inside.tasks.values()):
            if not finished(each):
                each.cancel()
        inside.completed = True
        owner._set_state(TaskState.READY)


def _owner_of(workflow: Any) -> Task | None:
    """The task whose inside this is; None for the case itself, or when it has just been ended."""
    if workflow.parent_task_id is None:
        return None
    found: Task | None = workflow.top_workflow.task_of(workflow.parent_task_id.hex)
    return found


class CallActivity(SubWorkflowTask, LibraryCall):
    """A called process works on its caller's variables at once, unless it declares inputs or
    outputs: then it sees those alone."""

    def _run_hook(self, my_task: Task) -> bool:
        passing.give_back(
            my_task, my_task.workflow.top_workflow.subprocess_specs[self.spec].declared
        )
        return True


def write_all(task: Task, values: dict[str, Any]) -> None:
    top = task.workflow.top_workflow
    key, element = top.scopes.key(task), task.task_spec.element.id
    for name, value in values.items():
        top.scopes.write(key, name, value, element)
