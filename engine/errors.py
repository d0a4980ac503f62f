"""Every error the engine raises, one base. Messages are for people, fields for pages and logs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


class EngineError(Exception):
    """Base of all; `str()` is a sentence a person can read."""


@dataclass(frozen=True)
class Problem:
    """One finding about a definition, form, table or expression, in words, with a repair if any."""

    code: str
    message: str
    severity: str = "error"
    file: str | None = None
    element_id: str | None = None
    element_name: str | None = None
    line: int | None = None
    repair: str | None = None


class NotFound(EngineError):
    """No such thing, or one this actor may not know of: both read the same."""

    def __init__(self, noun: str, key: object = None) -> None:
        super().__init__(f"There is no such {noun}.")
        self.noun, self.key = noun, key


class NotAllowed(EngineError):
    """The actor may know of the thing, but not do this with it."""

    def __init__(self, message: str, *, action: str = "", rule: str = "") -> None:
        super().__init__(message)
        self.action, self.rule = action, rule


class InvalidInput(EngineError):
    """Values that cannot be taken: `messages` is field path -> what to do about it."""

    def __init__(self, messages: dict[str, str]) -> None:
        super().__init__("; ".join(messages.values()))
        self.messages = messages


class Conflict(EngineError):
    """Somebody or something was faster: who, what and when."""

    def __init__(self, message: str, *, by: str | None = None, at: datetime | None = None) -> None:
        super().__init__(message)
        self.by, self.at = by, at


class TaskNotOpen(Conflict):
    """The task was completed or cancelled meanwhile."""


class TaskClaimed(Conflict):
    """Somebody else holds the task."""


class ConcurrentUpdate(Conflict):
    """The case or draft changed between reading and writing."""


class InvalidDefinition(EngineError):
    """A process folder, diagram, form or table with errors; `problems` lists all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(p.message for p in problems) or "The definition has problems.")
        self.problems = problems


class ExpressionError(EngineError):
    """An expression that cannot be read or run: its text, and the 1-based line and column."""

    code = "expression.failed"

    def __init__(self, message: str, *, text: str = "", line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.text, self.line, self.column = text, line, column


class ExpressionSyntax(ExpressionError):
    """The text is not FEEL."""

    code = "expression.syntax"


class ExpressionLimit(ExpressionError):
    """The expression used more steps, memory or time than one expression may."""

    code = "expression.limit"


class ExecutionFailed(EngineError):
    """A model's fault while a case ran: becomes an incident, never a page."""

    def __init__(self, message: str, *, code: str = "execution.failed", **details: Any) -> None:
        super().__init__(message)
        self.code, self.details = code, details


class BpmnError(EngineError):
    """Raised by a connector: goes to the diagram's error boundary event with this code."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class CannotOpen(EngineError):
    """Something sealed was changed, moved to another row or column, or its key is not set."""

    def __init__(self) -> None:
        super().__init__(
            "Something stored for this page cannot be opened: it was changed outside Waymark, or "
            "the key it was stored with is not set here."
        )


class Unavailable(EngineError):
    """Nothing is wrong with the request: a lock or the database could not be had in time."""


class NoRoom(Unavailable):
    """The database's disk is full: reading goes on, nothing can be stored until there is room."""
