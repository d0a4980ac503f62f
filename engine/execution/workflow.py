"""The library's workflow with our scopes beside it and nothing of a case in its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.execution.scopes import ROOT, Scopes, View

FINISHED = TaskState.FINISHED_MASK


@dataclass
class Thrown:
    """A message on its way out of the case."""

    name: str
    key: str | None  # None: the case reference
    payload: dict[str, Any]
    token_id: str
    element_id: str


@dataclass
class Facts:
    """What expressions know about the case under the name `case`."""

    reference: str = ""
    process: str = ""
    started_by: str | None = None
    started_on: Any = None
    organisation: str | None = None  # of who started it


@dataclass
class Journal:
    """What happened in memory since the case was restored: becomes rows."""

    passed: list[str] = field(default_factory=list)  # ids of elements completed, in order
    thrown: list[Thrown] = field(default_factory=list)
    signals: list[Thrown] = field(default_factory=list)  # for whoever waits in other cases
    unheard: list[str] = field(default_factory=list)  # escalations that nobody caught
    interrupted_by: str | None = None  # the boundary event that ended an activity


class Looking:
    """After each completed task only joins can have become able to go on: what waits for an event
    is moved by the event. The library looks at all, and stops looking at depth 1,000."""

    def update_waiting_tasks(self) -> None:
        tasks: dict[UUID, Task] = self.tasks  # type: ignore[attr-defined]  # of the workflow
        waiting = [
            task
            for task in tasks.values()
            if task._state == TaskState.WAITING and isinstance(task.task_spec, UnstructuredJoin)
        ]
        if len(waiting) > 1:  # in drawing order, whether restored or not
            among = {task.id for task in waiting}
            root = self.task_tree  # type: ignore[attr-defined]  # of the workflow
            waiting = [task for task in walk(root) if task.id in among]
        for task in waiting:
            task.task_spec._update(task)


class CaseWorkflow(Looking, BpmnWorkflow):
    """A case. `scopes` hold the variables; `journal` what is to be recorded."""

    def __init__(
        self, spec: Any, subprocess_specs: dict[str, Any], facts: Facts, **kw: Any
    ) -> None:
        self.scopes = Scopes()
        self.facts = facts
        self.journal = Journal()
        self.end_event: str | None = None
        self.start_event: str | None = None
        super().__init__(spec, subprocess_specs, script_engine=_no_script_engine, **kw)

    def view(self, task: Task, extra: dict[str, Any] | None = None) -> View:
        return self.view_of(self.scopes.key(task), extra)

    def view_of(self, key: str, extra: dict[str, Any] | None = None) -> View:
        case = {
            "reference": self.facts.reference,
            "process": self.facts.process,
            "started_by": self.facts.started_by,
            "started_on": self.facts.started_on,
            "organisation": self.facts.organisation,
        }
        return View(self.scopes.chain(key or ROOT), {"case": case, **(extra or {})})

    def create_subprocess(self, my_task: Task, spec_name: str) -> CaseSubWorkflow:
        subprocess = CaseSubWorkflow(
            self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self
        )
        self.subprocesses[my_task.id] = subprocess
        return subprocess

    def forget(self, task: Task) -> None:
        """A removed task takes its subprocess and scopes with it, however deep."""
        subprocess = self.subprocesses.pop(task.id, None)
        self.scopes.close(f"i:{task.id.hex}")
        self.scopes.close(f"s:{task.id.hex}")
        if subprocess is not None:
            for inner in list(subprocess.tasks.values()):
                self.forget(inner)

    def _task_removed_notify(self, task: Task) -> None:
        self.forget(task)

    def workflows(self) -> list[Any]:
        """The case and its open subprocesses, deepest first."""
        inner = [sp for sp in self.subprocesses.values() if not sp.completed]
        return [*sorted(inner, key=lambda sp: sp.depth, reverse=True), self]

    def task_of(self, token_id: str) -> Task | None:
        """The task with this hex id, wherever it lies."""
        key = UUID(token_id)
        for workflow in (self, *self.subprocesses.values()):
            if (task := workflow.tasks.get(key)) is not None:
                return task
        return None


class CaseSubWorkflow(Looking, BpmnSubWorkflow):
    """The inside of a subprocess or call."""

    def _task_removed_notify(self, task: Task) -> None:
        self.top_workflow.forget(task)


class _NoScriptEngine:
    """Nothing may run the library's own evaluator: a caller that was forgotten shows at once."""

    @property
    def environment(self) -> Any:
        raise AssertionError("the library's script engine is not used")


_no_script_engine = _NoScriptEngine()


def walk(task: Task) -> Iterator[Task]:
    """The tree below a task, itself first, in order, at any depth."""
    stack, tasks = [task], task.workflow.tasks
    while stack:
        at = stack.pop()
        yield at
        if below := at._children:
            stack += [tasks[child] for child in reversed(below)]


def finished(task: Task) -> bool:
    return bool(task._state & FINISHED)


def visible_id(task: Task) -> str | None:
    """The drawn element's id, or None for what the library adds."""
    element = getattr(task.task_spec, "element", None)
    return element.id if element is not None else None
