"""What a case passes while somebody looks on: for those who play scenarios of a process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task

SPLIT = "_w_split_"  # the choice that is put behind a step with several ways out


@dataclass(frozen=True)
class Seen:
    """Each with the id of the version it was drawn in: elements that were finished, and the ways
    (from, to) taken where there was a choice. Two ways between the same steps are one."""

    passed: set[tuple[int, str]] = field(default_factory=set)
    chosen: set[tuple[int, str, str]] = field(default_factory=set)


_looking: ContextVar[Seen | None] = ContextVar("looking", default=None)


@contextmanager
def watching() -> Iterator[Seen]:
    """Fills while cases move inside the block, whichever command moves them."""
    seen = Seen()
    token = _looking.set(seen)
    try:
        yield seen
    finally:
        _looking.reset(token)


def passed(task: Task, element_id: str) -> None:
    if (seen := _looking.get()) is not None:
        seen.passed.add((task.workflow.spec.definition_id, element_id))


def chosen(task: Task, targets: Iterable[TaskSpec]) -> None:
    """The choice at `task` goes on to these."""
    if (seen := _looking.get()) is None:
        return
    spec = task.task_spec
    source = spec.element.id if spec.element else spec.name.removeprefix(SPLIT)
    for target in targets:
        # a step with events on its edge lies behind a part of the library's own
        drawn = target if target.element else target.outputs[0]
        if drawn.element:
            seen.chosen.add((task.workflow.spec.definition_id, source, drawn.element.id))
