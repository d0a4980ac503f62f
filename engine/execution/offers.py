"""What a user task offers (title, who may do it, by when), read from its properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from SpiffWorkflow.task import Task

from engine.bpmn.elements import Element
from engine.errors import ExecutionFailed
from engine.execution import evaluation
from engine.execution.dates import as_deadline

TITLE_LIMIT = 300


@dataclass
class Offer:
    """The values of a user task's row. `problems` name the settings that could not be read."""

    title: str
    roles: list[str]
    organisation: str | None = None
    assignee: str | None = None
    stage: str | None = None
    urgent: bool = False
    due_at: datetime | None = None
    due_basis: str | None = None
    expected_at: datetime | None = None
    problems: list[ExecutionFailed] = field(default_factory=list)


def offer(task: Task, manifest: Mapping[str, Any]) -> Offer:
    """Work out each setting on its own: one that fails never hides the task."""
    element: Element = task.task_spec.element
    made = Offer(title=element.label, roles=default_roles(element, manifest))
    made.stage = stage_of(task, element)
    made.due_basis = element.properties.get("dueBasis")
    for name, setter in _SETTERS.items():
        text = element.properties.get(name)
        if not text:
            continue
        try:
            setter(made, task, text)
        except ExecutionFailed as error:
            error.details.setdefault("setting", name)
            made.problems.append(error)
    made.expected_at = made.expected_at or made.due_at
    return made


def title_of(task: Task) -> str:
    """What a wait is called on pages: its title, when that can be worked out, else its label."""
    element: Element = task.task_spec.element
    text = element.properties.get("title")
    try:
        made = evaluation.text_or_expression(task, text) if text else ""
    except ExecutionFailed:
        made = ""
    return (made or element.label)[:TITLE_LIMIT]


def default_roles(element: Element, manifest: Mapping[str, Any]) -> list[str]:
    """The lane's role, else the process's."""
    named = element.lane or manifest.get("role")
    return [role_key(str(named))] if named else []


def role_key(name: str) -> str:
    """A lane's name is a role's key or its title: `Panel chair` is `panel_chair`."""
    return "_".join(name.lower().split())


def stage_of(task: Task, element: Element) -> str | None:
    """The element's own stage, else that of the call it lies in, else the one before."""
    at: Any = task
    while at is not None:
        here = at.task_spec.element
        if here is not None and (stage := here.properties.get("stage")):
            return str(stage)
        workflow = at.workflow
        owner = workflow.parent_task_id
        at = workflow.top_workflow.task_of(owner.hex) if owner is not None else None
    return element.properties.get("stage")


def roles_of(task: Task, text: str) -> list[str]:
    value = evaluation.evaluate(task, text)
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) for name in names):
        raise _unreadable(task, "roles", text, "a list of roles")
    return names


def _title(made: Offer, task: Task, text: str) -> None:
    made.title = evaluation.text_or_expression(task, text)[:TITLE_LIMIT] or made.title


def _roles(made: Offer, task: Task, text: str) -> None:
    made.roles = roles_of(task, text)


def _organisation(made: Offer, task: Task, text: str) -> None:
    made.organisation = _text_or_null(task, "organisation", text)


def _assignee(made: Offer, task: Task, text: str) -> None:
    made.assignee = _text_or_null(task, "assignee", text)


def _priority(made: Offer, task: Task, text: str) -> None:
    made.urgent = evaluation.text_or_expression(task, text) == "urgent" or (
        text not in ("urgent", "normal") and evaluation.evaluate(task, text) == "urgent"
    )


def _due(made: Offer, task: Task, text: str) -> None:
    made.due_at = deadline(task, "due", text)


def _expected(made: Offer, task: Task, text: str) -> None:
    made.expected_at = deadline(task, "expected", text)


def deadline(task: Task, setting: str, text: str) -> datetime | None:
    value = evaluation.evaluate(task, text)
    if value is None:
        return None
    instant = as_deadline(value)
    if instant is None:
        raise _unreadable(task, setting, text, "a date")
    return instant


def _text_or_null(task: Task, setting: str, text: str) -> str | None:
    value = evaluation.evaluate(task, text)
    if value is None or isinstance(value, str):
        return value or None
    raise _unreadable(task, setting, text, "a text")


def _unreadable(task: Task, setting: str, text: str, wanted: str) -> ExecutionFailed:
    label = task.task_spec.element.label
    return ExecutionFailed(
        f"The setting “{setting}” of “{label}” should give {wanted}.",
        code=f"task.bad_{setting}",
        expression=text[:TITLE_LIMIT],
        values=evaluation.kinds(task, text),
    )


_SETTERS = {
    "title": _title,
    "roles": _roles,
    "organisation": _organisation,
    "assignee": _assignee,
    "priority": _priority,
    "due": _due,
    "expected": _expected,
}
