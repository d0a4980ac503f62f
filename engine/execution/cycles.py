"""Timers that repeat: `R3/PT1H`, `R/P1D`, or FEEL that gives such a text. A missed repeat fires
once; the next is the first that still lies ahead."""

from __future__ import annotations

import re
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
    times, period = _cycle(task, text)
    data = task.internal_data
    if DUE not in data:
        instant = _after(clock.local_now(), period)
        note_due(task, instant, None if times is None else times - 1)
        return instant
    left = data.get(LEFT)
    instant, rounds = feel.from_json(data[DUE]), 0
    while instant <= clock.now() or not rounds:
        instant = _after(instant, period)
        rounds += 1
    note_due(task, instant, None if left is None else left - 1)
    return instant


def _cycle(task: Task, text: str) -> tuple[int | None, Any]:
    given = text if text[:1] == "R" else evaluation.evaluate(task, text)
    found = SHAPE.match(given) if isinstance(given, str) else None
    period = _duration(found[2]) if found else None
    shortest = feel.compile('now() + d >= now() + duration("PT1M")')
    if found is None or not shortest.evaluate({"d": period}, clock=clock.local_now):
        raise ExecutionFailed(
            f"“{task.task_spec.element.label}” should repeat as in R/P1D or R3/PT1H, at least a "
            f"minute apart: “{text[:300]}” does not.",
            code="timer.bad_value",
            expression=text[:300],
        )
    return (int(found[1]) if found[1] else None), period


def _duration(text: str) -> Any:
    return feel.compile(f'duration("{text}")').evaluate({}, clock=clock.local_now)


def _after(instant: datetime, period: Any) -> datetime:
    at = instant.astimezone(clock.LONDON)
    later: datetime = feel.compile("i + d").evaluate({"i": at, "d": period}, clock=clock.local_now)
    return later
