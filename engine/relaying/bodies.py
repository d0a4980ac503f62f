"""A scope that gets its first event subprocess, or loses its last: its inside moves into a body of
its own (engine/bpmn/handlers.py), or out of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import handlers
from engine.relaying.rows import FORETOLD, Row


def body_in(subprocess_specs: dict[str, Any], spec: Any) -> Any:
    """The spec of this scope's body, None when it has no event subprocess."""
    return subprocess_specs.get(f"{handlers.BODY}{spec.name}")


def around(spec: Any, body: Any) -> tuple[str, list[Row]]:
    """A body's token, and the rows of the scope round it: the body open, its handlers waiting."""
    token = uuid4().hex
    inside = spec.task_specs[body.name]
    split = next(i for i in inside.inputs if isinstance(i, BoundaryEventSplit))
    rows: list[Row] = [
        [uuid4().hex, -1, TaskState.COMPLETED, "Start"],
        [uuid4().hex, 0, TaskState.COMPLETED, split.name],
        [token, 1, TaskState.STARTED, body.name],
    ]
    beside = [s for s in split.outputs if s is not inside and hasattr(s, "cancel_activity")]
    return token, [*rows, *([uuid4().hex, 1, TaskState.WAITING, s.name] for s in beside)]


def token_of(rows: list[Row], body: Any) -> str | None:
    """The open body among a scope's rows."""
    return next((r[0] for r in rows if r[3] == body.name and r[2] == TaskState.STARTED), None)


def opened_beside(rows: list[Row], spec: Any, body: Any) -> list[str]:
    """What the handlers of a scope have opened and not finished, by name."""
    found = []
    for row in rows:
        element = getattr(spec.task_specs[row[3]], "element", None)
        is_open = not row[2] & (TaskState.FINISHED_MASK | FORETOLD)
        if is_open and element is not None and row[2] != TaskState.WAITING and row[3] != body.name:
            found.append(element.label)
    return found
