"""One step of one case, while it is being made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine import definitions, prepared
from engine.access import Actor
from engine.definitions import Definition
from engine.errors import ConcurrentUpdate
from engine.execution.service import Request
from engine.execution.waits import Wait
from engine.execution.workflow import CaseWorkflow
from engine.history import Event
from engine.prepared import Answer, Prepared

ENDED = ("completed", "cancelled")


@dataclass
class Step:
    """`case` is what the caller moves; `events` is what it adds to the story."""

    db: Connection
    actor: Actor
    row: Any  # the case's, with its starter's `username` and `organisation`
    case: CaseWorkflow
    before: dict[str, Wait]
    events: list[Event] = field(default_factory=list)
    completed_task: str | None = None  # the token a person completed in this step
    fired: set[str] = field(default_factory=set)  # tokens whose timer or message was used
    retried: set[str] = field(default_factory=set)  # tokens whose problem was tried again
    worked: set[str] = field(default_factory=set)  # tokens whose job has an outcome
    requests: dict[str, Request] = field(default_factory=dict)  # what new jobs are to do
    due: dict[str, datetime] = field(default_factory=dict)  # when timers fire that have no date yet
    hold: bool | None = None  # True: suspend the case, False: resume it, None: as it is
    dates: dict[str, datetime] = field(default_factory=dict)  # timers a person gave another date
    offered_again: list[Wait] = field(default_factory=list)  # open tasks to be worked out anew
    bound: dict[str, int] | None = None  # the versions that the case is migrated to
    redate: bool = False  # a migration works dates out anew
    ending: bool = False  # a person ends the case, whatever its diagram says
    why: str | None = None  # what holders of closed tasks read, when it is not the diagram
    writes: list[tuple[Prepared, Any, str | None]] = field(default_factory=list)
    # What recording found, for the caller to tell people:
    after: dict[str, Wait] = field(default_factory=dict)
    new_tasks: list[dict[str, Any]] = field(default_factory=list)
    status: str = "active"
    stage: str | None = None

    def changed(self, token: str) -> bool:
        """What the case rested on at this token before the step is gone, or is something else."""
        now = self.after.get(token)
        return now is None or now.kind != self.before[token].kind or token in self.retried

    def write(self, statement: Prepared, values: Any, unless: str | None = None) -> None:
        """Rows that leave together when the step is stored. `unless`: what to say when no row was
        changed, because somebody else was faster."""
        self.writes.append((statement, values, unless))

    def send(self) -> list[Answer]:
        answers = prepared.together(self.db, [(s, values) for s, values, _ in self.writes])
        for (_, _, unless), answer in zip(self.writes, answers, strict=True):
            if unless is not None and answer.changed != 1:
                raise ConcurrentUpdate(unless)
        self.writes.clear()
        return answers

    @property
    def suspended(self) -> bool:
        return self.row.status == "suspended" if self.hold is None else self.hold

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def failed(self) -> bool:
        """A step after the one a person did could not be run: it is held as a problem."""
        return any(
            w.kind == "problem" and (t not in self.before or t in self.retried)
            for t, w in self.after.items()
        )

    def definition(self, definition_id: int) -> Definition:
        return definitions.load(self.db, definition_id)

    @property
    def own_definition(self) -> Definition:
        bound = self.bound or {self.row.key: self.row.definition_id}
        return self.definition(bound[self.row.key])
