"""Values copied into a step before it starts and out of it when it is done, as drawn; and what a
called process with inputs and outputs of its own is given and gives back."""

from __future__ import annotations

from SpiffWorkflow.task import Task

from engine.bpmn.data import Copies, Declared
from engine.errors import ExecutionFailed
from engine.execution.scopes import MISSING, Scopes


def into(task: Task) -> None:
    """Open the step's own scope with what is copied into it; once."""
    copies, scopes = _copies(task), task.workflow.top_workflow.scopes
    key = f"i:{task.id.hex}"
    if copies is None or key in scopes.all:
        return
    around = scopes.key(task)
    scopes.open(key, around, "sub")
    for name in copies.own:
        scopes.local(key, name, None)
    for source, target in copies.into:
        scopes.local(key, target, scopes.read(around, source))


def out(task: Task) -> None:
    """Copy out what the step has set, and forget the rest."""
    copies, scopes = _copies(task), task.workflow.top_workflow.scopes
    key = f"i:{task.id.hex}"
    if copies is None or key not in scopes.all:
        return
    values = {target: scopes.read(key, source) for source, target in copies.out}
    around = scopes.all[key].parent
    scopes.close(key)
    for name, value in values.items():
        scopes.write(around, name, value, task.task_spec.element.id)


def _copies(task: Task) -> Copies | None:
    element = task.task_spec.element
    found: Copies | None = element.copies if element is not None else None
    return found


def open_inside(task: Task, declared: Declared) -> None:
    """The scope of a subprocess or called process, with what it declares in it."""
    scopes: Scopes = task.workflow.top_workflow.scopes
    key, around = f"s:{task.id.hex}", scopes.key(task)
    given = {name: _given(task, around, name) for name in declared.inputs}
    scopes.open(key, around, "called" if declared.apart else "sub")
    for name in (*declared.objects, *declared.outputs):
        scopes.local(key, name, None)
    for name, value in given.items():
        scopes.local(key, name, value)


def _given(task: Task, around: str, name: str) -> object:
    value = task.workflow.top_workflow.scopes.find(around, name)
    if value is MISSING:
        raise ExecutionFailed(
            f"“{task.task_spec.element.label}” needs a value for “{name}”, and nothing has set it.",
            code="call.missing_input",
            name=name,
        )
    return value


def give_back(task: Task, declared: Declared) -> None:
    """What a called process declares as its outputs goes to its caller."""
    scopes: Scopes = task.workflow.top_workflow.scopes
    key, around = f"s:{task.id.hex}", scopes.key(task)
    for name in declared.outputs:
        scopes.write(around, name, scopes.read(key, name), task.task_spec.element.id)
