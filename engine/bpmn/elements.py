"""A diagram's elements as plain values: what the engine, the rules and the pages read of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.bpmn.xml import BPMN, NS, SPIFF, line_of, local, tag

ACTIVITIES = {
    "userTask", "manualTask", "task", "scriptTask", "businessRuleTask", "serviceTask", "sendTask",
    "receiveTask", "callActivity", "subProcess", "transaction", "adHocSubProcess",
}  # fmt: skip
GATEWAYS = {
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
    "complexGateway",
}  # fmt: skip
EVENTS = {
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
}  # fmt: skip
NODES = ACTIVITIES | GATEWAYS | EVENTS
FOR_PEOPLE = {"userTask", "manualTask"}


@dataclass(frozen=True)
class Repeat:
    """A multi-instance or loop marker."""

    kind: str  # parallel, sequential or loop
    collection: str | None = None
    cardinality: str | None = None
    item: str | None = None
    results: str | None = None
    result_item: str | None = None
    until: str | None = None  # completion condition, or the loop's condition to go on
    maximum: int | None = None


@dataclass(frozen=True)
class Element:
    """A node of the diagram."""

    id: str
    kind: str  # the BPMN name: userTask, boundaryEvent, …
    name: str
    line: int | None
    process: str  # id of the process it lies in
    parent: str  # id of the process or subprocess directly around it
    lane: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    guidance: str | None = None
    event: str | None = None  # message, timer, terminate, error, …; None: a plain event
    message: str | None = None  # the name of the message or signal
    code: str | None = None  # of an error or escalation; None catches every one
    condition: str | None = None  # of a conditional event
    triggers: int = 0  # event definitions drawn on it
    triggered: bool = False  # an event subprocess: its start event opens it
    link: str | None = None
    timer: tuple[str, str] | None = None  # (timeDate | timeDuration | timeCycle, text)
    attached_to: str | None = None
    interrupting: bool = True
    script: str | None = None
    decision: str | None = None
    called: str | None = None
    default: str | None = None
    repeat: Repeat | None = None

    @property
    def label(self) -> str:
        return self.name or self.id

    @property
    def for_people(self) -> bool:
        return self.kind in FOR_PEOPLE

    @property
    def is_action(self) -> bool:
        """A message that people of a role may say has happened: a button on the case page."""
        return self.event == "message" and "roles" in self.properties


@dataclass(frozen=True)
class Flow:
    id: str
    name: str
    line: int | None
    source: str
    target: str
    parent: str
    condition: str | None


@dataclass(frozen=True)
class Diagram:
    """Everything read of one file."""

    processes: dict[str, str]  # id -> name
    elements: dict[str, Element]
    flows: dict[str, Flow]
    lanes: dict[str, str]  # element id -> lane name

    def out_of(self, element_id: str) -> list[Flow]:
        return [f for f in self.flows.values() if f.source == element_id]

    def link_of(self, thrown: Element) -> list[Element]:
        """The catching links that a throwing link leads to: right when it is one."""
        return [
            e
            for e in self.elements.values()
            if e.kind == "intermediateCatchEvent"
            and e.link is not None
            and (e.link, e.parent) == (thrown.link, thrown.parent)
        ]

    def into(self, element_id: str) -> list[Flow]:
        return [f for f in self.flows.values() if f.target == element_id]


def elements_of(root: etree._Element) -> Diagram:
    """Read the elements of a document that `xml.read` accepted. Says nothing about faults."""
    lanes = _lanes(root)
    names = _names(root)
    elements: dict[str, Element] = {}
    flows: dict[str, Flow] = {}
    processes = {}
    for process in root.iter(tag("process")):
        key = process.get("id") or ""
        processes[key] = process.get("name") or key
        for node in process.iter():
            kind, node_id = local(node), node.get("id")
            if node.tag != tag(kind) or not node_id:
                continue
            if kind in NODES:
                elements[node_id] = _element(node, key, lanes, names)
            elif kind == "sequenceFlow":
                flows[node_id] = _flow(node)
    return Diagram(processes, elements, flows, lanes)


def _names(root: etree._Element) -> dict[str | None, str | None]:
    """Id -> the name of a message or signal, the code of an error or escalation."""
    found: dict[str | None, str | None] = {}
    for kind, wanted in (
        ("message", "name"), ("signal", "name"), ("error", "errorCode"),
        ("escalation", "escalationCode"),
    ):  # fmt: skip
        found.update({node.get("id"): node.get(wanted) for node in root.iter(tag(kind))})
    return found


def _lanes(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for lane in root.iter(tag("lane")):  # outer lanes come first: the innermost name stays
        for ref in lane.findall(tag("flowNodeRef")):
            if ref.text:
                found[ref.text.strip()] = lane.get("name") or lane.get("id") or ""
    return found


def _element(
    node: etree._Element,
    process: str,
    lanes: dict[str, str],
    names: dict[str | None, str | None],
) -> Element:
    trigger = _trigger(node, names)
    around = node.getparent()
    return Element(
        id=node.get("id", ""),
        kind=local(node),
        name=(node.get("name") or "").strip(),
        line=line_of(node),
        process=process,
        parent=(around.get("id") or "") if around is not None else "",
        lane=_lane(node, lanes),
        properties=properties(node),
        guidance=_extension_text(node, "instructionsForEndUser"),
        **trigger,
        triggered=node.get("triggeredByEvent") == "true",
        link=_link(node),
        attached_to=node.get("attachedToRef"),
        interrupting=_interrupting(node),
        script=_text(node, "script"),
        decision=_extension_text(node, "calledDecisionId"),
        called=node.get("calledElement"),
        default=node.get("default"),
        repeat=_repeat(node),
    )


def _interrupting(node: etree._Element) -> bool:
    return (node.get("cancelActivity") or node.get("isInterrupting") or "true") == "true"


def _lane(node: etree._Element, lanes: dict[str, str]) -> str | None:
    at: etree._Element | None = node
    while at is not None:
        if (found := lanes.get(at.get("id") or "")) is not None:
            return found
        at = at.getparent()
    attached = node.get("attachedToRef")
    return lanes.get(attached) if attached else None


def properties(node: etree._Element) -> dict[str, str]:
    path = "./bpmn:extensionElements/spiff:properties/spiff:property"
    return {p.get("name", ""): p.get("value", "") for p in node.iterfind(path, NS)}


def _extension_text(node: etree._Element, name: str) -> str | None:
    found = node.find(f"./{{{BPMN}}}extensionElements/{{{SPIFF}}}{name}")
    return found.text.strip() if found is not None and found.text else None


def _text(node: etree._Element, name: str) -> str | None:
    found = node.find(tag(name))
    return found.text if found is not None else None


def _trigger(node: etree._Element, names: dict[str | None, str | None]) -> dict[str, Any]:
    """What an event waits for or throws: `event` and what that kind of event needs."""
    if local(node) == "receiveTask" or (local(node) == "sendTask" and node.get("messageRef")):
        return {"event": "message", "message": names.get(node.get("messageRef"))}
    drawn = [child for child in node if local(child).endswith("EventDefinition")]
    if not drawn:
        return {}
    first, event = drawn[0], local(drawn[0]).removesuffix("EventDefinition")
    found: dict[str, Any] = {"event": event, "triggers": len(drawn)}
    if event in ("message", "signal"):
        found["message"] = names.get(first.get(f"{event}Ref"))
    elif event in ("error", "escalation"):
        found["code"] = names.get(first.get(f"{event}Ref"))
    elif event == "conditional":
        found["condition"] = (_text(first, "condition") or "").strip()
    elif event == "timer":
        found["timer"] = _timer(first)
    return found


def _link(node: etree._Element) -> str | None:
    found = node.find(tag("linkEventDefinition"))
    return None if found is None else found.get("name") or node.get("name")


def _timer(node: etree._Element) -> tuple[str, str] | None:
    for child in node:
        if local(child) in ("timeDate", "timeDuration", "timeCycle"):
            return local(child), (child.text or "").strip()
    return None


def _repeat(node: etree._Element) -> Repeat | None:
    loop = node.find(tag("standardLoopCharacteristics"))
    if loop is not None:
        maximum = loop.get("loopMaximum")
        return Repeat(
            kind="loop",
            until=_text(loop, "loopCondition"),
            maximum=int(maximum) if maximum and maximum.isdigit() else None,
        )
    many = node.find(tag("multiInstanceLoopCharacteristics"))
    if many is None:
        return None
    item, result = many.find(tag("inputDataItem")), many.find(tag("outputDataItem"))
    return Repeat(
        kind="sequential" if many.get("isSequential") == "true" else "parallel",
        collection=_text(many, "loopDataInputRef"),
        cardinality=_text(many, "loopCardinality"),
        item=_item_name(item),
        results=_text(many, "loopDataOutputRef"),
        result_item=_item_name(result),
        until=_text(many, "completionCondition"),
    )


def _item_name(item: etree._Element | None) -> str | None:
    return None if item is None else item.get("name") or item.get("id")


def _flow(node: etree._Element) -> Flow:
    around = node.getparent()
    condition = node.find(tag("conditionExpression"))
    return Flow(
        id=node.get("id", ""),
        name=(node.get("name") or "").strip(),
        line=line_of(node),
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        parent=(around.get("id") or "") if around is not None else "",
        condition=None if condition is None else (condition.text or "").strip(),
    )
