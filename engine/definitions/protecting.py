"""Protected waits that a new version would no longer hold: said before it is published."""

from __future__ import annotations

from engine.bpmn.elements import Element
from engine.definitions.reading import DIAGRAM, Definition
from engine.errors import Problem


def unprotected(definition: Definition, before: Definition | None) -> list[Problem]:
    """A warning for each element that the version in use protects and this one does not."""
    if before is None:
        return []
    return [
        _problem(element, definition.elements.get(element.id))
        for element in before.elements.values()
        if _protects(element) and not _protects(definition.elements.get(element.id))
    ]


def _protects(element: Element | None) -> bool:
    return element is not None and element.properties.get("protected") == "true"


def _problem(before: Element, now: Element | None) -> Problem:
    what = "is not in this one" if now is None else "is no longer protected in this one"
    return Problem(
        "protected.dropped",
        f"“{before.label}” (id {before.id}) is protected in the version in use and {what}.",
        "warning",
        DIAGRAM,
        before.id if now is not None else None,
        before.name or None,
        now.line if now is not None else None,
        "Keep it and mark it protected, or say in the reason who agreed to its end.",
    )
