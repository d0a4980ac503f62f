"""Every expression of a diagram is FEEL: run here, with the case's variables and our clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.task import Task

from engine import clock, feel
from engine.errors import ExecutionFailed, ExpressionError

TEXT_LIMIT = 300


def evaluate(task: Task, text: str, extra: dict[str, Any] | None = None) -> Any:
    """The value of `text` at `task`; a limit broken is `ExecutionFailed` with the expression."""
    return of(task.workflow.top_workflow.view(task, extra), text)


def of(view: Mapping[str, Any], text: str) -> Any:
    """As `evaluate`, on names in hand."""
    try:
        return feel.compile(text).evaluate(view, clock=clock.local_now)
    except ExpressionError as error:
        raise ExecutionFailed(str(error), code=error.code, expression=text[:TEXT_LIMIT]) from error


def condition(task: Task, text: str, extra: dict[str, Any] | None = None) -> bool:
    """True or false; anything else is a problem that names the operands, never a default way."""
    value = evaluate(task, text, extra)
    if isinstance(value, bool):
        return value
    raise ExecutionFailed(
        f"The condition “{text[:TEXT_LIMIT]}” is neither true nor false.",
        code="condition.not_boolean",
        expression=text[:TEXT_LIMIT],
        values=kinds(task, text, extra),
    )


def kinds(task: Task, text: str, extra: dict[str, Any] | None = None) -> dict[str, str]:
    """Name -> kind of value of what an expression reads: kinds only, never the values."""
    view = task.workflow.top_workflow.view(task, extra)
    return {name: feel.kind(view.get(name)) for name in sorted(feel.compile(text).names)}


def text_or_expression(task: Task, text: str) -> str:
    """A title: plain text unless it starts with `=`."""
    if not text.startswith("="):
        return text
    value = evaluate(task, text)
    return value if isinstance(value, str) else ""
