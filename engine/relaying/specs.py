"""How the library's specs of one element stand to each other."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from engine.execution.repeats import MultiInstance, StandardLoopTask


def role_of(spec: Any) -> str:
    """A marker, one of its instances, or neither: an element with a marker has both."""
    if isinstance(spec, MultiInstance):
        return f"marker {spec.element.repeat.kind}"
    if isinstance(spec, StandardLoopTask):
        return "marker loop"
    return "instance" if spec.name.endswith("[child]") else "plain"


def is_boundary(spec: Any) -> bool:
    return isinstance(spec, CatchingEvent) and hasattr(spec, "cancel_activity")


def main_of(split: Any) -> Any:
    """The activity that boundary events stand round."""
    return next(s for s in split.outputs if not is_boundary(s))


def split_of(spec: Any) -> Any:
    """What opens an activity together with its boundary events; None when it has none."""
    return next((i for i in spec.inputs if isinstance(i, BoundaryEventSplit)), None)
