"""What is well defined but not run by the library is redrawn on a copy before it is parsed.

The stored file stays the one that was drawn. Added nodes get ids `_w_…` and never reach a page.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import handlers, multiples, parts
from engine.bpmn.elements import EVENTS, NODES
from engine.bpmn.triggers import triggers_of
from engine.bpmn.xml import add_flow, local, tag

INSIDES = ("subProcess", "transaction", "adHocSubProcess")
RESERVED = {"Start", "End", "Root"}  # names the library uses for its own tasks
SPLITTING = {
    "userTask", "manualTask", "scriptTask", "businessRuleTask", "serviceTask", "sendTask",
    "receiveTask", "callActivity", "subProcess", "intermediateCatchEvent",
    "intermediateThrowEvent", "boundaryEvent", "startEvent",
}  # fmt: skip
STRIPPED = {
    "extensionElements", "documentation", "ioSpecification", "textAnnotation", "association",
    "group", "dataObject", "dataObjectReference", "dataInputAssociation",
    "dataOutputAssociation", "property", "correlationProperty", "correlationKey",
    "correlationSubscription", "BPMNDiagram",
}  # fmt: skip


@dataclass(frozen=True)
class Runnable:
    """The copy that is parsed, and what its added ids stand for."""

    root: etree._Element
    names: dict[str, str]  # inner id -> drawn id
    parts: multiples.Parts


def runnable(
    root: etree._Element, start_event: str | None, taken: Collection[str] = (), key: str = ""
) -> Runnable:
    """A copy that runs from `start_event` (or the one plain start). The library knows the inside
    of a subprocess by its id alone: one that another process has `taken` is called by `key`."""
    copy = deepcopy(root)
    insides = [n.get("id") or "" for n in copy.iter(*map(tag, INSIDES))]
    names = _rename(copy, {name: f"_w_id_{key}_{name}" for name in insides if name in taken})
    drop = [n for n in copy.iter() if local(n) in STRIPPED]
    for node in drop:
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    for process in copy.iter(tag("process")):
        _keep_one_start(process, start_event)
    parts.unfold(copy)
    _join_links(copy)
    _end_paths(copy)
    _split_outgoing(copy)
    handlers.unfold(copy)
    several = multiples.unfold(copy)
    _normalise_events(copy)
    return Runnable(copy, {**names, **_rename_reserved(copy)}, several)


def _normalise_events(root: etree._Element) -> None:
    """What an event waits for or throws is read from its drawn element. The library only needs to
    know which events wait: they all become alike."""
    for node in list(root.iter()):
        kind = local(node)
        if kind not in EVENTS:
            continue
        drawn = triggers_of(node)
        for definition in drawn:
            node.remove(definition)
        if drawn and kind in ("intermediateCatchEvent", "boundaryEvent"):
            etree.SubElement(node, tag("timerEventDefinition"))


def _keep_one_start(process: etree._Element, start_event: str | None) -> None:
    starts = process.findall(tag("startEvent"))
    chosen = next((s for s in starts if s.get("id") == start_event), None)
    if chosen is None:
        plain = [s for s in starts if not triggers_of(s)]
        chosen = plain[0] if plain else (starts[0] if starts else None)
    for start in starts:
        if start is chosen:
            for definition in triggers_of(start):
                start.remove(definition)
            continue
        process.remove(start)
        for flow in process.findall(tag("sequenceFlow")):
            if flow.get("sourceRef") == start.get("id"):
                _remove_flow(process, flow)


def _remove_flow(process: etree._Element, flow: etree._Element) -> None:
    process.remove(flow)
    for ref in [*process.iter(tag("incoming")), *process.iter(tag("outgoing"))]:
        parent = ref.getparent()
        if (ref.text or "").strip() == flow.get("id") and parent is not None:
            parent.remove(ref)


def _join_links(root: etree._Element) -> None:
    """A throwing link becomes a flow to the one catching link of its name in the same process."""
    catching = {}
    for definition in list(root.iter(tag("linkEventDefinition"))):
        event = definition.getparent()
        if event is None:
            continue
        name = definition.get("name") or event.get("name")
        event.remove(definition)
        if local(event) == "intermediateCatchEvent":
            event.tag = tag("intermediateThrowEvent")  # one that waits for nothing
            catching[(event.getparent(), name)] = event.get("id")
        else:
            event.set("_link", name or "")
    for event in root.iter(tag("intermediateThrowEvent")):
        name, around = event.get("_link"), event.getparent()
        event.attrib.pop("_link", "")
        if name is not None and around is not None and (around, name) in catching:
            add_flow(around, event.get("id"), catching[(around, name)])


def _end_paths(root: etree._Element) -> None:
    """A path that stops without an end event ends there, as the standard has it."""
    led_from = {flow.get("sourceRef") for flow in root.iter(tag("sequenceFlow"))}
    for node in list(root.iter()):
        around, name = node.getparent(), node.get("id") or ""
        stops = local(node) in NODES - {"endEvent"} and name not in led_from
        if around is not None and stops and node.get("triggeredByEvent") != "true":
            end = etree.SubElement(around, tag("endEvent"), id=f"_w_stop_{name}")
            add_flow(around, name, end.get("id"))


def _split_outgoing(root: etree._Element) -> None:
    """Several ways out of a task or event: all are taken, or those whose condition holds (as
    behind an inclusive gateway)."""
    flows: dict[str, list[etree._Element]] = {}
    for flow in root.iter(tag("sequenceFlow")):
        flows.setdefault(flow.get("sourceRef") or "", []).append(flow)
    for node in list(root.iter()):
        ways = flows.get(node.get("id") or "", [])
        if local(node) in SPLITTING and len(ways) > 1:
            _put_gateway_behind(node, ways)
        elif local(node) == "inclusiveGateway" and len(ways) > 1:
            _take_unconditional(ways, node.get("default"))


def _take_unconditional(ways: list[etree._Element], default: str | None) -> None:
    """A way without a condition is always taken."""
    for way in ways:
        if way.find(tag("conditionExpression")) is None and way.get("id") != default:
            etree.SubElement(way, tag("conditionExpression")).text = "true"


def _put_gateway_behind(node: etree._Element, ways: list[etree._Element]) -> None:
    node_id, parent = node.get("id") or "", node.getparent()
    if parent is None:
        return
    conditional = any(way.find(tag("conditionExpression")) is not None for way in ways)
    kind = "inclusiveGateway" if conditional else "parallelGateway"
    gateway = etree.SubElement(parent, tag(kind), id=f"_w_split_{node_id}")
    if node.get("default"):
        gateway.set("default", node.attrib.pop("default"))
    for way in ways:
        way.set("sourceRef", f"_w_split_{node_id}")
    if conditional:
        _take_unconditional(ways, gateway.get("default"))
    add_flow(parent, node_id, gateway.get("id"))


def _rename_reserved(root: etree._Element) -> dict[str, str]:
    ids = [node.get("id") or "" for node in root.iter()]
    return _rename(
        root,
        {
            name: f"_w_id_{name.replace('.', '_')}"
            for name in ids
            if name in RESERVED or name.endswith((".BoundaryEventSplit", ".EndJoin"))
        },
    )


def _rename(root: etree._Element, names: dict[str, str]) -> dict[str, str]:
    """Give elements other ids, wherever they are named; answers with new id -> old id."""
    for node in root.iter() if names else ():
        for key in ("id", "sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement"):
            if node.get(key) in names:
                node.set(key, names[node.get(key) or ""])
        if local(node) == "flowNodeRef" and (node.text or "").strip() in names:
            node.text = names[(node.text or "").strip()]
    return {inner: drawn for drawn, inner in names.items()}
