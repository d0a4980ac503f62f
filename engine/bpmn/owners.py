"""Whose a step is, as drawn: its lane, or an owner that names a role."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.xml import local, tag

OWNERS = {"potentialOwner", "humanPerformer", "performer", "resourceRole"}
WRITTEN = f"{tag('resourceAssignmentExpression')}/{tag('formalExpression')}"


def lanes_of(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for lane in root.iter(tag("lane")):  # outer lanes come first: the innermost name stays
        for ref in lane.findall(tag("flowNodeRef")):
            if ref.text:
                found[ref.text.strip()] = lane.get("name") or lane.get("id") or ""
    return found


def role_of(node: etree._Element, lanes: dict[str, str]) -> str | None:
    """The role's name: that of the drawn owner, else of the innermost lane."""
    if named := owners_of(node):
        return named[0] or None
    at: etree._Element | None = node
    while at is not None:
        if (found := lanes.get(at.get("id") or "")) is not None:
            return found
        at = at.getparent()
    attached = node.get("attachedToRef")
    return lanes.get(attached) if attached else None


def owners_of(node: etree._Element) -> list[str]:
    """The roles that a step's drawn owners name; "" for one that cannot be read."""
    return [
        (owner.findtext(WRITTEN) or "").strip().strip('"')
        for owner in node
        if local(owner) in OWNERS
    ]
