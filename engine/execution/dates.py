"""Dates of a diagram as instants: ISO durations, FEEL dates and durations, on London's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from engine import clock, feel
from engine.bpmn.triggers import is_duration
from engine.errors import ExecutionFailed
from engine.execution import evaluation

FURTHEST = timedelta(days=366 * 50)


def instant_of(kind: str, text: str, label: str, view: Mapping[str, Any]) -> datetime:
    """When a timer of this kind (timeDate, timeDuration) fires that starts to run now."""
    value = _iso(text) if is_duration(text) else evaluation.of(view, text)
    if kind == "timeDuration" or isinstance(value, (timedelta, feel.YearsMonths)):
        value = _after(value)
    instant = as_instant(value)
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


def _after(duration: Any) -> Any:
    if not isinstance(duration, (timedelta, feel.YearsMonths)):
        return duration
    expression = feel.compile("now() + d")
    return expression.evaluate({"d": duration}, clock=clock.local_now)
