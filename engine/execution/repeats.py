"""Multi-instance and loop markers: items fixed on entry, each with a scope of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ParallelMultiInstanceTask as LibraryParallel
from SpiffWorkflow.bpmn.specs.defaults import SequentialMultiInstanceTask as LibrarySequential
from SpiffWorkflow.bpmn.specs.defaults import StandardLoopTask as LibraryLoop
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.errors import ExecutionFailed
from engine.execution import evaluation
from engine.execution.problems import held, note
from engine.execution.scopes import MISSING
from engine.execution.workflow import finished

MAX_ITEMS = 1000


class MultiInstance:
    """What both kinds share. Counters and results lie in the marker's internal data, because its
    finished instances are pruned."""

    element: Any
    task_spec: str

    def _update_hook(self, my_task: Task) -> bool:
        if "total" in my_task.internal_data:
            return bool(my_task.internal_data["done"] >= my_task.internal_data["total"])
        return held(my_task, self._enter)

    def _enter(self, my_task: Task) -> bool:
        items = self._items(my_task)
        data = my_task.internal_data
        data.update(total=len(items), done=0, results=[None] * len(items))
        data["rest"] = [feel.to_json(item) for item in items]
        if not items:
            self._finish(my_task)
            return True
        my_task._set_state(TaskState.STARTED)
        for _ in range(self._at_once(len(items))):
            self._next(my_task)
        return False

    def _at_once(self, total: int) -> int:
        raise NotImplementedError

    def _items(self, my_task: Task) -> list[Any]:
        repeat = self.element.repeat
        text = repeat.collection or repeat.cardinality or ""
        value = evaluation.evaluate(my_task, text)
        if repeat.collection is None and isinstance(value, (int, Decimal)):
            value = [Decimal(n) for n in range(1, min(int(value), MAX_ITEMS + 1) + 1)]
        if not isinstance(value, list):
            raise ExecutionFailed(
                f"“{self.element.label}” is done once for each of “{text}”, which is not a list.",
                code="repeat.not_a_list",
                expression=text[:300],
                values={text: feel.kind(value)},
            )
        if len(value) > MAX_ITEMS:
            raise ExecutionFailed(
                f"“{self.element.label}” would be done more than {MAX_ITEMS:,} times.",
                code="repeat.too_many",
            )
        return value

    def _next(self, my_task: Task) -> None:
        data = my_task.internal_data
        index = data["total"] - len(data["rest"])
        item = feel.from_json(data["rest"].pop(0))
        top = my_task.workflow.top_workflow
        child = my_task._add_child(my_task.workflow.spec.task_specs[self.task_spec])
        child._set_state(TaskState.WAITING)
        child.triggered = True
        child.internal_data["index"] = index
        key = f"i:{child.id.hex}"
        top.scopes.open(key, top.scopes.key(my_task), "item")
        if self.element.repeat.item:
            top.scopes.local(key, self.element.repeat.item, item)
        child.task_spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
        child.task_spec._update(child)

    def merge_child(self, workflow: Any, child: Task) -> None:
        """An instance has ended: keep its result, open the next or end the marker."""
        my_task = child.parent
        if my_task is None or my_task.task_spec is not self:
            return
        data, top = my_task.internal_data, workflow.top_workflow
        data["results"][child.internal_data["index"]] = feel.to_json(self._result(top, child))
        data["done"] += 1
        over = data["done"] >= data["total"]
        try:
            over = over or self._enough(my_task, child)
        except ExecutionFailed as error:
            note(my_task, error)
            return
        if not over:
            if data["rest"]:
                self._next(my_task)
            return
        for other in my_task.children:
            if other.triggered and not finished(other):
                other.cancel()
        self._finish(my_task)
        my_task._set_state(TaskState.READY)

    def reconsider(self, my_task: Task) -> None:
        """After a fault in the completion condition: go on from what is done."""
        data = my_task.internal_data
        if data["done"] >= data["total"]:
            self._finish(my_task)
            my_task._set_state(TaskState.READY)
        elif data["rest"] and all(finished(c) for c in my_task.children if c.triggered):
            self._next(my_task)

    def _result(self, top: Any, child: Task) -> Any:
        scope = top.scopes.all[f"i:{child.id.hex}"]
        repeat = self.element.repeat
        if repeat.result_item and (found := scope.get(repeat.result_item)) is not MISSING:
            return found
        names = [n for n in scope.names() if n != repeat.item]
        return {name: scope.get(name) for name in names}

    def _enough(self, my_task: Task, child: Task) -> bool:
        until = self.element.repeat.until
        if not until:
            return False
        data = my_task.internal_data
        running = sum(1 for c in my_task.children if c.triggered and not finished(c))
        counters = {
            "numberOfInstances": Decimal(data["total"]),
            "numberOfCompletedInstances": Decimal(data["done"]),
            "numberOfActiveInstances": Decimal(running),
            "loopCounter": Decimal(child.internal_data["index"] + 1),
        }
        return evaluation.condition(child, until, counters)

    def _finish(self, my_task: Task) -> None:
        data = my_task.internal_data
        results = [feel.from_json(value) for value in data.pop("results")]
        data["rest"], data["done"] = [], data["total"]
        top, name = my_task.workflow.top_workflow, self.element.repeat.results
        if name:
            top.scopes.write(top.scopes.key(my_task), name, results, self.element.id)

    def _run_hook(self, my_task: Task) -> bool:
        return True


class ParallelMultiInstanceTask(MultiInstance, LibraryParallel):
    def _at_once(self, total: int) -> int:
        return total


class SequentialMultiInstanceTask(MultiInstance, LibrarySequential):
    def _at_once(self, total: int) -> int:
        return 1


class StandardLoopTask(LibraryLoop):
    """Again while the condition holds, at most `maximum` times."""

    def _update_hook(self, my_task: Task) -> bool:
        if "rounds" in my_task.internal_data:
            return False
        return held(my_task, self._enter)

    def _enter(self, my_task: Task) -> bool:
        if self.test_before and self._over(my_task, 0):
            return True
        my_task.internal_data["rounds"] = 0
        my_task._set_state(TaskState.STARTED)
        self._again(my_task)
        return False

    def _again(self, my_task: Task) -> None:
        child = my_task._add_child(my_task.workflow.spec.task_specs[self.task_spec])
        child._set_state(TaskState.WAITING)
        child.triggered = True
        child.task_spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
        child.task_spec._update(child)

    def merge_child(self, workflow: Any, child: Task) -> None:
        my_task = child.parent
        if my_task is None or my_task.task_spec is not self:
            return
        my_task.internal_data["rounds"] += 1
        try:
            self.reconsider(my_task)
        except ExecutionFailed as error:
            note(my_task, error)

    def reconsider(self, my_task: Task) -> None:
        """Whether another round follows."""
        if self._over(my_task, my_task.internal_data["rounds"]):
            my_task._set_state(TaskState.READY)
        else:
            self._again(my_task)

    def _over(self, my_task: Task, rounds: int) -> bool:
        if self.maximum is not None and rounds >= self.maximum:
            return True
        counter = {"loopCounter": Decimal(rounds)}
        return bool(self.condition) and not evaluation.condition(my_task, self.condition, counter)

    def _run_hook(self, my_task: Task) -> bool:
        return True
