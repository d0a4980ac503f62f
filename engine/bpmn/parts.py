"""Transactions and ad-hoc subprocesses, redrawn as plain ones; what differs is in their classes.

An ad-hoc subprocess opens all its steps that no flow leads to, at once.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.xml import add_flow, local, tag

KINDS = ("transaction", "adHocSubProcess")
APART = {
    "boundaryEvent", "sequenceFlow", "incoming", "outgoing", "dataObject", "dataObjectReference",
    "textAnnotation", "association", "group", "completionCondition", "documentation",
    "extensionElements", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics",
}  # fmt: skip


def unfold(root: etree._Element) -> None:
    """Change the copy."""
    for node in list(root.iter(*(tag(kind) for kind in KINDS))):
        if local(node) == "adHocSubProcess":
            _open_all(node)
        node.tag = tag("subProcess")


def entries(node: etree._Element) -> list[etree._Element]:
    """The steps of an ad-hoc subprocess that no flow leads to."""
    led_to = {flow.get("targetRef") for flow in node.iterfind(tag("sequenceFlow"))}
    return [
        child
        for child in node
        if local(child) not in APART
        and child.get("triggeredByEvent") != "true"
        and child.get("id") not in led_to
    ]


def _leaves(node: etree._Element) -> list[etree._Element]:
    """Its steps that no flow leads on from."""
    led_from = {flow.get("sourceRef") for flow in node.iterfind(tag("sequenceFlow"))}
    return [
        child
        for child in node
        if local(child) not in APART - {"boundaryEvent"}
        and child.get("triggeredByEvent") != "true"
        and child.get("id") not in led_from
    ]


def _open_all(node: etree._Element) -> None:
    name, first, last = node.get("id"), entries(node), _leaves(node)
    for condition in node.findall(tag("completionCondition")):
        node.remove(condition)
    etree.SubElement(node, tag("startEvent"), id=f"_w_opened_{name}")
    etree.SubElement(node, tag("parallelGateway"), id=f"_w_open_all_{name}")
    ways = [(f"_w_opened_{name}", f"_w_open_all_{name}")]
    ways += [(f"_w_open_all_{name}", each.get("id") or "") for each in first]
    for each in last:
        end = etree.SubElement(node, tag("endEvent"), id=f"_w_opened_end_{each.get('id')}")
        ways.append((each.get("id") or "", end.get("id") or ""))
    for source, target in ways:
        add_flow(node, source, target)
