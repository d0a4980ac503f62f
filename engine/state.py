"""A case's tree as bytes and back: positional rows, pruned of what is finished.

The only module that builds library tasks by hand. Variables are rows of their own (advance.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask
from SpiffWorkflow.task import Task

from engine.errors import EngineError
from engine.execution.gateways import is_arrival
from engine.execution.scopes import Raw, Scope
from engine.execution.workflow import CaseSubWorkflow, CaseWorkflow, Facts, finished, walk

FORMAT = 1
OWNER = "in:"  # before the hex id of the task whose inside a cut subprocess was


class NewerState(EngineError):
    """The case was stored by a newer version of the product."""


def dump(case: CaseWorkflow) -> tuple[bytes, list[list[Any]]]:
    """(the running part of the case, the rows of finished tasks that were cut). Prunes the case."""
    cut = prune(case)
    flows = [
        [
            None if w.parent_task_id is None else w.parent_task_id.hex,
            w.spec.name,
            w.completed,
            _rows(w),
        ]
        for w in (case, *sorted(case.subprocesses.values(), key=lambda s: s.depth))
    ]
    scopes = [[key, s.parent, s.kind] for key, s in case.scopes.all.items()]
    ends = {"start": case.start_event, "end": case.end_event}
    state = {"f": FORMAT, **ends, "w": flows, "s": scopes}
    return orjson.dumps(state), cut


def start_event_of(blob: bytes) -> str | None:
    """The start event a stored case began at: which drawing of its process it runs on."""
    found: str | None = orjson.loads(blob)["start"]
    return found


def load(
    blob: bytes,
    specs: tuple[Any, dict[str, Any]],
    facts: Facts,
    variables: Iterable[tuple[str, str, Raw]],
) -> CaseWorkflow:
    """The case as it was when `dump` stored it; `variables` are scope, name and what
    gives the value as JSON."""
    state = orjson.loads(blob)
    if state["f"] > FORMAT:
        raise NewerState("This case was stored by a newer version of Waymark.")
    case = CaseWorkflow(*specs, facts, deserializing=True)
    case.start_event, case.end_event = state["start"], state["end"]
    for owner, name, completed, rows in state["w"]:
        if owner is None:
            workflow: Any = case
        else:
            workflow = CaseSubWorkflow(
                specs[1][name], parent_task_id=UUID(owner), top_workflow=case, deserializing=True
            )
            case.subprocesses[UUID(owner)] = workflow
            parent = workflow.parent_workflow.tasks[UUID(owner)]
            workflow.completed_event.connect(parent.task_spec._on_subworkflow_completed, parent)
        workflow.completed = completed
        _build(workflow, rows)
    case.scopes.all = {key: Scope(parent, kind) for key, parent, kind in state["s"]}
    for scope, name, value in variables:
        if scope in case.scopes.all:
            case.scopes.all[scope].raw[name] = value
    return case


def _rows(workflow: Any) -> list[list[Any]]:
    rows: list[list[Any]] = []
    places: dict[Any, int] = {}
    for task in walk(workflow.task_tree):
        places[task.id] = len(rows)
        rows.append(_row(task, places.get(task._parent, -1)))
    return rows


def _row(task: Task, parent: int | str) -> list[Any]:
    row: list[Any] = [task.id.hex, parent, task._state, task.task_spec.name]
    if task.internal_data or task.triggered:
        row += [task.internal_data, task.triggered]
    return row


def _build(workflow: Any, rows: list[list[Any]]) -> None:
    tasks: list[Task] = []
    for row in rows:
        parent = tasks[row[1]] if row[1] >= 0 else None
        task = _task(workflow, row, parent)
        workflow.tasks[task.id] = task
        if parent is None:
            workflow.task_tree = task
        else:
            parent._children.append(task.id)
        tasks.append(task)


def _task(workflow: Any, row: list[Any], parent: Task | None) -> Task:
    task = Task.__new__(Task)
    task.id = UUID(row[0])
    task.workflow = workflow
    task._parent = None if parent is None else parent.id
    task._children = []
    task._state = row[2]
    task.task_spec = workflow.spec.task_specs[row[3]]
    task.internal_data = row[4] if len(row) > 4 else {}
    task.triggered = row[5] if len(row) > 5 else False
    task.thread_id = 0
    task.data = {}
    task.last_state_change = 0
    return task


def prune(case: CaseWorkflow) -> list[list[Any]]:
    """Cut what is finished and no longer needed; returns the cut tasks' rows, tree by tree, and
    [id, parent] of a task that stays and loses its parent."""
    cut: list[list[Any]] = []
    open_ids = _owners(case)
    for owner in [k for k in case.subprocesses if k.hex not in open_ids]:
        gone = case.subprocesses.pop(owner)
        cut += _gone(list(walk(gone.task_tree)), OWNER + owner.hex)
    for workflow in (case, *case.subprocesses.values()):
        if not isinstance(workflow.task_tree.task_spec, BpmnStartTask):
            continue
        cut += _prune_tree(workflow)
    case.scopes.drop_without(open_ids)
    return cut


def _owners(case: CaseWorkflow) -> set[str]:
    """Hex ids of the open tasks, which a subprocess or a scope can belong to; none asked for when
    the case has neither."""
    if not case.subprocesses and len(case.scopes.all) == 1:
        return set()
    return {
        t.id.hex
        for w in (case, *case.subprocesses.values())
        for t in w.tasks.values()
        if not finished(t)
    }


def _prune_tree(workflow: Any) -> list[list[Any]]:
    """Wherever one finished task still holds all that is open below another, cut between them.

    An unused arrival at a join is never cut, or the join would wait for ever.
    """
    holds = _below(workflow)
    cut: list[list[Any]] = []
    if not holds[workflow.task_tree.id]:
        for child in list(workflow.task_tree.children):
            cut += _remove(workflow, child)
        return cut
    todo = [workflow.task_tree]
    while todo:
        top = todo.pop()
        deepest = _deepest(top, holds)
        if deepest is not top:
            cut += _cut(workflow, top, deepest)
        for child in deepest.children:
            if holds[child.id]:
                todo.append(child)
            elif finished(child) and _is_spent_instance(child):
                cut += _remove(workflow, child)
    return cut


def _below(workflow: Any) -> dict[Any, int]:
    """Task id -> how many things at or below it must stay: open tasks and unused arrivals."""
    holds: dict[Any, int] = {}
    for task in reversed(list(walk(workflow.task_tree))):
        own = 0 if finished(task) and not is_arrival(task) else 1
        holds[task.id] = own + sum(holds[child] for child in task._children)
    return holds


def _deepest(top: Task, holds: dict[Any, int]) -> Task:
    at, tasks = top, top.workflow.tasks
    while True:
        below = [c for c in at._children if holds[c]]
        if len(below) != 1 or not finished(one := tasks[below[0]]) or is_arrival(one):
            return at
        at = one


def _cut(workflow: Any, top: Task, deepest: Task) -> list[list[Any]]:
    """Make `deepest` the only child of `top`; everything between and beside goes."""
    if deepest._parent == top.id and len(top._children) == 1:
        return []
    keep = {t.id for t in walk(deepest)}
    gone = [t for t in walk(top) if t is not top and t.id not in keep]
    rows = _gone(gone, top.id.hex)
    if deepest._parent != top.id:
        rows.append([deepest.id.hex, deepest._parent.hex])
    for task in gone:
        del workflow.tasks[task.id]
    top._children = [deepest.id]
    deepest._parent = top.id
    return rows


def _is_spent_instance(task: Task) -> bool:
    """A finished instance under an open multi-instance, or a fired reminder's finished branch."""
    parent = task.parent
    return task.triggered or (
        parent is not None and getattr(task.task_spec, "cancel_activity", None) is False
    )


def _remove(workflow: Any, task: Task) -> list[list[Any]]:
    gone = list(walk(task))
    rows = _gone(gone, task._parent.hex)
    task.parent._children.remove(task.id)
    for each in gone:
        del workflow.tasks[each.id]
    return rows


def _gone(tasks: list[Task], root: str) -> list[list[Any]]:
    """Rows of cut tasks for `rebuilding`: as `_rows`, but the parent is how many rows above, or
    the hex id of one that is not among them; `root` stands for none."""
    rows: list[list[Any]] = []
    places: dict[Any, int] = {}
    for task in tasks:
        place = places[task.id] = len(rows)
        over: int | str = root if task._parent is None else task._parent.hex
        if task._parent in places:
            over = place - places[task._parent]
        rows.append(_row(task, over))
    return rows
