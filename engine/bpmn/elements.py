"""A diagram's elements as plain values: what the engine, the rules and the pages read of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lxml import etree

from engine.bpmn import correlation, data, owners, triggers
from engine.bpmn.data import Copies, Declared
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
SCOPES = {"process", "subProcess", "transaction", "adHocSubProcess"}
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
    event: str | None = None  # message, timer, terminate, multiple, …; None: a plain event
    message: str | None = None  # the name of the message or signal
    code: str | None = None  # of an error or escalation; None catches every one
    condition: str | None = None  # of a conditional event; of an ad-hoc subprocess to be done
    parts: tuple[Element, ...] = ()  # one a trigger, when several are drawn on it
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
    copies: Copies | None = None

    @property
    def label(self) -> str:
        return self.name or self.id

    @property
    def each(self) -> tuple[Element, ...]:
        """Itself, or what stands for each of its triggers."""
        return self.parts or (self,)

    @property
    def for_people(self) -> bool:
        return self.kind in FOR_PEOPLE

    @property
    def version_called(self) -> int | None:
        """The version a call activity names; None: the newest when the case starts."""
        text = self.properties.get("version", "").strip()
        return int(text) or None if text.isascii() and text.isdigit() and len(text) < 9 else None

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
    declared: dict[str, Declared]  # id of a process or subprocess -> its data

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
    lanes = owners.lanes_of(root)
    names = triggers.names_of(root)
    elements: dict[str, Element] = {}
    flows: dict[str, Flow] = {}
    processes, declared = {}, {}
    variables, keys = data.names_of(root), correlation.keys_of(root)
    for process in root.iter(tag("process")):
        key = process.get("id") or ""
        processes[key] = process.get("name") or key
        for node in process.iter():
            kind, node_id = local(node), node.get("id")
            if node.tag != tag(kind) or not node_id:
                continue
            if kind in NODES:
                copies = data.copies_of(node, variables)
                drawn = _element(node, key, lanes, names)
                named = correlation.with_key(drawn.properties, node, key, keys)
                parts = tuple(replace(part, properties=named) for part in drawn.parts)
                elements[node_id] = replace(drawn, copies=copies, properties=named, parts=parts)
            elif kind == "sequenceFlow":
                flows[node_id] = _flow(node)
            if kind in SCOPES:
                declared[node_id] = data.declared_in(node, variables)
    return Diagram(processes, elements, flows, lanes, declared)


def _element(
    node: etree._Element,
    process: str,
    lanes: dict[str, str],
    names: dict[str | None, str | None],
) -> Element:
    around = node.getparent()
    element = Element(
        id=node.get("id", ""),
        kind=local(node),
        name=(node.get("name") or "").strip(),
        line=line_of(node),
        process=process,
        parent=(around.get("id") or "") if around is not None else "",
        lane=owners.role_of(node, lanes),
        properties=properties(node),
        guidance=_extension_text(node, "instructionsForEndUser"),
        triggered=node.get("triggeredByEvent") == "true",
        link=_link(node),
        attached_to=node.get("attachedToRef"),
        interrupting=_interrupting(node),
        script=_text(node, "script"),
        decision=_extension_text(node, "calledDecisionId"),
        called=node.get("calledElement"),
        default=node.get("default"),
        condition=(node.findtext(tag("completionCondition")) or "").strip() or None,
        repeat=_repeat(node),
    )
    return _with_triggers(element, node, names)


def _interrupting(node: etree._Element) -> bool:
    return (node.get("cancelActivity") or node.get("isInterrupting") or "true") == "true"


def properties(node: etree._Element) -> dict[str, str]:
    path = "./bpmn:extensionElements/spiff:properties/spiff:property"
    return {p.get("name", ""): p.get("value", "") for p in node.iterfind(path, NS)}


def _extension_text(node: etree._Element, name: str) -> str | None:
    found = node.find(f"./{{{BPMN}}}extensionElements/{{{SPIFF}}}{name}")
    return found.text.strip() if found is not None and found.text else None


def _text(node: etree._Element, name: str) -> str | None:
    found = node.find(tag(name))
    return found.text if found is not None else None


def _with_triggers(
    element: Element, node: etree._Element, names: dict[str | None, str | None]
) -> Element:
    """What the event waits for or throws: `event` and what that kind of event needs."""
    if local(node) == "receiveTask" or (local(node) == "sendTask" and node.get("messageRef")):
        return replace(element, event="message", message=names.get(node.get("messageRef")))
    parts = tuple(
        replace(element, **triggers.read(each, names)) for each in triggers.triggers_of(node)
    )
    if len(parts) < 2:
        return parts[0] if parts else element
    together = node.get("parallelMultiple") == "true"
    return replace(element, event="parallelMultiple" if together else "multiple", parts=parts)


def _link(node: etree._Element) -> str | None:
    found = node.find(tag("linkEventDefinition"))
    return None if found is None else found.get("name") or node.get("name")


def _repeat(node: etree._Element) -> Repeat | None:
    loop = node.find(tag("standardLoopCharacteristics"))
    if loop is not None:
        maximum = loop.get("loopMaximum")
        return Repeat(
            kind="loop",
            until=_text(loop, "loopCondition"),
            maximum=_whole(maximum),
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


def _whole(text: str | None) -> int | None:
    """None when it is not given; 0 stands for what is no positive whole number."""
    if text is None:
        return None
    return int(text) if text.isdigit() and len(text) < 10 else 0


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
