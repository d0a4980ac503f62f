"""A diagram's file as things with an id, each with its facts, and where each is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import xml
from engine.bpmn.elements import ACTIVITIES, EVENTS, GATEWAYS, NODES, SCOPES
from engine.bpmn.lettering import readable
from engine.bpmn.xml import BPMNDI, local, tag
from engine.comparing.changes import Facts
from engine.comparing.facts import comments_of, facts_of
from engine.comparing.words import quoted, unused

HOLDERS = SCOPES | {"definitions", "collaboration", "laneSet", "lane", "childLaneSet"}
TOLD_BY_WAYS = {"incoming", "outgoing", "flowNodeRef"}
INNER = ("LoopCharacteristics", "documentation", "extensionElements", "completionCondition")
DI = f"{{{BPMNDI}}}"
NOUNS = {
    "userTask": "task", "manualTask": "task without a form", "task": "step", "scriptTask": "script",
    "businessRuleTask": "decision", "serviceTask": "service step", "sendTask": "sending step",
    "receiveTask": "wait for a message", "callActivity": "called process", "subProcess": "part",
    "transaction": "transaction", "adHocSubProcess": "part in any order",
    "exclusiveGateway": "choice", "parallelGateway": "split or join",
    "inclusiveGateway": "choice of several", "eventBasedGateway": "wait for the first of several",
    "complexGateway": "complex gateway", "startEvent": "start", "endEvent": "end",
    "intermediateThrowEvent": "event", "boundaryEvent": "event on the edge",
    "intermediateCatchEvent": "wait", "lane": "lane", "participant": "pool", "process": "process",
    "textAnnotation": "note", "message": "message", "signal": "signal", "error": "error",
    "escalation": "escalation", "sequenceFlow": "way", "definitions": "file", "group": "group",
    "association": "line of a note", "messageFlow": "message line", "dataObject": "data object",
    "dataObjectReference": "data object", "dataStoreReference": "data store",
    "collaboration": "set of pools", "laneSet": "set of lanes",
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """Whatever has an id of its own in a diagram."""

    id: str
    kind: str
    name: str
    parent: str
    facts: Facts

    @property
    def noun(self) -> str:
        on_edge, timed = self.kind == "boundaryEvent", "timerEventDefinition" in self.facts
        if on_edge and timed:
            return "reminder" if self.facts.get("@cancelActivity") == "false" else "deadline"
        if timed:
            return {"startEvent": "dated start"}.get(self.kind, "wait")
        return NOUNS.get(self.kind, "element")

    @property
    def label(self) -> str:
        named = readable(self.name) if self.kind == "lane" else self.name
        words = named or self.facts.get("text", "") or self.facts.get("#text", "")
        return quoted(words) if words.strip() else f"“{self.id}”"

    @property
    def said(self) -> str:
        return f"the {self.noun} {self.label}"

    @property
    def is_step(self) -> bool:
        return self.kind in NODES


@dataclass(frozen=True)
class Drawn:
    """A whole diagram file in things, who does what, and how it is drawn."""

    things: Mapping[str, Thing]
    lane_of: Mapping[str, str]  # step id -> id of its innermost lane
    ways_out: Mapping[str, list[str]]
    shapes: Mapping[str, str]  # id -> its drawing data
    inner: Mapping[str, str]  # where in the drawing data -> what means nothing but must be told
    comments: str

    def label(self, thing_id: str | None) -> str:
        found = self.things.get(thing_id or "")
        return found.label if found else quoted(thing_id or "nothing")

    def way(self, flow: Thing) -> str:
        """“the way “Yes” from “Hold?” to “Decide””."""
        name = f" {quoted(flow.name)}" if flow.name else ""
        source, target = flow.facts.get("@sourceRef"), flow.facts.get("@targetRef")
        return f"the way{name} from {self.label(source)} to {self.label(target)}"


def read(source: bytes) -> Drawn:
    """InvalidDefinition when the file is no diagram."""
    root = xml.read(source)
    things: dict[str, Thing] = {}
    for thing in _things(root, ""):
        things[unused(thing.id, things)] = thing  # an id that is drawn twice stands for two
    ways: dict[str, list[str]] = {}
    for flow in (t for t in things.values() if t.kind == "sequenceFlow"):
        ways.setdefault(flow.facts.get("@sourceRef", ""), []).append(flow.id)
    for thing in [t for t in things.values() if t.is_step]:
        _odd_ends(root, thing, ways)
    return Drawn(things, _lanes(root), ways, _shapes(root), _inner(root), comments_of(root))


def _things(node: etree._Element, parent: str) -> Iterator[Thing]:
    node_id = node.get("id") or f"a {local(node)}"
    facts = facts_of(node, _leave if local(node) in HOLDERS else _is_way)
    name = (node.get("name") or "").strip()
    if not parent:  # the file itself is the same thing whatever it is called
        node_id, name, facts["@id"] = "the file", "process.bpmn", node_id
    else:
        facts.pop("@name", None)
    yield Thing(node_id, local(node), name, parent, facts)
    for child in node if local(node) in HOLDERS else ():
        if isinstance(child.tag, str) and _is_thing(child):
            yield from _things(child, node_id)


def _is_thing(node: etree._Element) -> bool:
    if node.get("id") is None or node.tag.startswith(DI):
        return False
    return not local(node).endswith(INNER)


def _leave(node: etree._Element) -> bool:
    return _is_thing(node) or _is_way(node)


def _is_way(node: etree._Element) -> bool:
    return local(node) in TOLD_BY_WAYS or node.tag.startswith(DI)


def _odd_ends(root: etree._Element, thing: Thing, ways: Mapping[str, list[str]]) -> None:
    """What a step says of the ways out of it, when its ways say otherwise."""
    node = next((n for n in root.iter(tag(thing.kind)) if n.get("id") == thing.id), None)
    if node is not None:
        stated = {(n.text or "").strip() for n in node.findall(tag("outgoing"))}
        if stated and (odd := sorted(stated ^ set(ways.get(thing.id, [])))):
            thing.facts["outgoing"] = ", ".join(odd)


def _lanes(root: etree._Element) -> dict[str, str]:
    found = {}
    for lane in root.iter(tag("lane")):
        for ref in lane.findall(tag("flowNodeRef")):
            found[(ref.text or "").strip()] = lane.get("id") or ""
    return found


def _shapes(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in root.iter():
        about = node.get("bpmnElement") if isinstance(node.tag, str) else None
        if about and local(node) in ("BPMNShape", "BPMNEdge"):
            facts = facts_of(node, lambda child: False)
            found[about] = repr(sorted(facts.items()))
    return found


def _inner(root: etree._Element) -> dict[str, str]:
    """Ids of shapes, and what the planes say of themselves."""
    found: dict[str, str] = {}
    for node in root.iter():
        if not isinstance(node.tag, str) or not node.tag.startswith(DI):
            continue
        if local(node) in ("BPMNShape", "BPMNEdge"):
            found[f"shape of {node.get('bpmnElement')}"] = node.get("id") or ""
        elif local(node) in ("BPMNPlane", "BPMNDiagram"):
            number = sum(key.startswith(local(node)) for key in found)
            found[f"{local(node)} {number}"] = repr(sorted(node.items()))
    return found


def is_marked(kind: str) -> bool:
    """Whether the drawing can carry a mark for this kind of thing."""
    return kind in ACTIVITIES | EVENTS | GATEWAYS | {"sequenceFlow"}
