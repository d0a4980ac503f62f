"""Whether a text is a scenario file at all, before anybody plays it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from engine.testing.files import VERBS, local_instant


def fault(text: str) -> str | None:
    """What keeps it from being played, in words; None when it can be tried."""
    try:
        spec = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return f"The YAML cannot be read{f' at line {mark.line + 1}' if mark else ''}."
    if not isinstance(spec, dict):
        return "A scenario has “title”, “now”, “people” and “steps”."
    return _head(spec) or _steps(spec.get("steps"))


def _head(spec: Mapping[str, Any]) -> str | None:
    try:
        local_instant(spec["now"])
    except (KeyError, TypeError, ValueError):
        return "Say under “now” when it begins, like 2026-04-01T09:00."
    people = spec.get("people")
    if not isinstance(people, dict) or not all(isinstance(one, dict) for one in people.values()):
        return "Say under “people” who takes part, like “ann: {roles: [worker]}”."
    return None


def _steps(steps: object) -> str | None:
    if not isinstance(steps, list) or not steps:
        return "Say under “steps” what happens: the first is a “start”."
    for number, step in enumerate(steps, 1):
        verb = next(iter(step), None) if isinstance(step, dict) else None
        if verb not in VERBS:
            known = ", ".join(VERBS)
            return f"Step {number} begins with “{verb}”. A step is one of: {known}."
    return None
