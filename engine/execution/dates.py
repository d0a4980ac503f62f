"""Dates of a diagram as instants, on London's clock: ISO durations, FEEL dates and durations,
repeats (`R3/PT1H`, `R/P1D`). A missed repeat fires once; the next is the first that lies ahead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from SpiffWorkflow.task import Task

from engine import clock, feel
from engine.bpmn.triggers import is_duration
from engine.errors import ExecutionFailed
from engine.execution import evaluation
from engine.execution.events import DUE, LEFT, note_due

FURTHEST = timedelta(days=366 * 50)
SHAPE = re.compile(r"R(\d*)/(P[0-9YMWDTHS]+)\Z")


def instant_of(kind: str, text: str, label: str, view: Mapping[str, Any]) -> datetime:
    """When a timer of this kind (timeDate, timeDuration) fires that starts to run now."""
    value = _iso(text) if is_duration(text) else evaluation.of(view, text)
    length = isinstance(value, (timedelta, feel.YearsMonths))
    if kind == "timeDuration" or length:
        value = _after(value)
    instant = as_instant(value)
    if instant is not None and length and instant < clock.now():
        raise ExecutionFailed(
            f"The date of “{label}” is a negative time from now: “{text[:300]}”.",
            code="timer.bad_value",
            expression=text[:300],
        )
    if instant is None:
        names = () if is_duration(text) else sorted(feel.compile(text).names)
        raise ExecutionFailed(
            f"The date of “{label}” cannot be worked out: “{text[:300]}” gives {feel.kind(value)}.",
            code="timer.bad_value",
            expression=text[:300],
            values={name: feel.kind(view.get(name)) for name in names},
        )
    if abs(instant - clock.now()) > FURTHEST:
        raise ExecutionFailed(
            f"The date of “{label}” is more than 50 years away.",
            code="timer.out_of_range",
            expression=text[:300],
        )
    return instant


def as_instant(value: Any) -> datetime | None:
    """A FEEL date (its first moment in London) or date and time as an instant; else None."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=clock.LONDON)
    if isinstance(value, date):
        return datetime.combine(value, time(), clock.LONDON)
    return None


def as_deadline(value: Any) -> datetime | None:
    """As `as_instant`, but a plain date lasts until its last second."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59, 59), clock.LONDON)
    if isinstance(value, (timedelta, feel.YearsMonths)):
        return as_instant(_after(value))
    return as_instant(value)


def _iso(text: str) -> Any:
    return feel.compile(f'duration("{text.upper()}")').evaluate({}, clock=clock.local_now)


def _after(value: Any) -> Any:
    """A duration as the moment that lies so far ahead; anything else as it is."""
    if not isinstance(value, (timedelta, feel.YearsMonths)):
        return value
    return later(clock.local_now(), value)


def next_repeat(task: Task, text: str, *, anew: bool = False) -> datetime:
    """When the timer fires next; kept beside the token, with how often it does after that. `anew`:
    one period from now, in place of the date it has."""
    times, period = read_repeat(
        text, task.task_spec.element.label, task.workflow.top_workflow.view(task)
    )
    data, now = task.internal_data, clock.local_now()
    if data.get(DUE) is None:  # it begins, or was a single date in the version before
        instant, left = later(now, period), _one_less(times)
    elif anew:
        instant, left = later(now, period), data.get(LEFT)
    else:
        instant = next_after(feel.from_json(data[DUE]), period)
        left = _one_less(data.get(LEFT))
    note_due(task, instant, left)
    return instant


def _one_less(times: int | None) -> int | None:
    return None if times is None else times - 1


def read_repeat(text: str, label: str, view: Mapping[str, Any]) -> tuple[int | None, Any]:
    """(how often, None for always; how far apart) of a repeat or of FEEL that gives one."""
    given = text if text[:1] == "R" else evaluation.of(view, text)
    found = SHAPE.match(given) if isinstance(given, str) else None
    period = _iso(found[2]) if found else None
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
