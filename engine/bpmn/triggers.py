"""What events wait for or throw, as drawn: their event definitions."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from engine.bpmn.xml import local, tag

ISO_DURATION = re.compile(
    r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", re.IGNORECASE
)


def is_duration(text: str) -> bool:
    """An ISO duration as it is; any other text of a timer is FEEL."""
    return ISO_DURATION.fullmatch(text) is not None


def triggers_of(node: etree._Element) -> list[etree._Element]:
    """The event definitions drawn on a node."""
    return [child for child in node if local(child).endswith("EventDefinition")]


def read(definition: etree._Element, names: dict[str | None, str | None]) -> dict[str, Any]:
    """An event definition as fields of an element: `event` and what that kind of event needs."""
    event = local(definition).removesuffix("EventDefinition")
    found: dict[str, Any] = {"event": event}
    if event in ("message", "signal"):
        found["message"] = names.get(definition.get(f"{event}Ref"))
    elif event in ("error", "escalation"):
        found["code"] = names.get(definition.get(f"{event}Ref"))
    elif event == "conditional":
        found["condition"] = (definition.findtext(tag("condition")) or "").strip()
    elif event == "timer":
        found["timer"] = _timer(definition)
    return found


def _timer(node: etree._Element) -> tuple[str, str] | None:
    for child in node:
        if local(child) in ("timeDate", "timeDuration", "timeCycle"):
            return local(child), (child.text or "").strip()
    return None


def names_of(root: etree._Element) -> dict[str | None, str | None]:
    """Id -> the name of a message or signal, the code of an error or escalation."""
    found: dict[str | None, str | None] = {}
    for kind, wanted in (
        ("message", "name"), ("signal", "name"), ("error", "errorCode"),
        ("escalation", "escalationCode"),
    ):  # fmt: skip
        found.update({node.get("id"): node.get(wanted) for node in root.iter(tag(kind))})
    return found
