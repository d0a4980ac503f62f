"""Timers that repeat: `R3/PT1H`, `R/P1D`, or FEEL that gives such a text. A missed repeat fires
once; the next is the first that still lies ahead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.task import Task

from engine import clock, feel
from engine.errors import ExecutionFailed
from engine.execution import evaluation
from engine.execution.events import DUE, LEFT, note_due

SHAPE = re.compile(r"R(\d*)/(P[0-9YMWDTHS]+)\Z")


def next_instant(task: Task, text: str) -> datetime:
    """When the timer fires next; kept beside the token, with how often it does after that."""
    times, period = read(text, task.task_spec.element.label, task.workflow.top_workflow.view(task))
    data = task.internal_data
    if DUE not in data:
        instant = later(clock.local_now(), period)
        note_due(task, instant, None if times is None else times - 1)
        return instant
    left = data.get(LEFT)
    instant = next_after(feel.from_json(data[DUE]), period)
    note_due(task, instant, None if left is None else left - 1)
    return instant


def read(text: str, label: str, view: Mapping[str, Any]) -> tuple[int | None, Any]:
    """(how often, None for always; how far apart) of a repeat or of FEEL that gives one."""
    given = text if text[:1] == "R" else evaluation.of(view, text)
    found = SHAPE.match(given) if isinstance(given, str) else None
    period = _duration(found[2]) if found else None
    shortest = feel.compile('now() + d >= now() + duration("PT1M")')
    if found is None or not shortest.evaluate({"d": period}, clock=clock.local_now):
        raise ExecutionFailed(
            f"“{label}” should repeat as in R/P1D or R3/PT1H, at least a minute apart: "
            f"“{text[:300]}” does not.",
            code="timer.bad_value",
            expression=text[:300],
        )
    return (int(found[1]) if found[1] else None), period


def later(instant: datetime, period: Any) -> datetime:
    """One period after `instant`, on London's clock."""
    at = instant.astimezone(clock.LONDON)
    found: datetime = feel.compile("i + d").evaluate({"i": at, "d": period}, clock=clock.local_now)
    return found


def next_after(instant: datetime, period: Any) -> datetime:
    """The first repeat after `instant` that still lies ahead."""
    found = later(instant, period)
    while found <= clock.now():
        found = later(found, period)
    return found


def _duration(text: str) -> Any:
    return feel.compile(f'duration("{text}")').evaluate({}, clock=clock.local_now)
