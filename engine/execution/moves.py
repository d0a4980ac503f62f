"""What a person does to a case in place of its diagram: leave an element, open another, skip, end.

Nothing here is stored; a move that would leave a join waiting for ever, or bring two tokens to one
way, is refused before anything has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import InvalidInput
from engine.execution import events, problems, run
from engine.execution.gateways import (
    USED,
    Choosing,
    Joining,
    ParallelGateway,
    is_arrival,
    is_join,
)
from engine.execution.repeats import MultiInstance, StandardLoopTask
from engine.execution.workflow import CaseWorkflow, finished, walk

INSIDE = ("boundaryEvent", "startEvent")


def targets(case: CaseWorkflow, task: Task | None) -> list[str]:
    """Ids of the elements a case can be moved to from this token (None: nothing is open), those
    beside it first, then those of the diagrams around."""
    found: dict[str, None] = {}
    for workflow in _outwards(case, task):
        for spec in workflow.spec.task_specs.values():
            element = getattr(spec, "element", None)
            if element is not None and _may_be_entered(spec):
                found.setdefault(element.id)
    return list(found)


def move(case: CaseWorkflow, task: Task | None, target: str, *, alone: bool) -> None:
    """Leave `task` (unless `alone`, everything open beside it as well) and open `target`."""
    workflow, spec = _place_of(case, task, target)
    left = _left(workflow, task, alone)
    _must_stay_sound(workflow, left, spec)
    anchor = _anchor(workflow, left)
    for each in left:
        leave(each)
    child = anchor._add_child(spec, TaskState.FUTURE)
    spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
    spec._update(child)
    run.settle(case)


def skip(case: CaseWorkflow, task: Task) -> None:
    """Go on behind `task` as if it had been done; what it would have set is set before."""
    spec: Any = task.task_spec
    if isinstance(spec, Choosing) and len(task.task_spec.outputs) > 1:
        raise InvalidInput(
            {"operation": f"“{spec.element.label}” has several ways out: move the case instead."}
        )
    problems.clear(task)
    if task._state == TaskState.READY and spec.manual:
        run.complete(case, task)
    elif task._state == TaskState.WAITING and isinstance(spec, CatchingEvent):
        run.fire(case, task)
    else:
        for child in list(task.children):
            if not finished(child) and child.triggered:
                child.cancel()  # an instance of a marker; what is foretold stays
        run.pass_by(case, task)


def end(case: CaseWorkflow) -> None:
    """Cancel everything that is open."""
    for workflow in case.workflows():
        for task in list(walk(workflow.task_tree)):
            if not finished(task):
                task.cancel()


def leave(task: Task) -> None:
    """Cancel an activity with all that is inside it and waits beside it. What an event that did
    not interrupt has opened goes on: it is a token of its own. A join no longer counts what has
    been left: else it would fire before the same way is gone again."""
    parent = task.parent
    if parent is not None and isinstance(parent.task_spec, BoundaryEventSplit):
        for beside in list(parent.children):
            if beside is not task and beside._state == TaskState.WAITING:
                beside.cancel()
    if isinstance(task.task_spec, Joining):
        task.internal_data[USED] = True
    task.cancel()


def activity(task: Task) -> Task:
    """The whole activity that a token is an instance of."""
    parent = task.parent
    while (
        parent is not None
        and task.triggered
        and isinstance(parent.task_spec, MultiInstance | StandardLoopTask)
    ):
        task, parent = parent, parent.parent
    return task


def lost_ways(case: CaseWorkflow) -> dict[str, str]:
    """Joins (element id) that will wait for a way on which nothing can come, each with its words;
    a join that nothing leads to waits for nothing."""
    found = {}
    for workflow in case.workflows():
        open_ = _tokens(workflow)
        for join in _joins(workflow.spec):
            coming = set().union(*(_ways(t, join) for t in open_))
            lost = set(join._inputs) - coming
            if coming and lost and isinstance(join, ParallelGateway):
                found[join.element.id] = _waits_for(workflow.spec, join, lost)
    return found


def label(spec: TaskSpec) -> str:
    """What a person calls a step; what was not drawn has its inner name."""
    element = getattr(spec, "element", None)
    return str(spec.name if element is None else element.label)


def is_beside(task: Task) -> bool:
    """A boundary event: it belongs to its activity and cannot be moved by itself."""
    return isinstance(task.task_spec, events.BoundaryEvent)


def _outwards(case: CaseWorkflow, task: Task | None) -> Iterable[Any]:
    workflow = case if task is None else task.workflow
    while True:
        yield workflow
        if workflow.parent_task_id is None:
            return
        workflow = workflow.parent_workflow


def _may_be_entered(spec: TaskSpec) -> bool:
    element = spec.element
    if is_join(spec) or element.kind in INSIDE or element.triggered:
        return False
    return element.id == spec.bpmn_id or isinstance(spec, MultiInstance | StandardLoopTask)


def _place_of(case: CaseWorkflow, task: Task | None, target: str) -> tuple[Any, TaskSpec]:
    """The open workflow that holds the element, and where it is entered."""
    if task is not None and is_beside(task):
        raise InvalidInput({"operation": "This stands beside a step: move the step instead."})
    for workflow in _outwards(case, task):
        if (spec := entry(workflow.spec, target)) is not None:
            return workflow, spec
    raise InvalidInput({"target": "The case cannot be moved there: choose a step of this list."})


def entry(spec: Any, target: str) -> TaskSpec | None:
    """Where an element is entered: its marker or itself, with its boundary events round it."""
    found = [
        s
        for s in spec.task_specs.values()
        if getattr(s, "element", None) is not None and s.element.id == target and _may_be_entered(s)
    ]
    if not found:
        return None
    marked = [s for s in found if isinstance(s, MultiInstance | StandardLoopTask)]
    at: Any = (marked or found)[0]
    return next((i for i in at.inputs if isinstance(i, BoundaryEventSplit)), at)


def _left(workflow: Any, task: Task | None, alone: bool) -> list[Task]:
    """The activities of `workflow` that are left."""
    if not alone or task is None:
        return [t for t in _tokens(workflow) if not is_beside(t)]
    while task.workflow is not workflow:
        owner = task.workflow.parent_task_id
        task = task.workflow.parent_workflow.tasks[owner]
    return [activity(task)]


def _tokens(workflow: Any) -> list[Task]:
    """What is open in one workflow: the topmost unfinished task of each branch, arrivals at joins
    included, foretold ones not."""
    found: list[Task] = []
    for task in walk(workflow.task_tree):
        parent = task.parent
        resting = not finished(task) and task._state > TaskState.FUTURE
        if isinstance(task.task_spec, _EndJoin):
            continue
        if is_arrival(task) or (resting and parent is not None and finished(parent)):
            found.append(task)
    return found


def _anchor(workflow: Any, left: list[Task]) -> Task:
    """The finished task that the target is opened behind."""
    at = left[0].parent if left else workflow.task_tree
    while at.task_spec is not None and isinstance(at.task_spec, BoundaryEventSplit):
        at = at.parent
    return at


def _must_stay_sound(workflow: Any, left: list[Task], target: TaskSpec) -> None:
    """Each join must keep getting one token on each way, as before the move."""
    open_ = [t for t in _tokens(workflow) if not is_beside(t)]
    staying = [t for t in open_ if all(t is not each for each in left)]
    for join in _joins(workflow.spec):
        came = [_ways(t, join) for t in staying]
        others = set().union(*came) if came else set()
        gone = set().union(*(_ways(t, join) for t in left)) if left else set()
        new = _reachable(target, join)
        if twice := (new & others) - (gone & others):
            raise InvalidInput({"alone": _twice(staying, came, twice)})
        wanted = set(join._inputs) if isinstance(join, ParallelGateway) else set()
        lost, before = wanted - new - others, gone | others
        if lost and (new | others) and (not before or not wanted - before):
            raise InvalidInput({"target" if new else "alone": _waits_on(workflow, join, lost, new)})


def _waits_on(workflow: Any, join: Any, lost: set[str], new: set[str]) -> str:
    words = _waits_for(workflow.spec, join, lost)
    if new:
        return f"{words} Choose a step from before the ways part."
    return f"{words} Leave the other open steps as well."


def _waits_for(spec: Any, join: Any, lost: set[str]) -> str:
    names = " and ".join(f"“{label(spec.task_specs[way])}”" for way in sorted(lost))
    return f"“{join.element.label}” would wait for {names}, which can no longer come."


def _joins(spec: Any) -> list[Any]:
    return [s for s in spec.task_specs.values() if is_join(s)]


def _twice(staying: list[Task], came: list[set[str]], twice: set[str]) -> str:
    names = {
        getattr(t.task_spec, "element", None).label  # type: ignore[union-attr]
        for t, ways in zip(staying, came, strict=True)
        if ways & twice and getattr(t.task_spec, "element", None) is not None
    }
    words = " and ".join(f"“{name}”" for name in sorted(names))
    return f"{words} would be done twice: leave the other open steps as well."


def _ways(task: Task, join: Any) -> set[str]:
    if task.task_spec is join:
        return {task.parent.task_spec.name}
    return _reachable(task.task_spec, join)


def _reachable(spec: TaskSpec, join: Any) -> set[str]:
    """The ways into `join` that a token at `spec` can still take, not through the join."""
    wanted, seen, todo = set(join._inputs), set(), [spec]
    while todo:
        at = todo.pop()
        if at.name in seen or at is join:
            continue
        seen.add(at.name)
        todo.extend(at.outputs)
    return wanted & seen
