"""Which elements and settings run, and which are refused, one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn import services
from engine.bpmn.elements import NODES, SCOPES, Element
from engine.bpmn.owners import OWNERS, owners_of
from engine.bpmn.rules.subject import Subject
from engine.bpmn.xml import BPMN, BPMNDI, label_of, line_of, local
from engine.errors import Problem

PICTURE = {
    "definitions", "process", "collaboration", "participant", "messageFlow", "laneSet", "lane",
    "flowNodeRef", "childLaneSet", "textAnnotation", "text", "association", "group", "category",
    "categoryValue", "documentation", "extensionElements", "incoming", "outgoing", "sequenceFlow",
    "conditionExpression", "message", "script", "import", "categoryValueRef",
    "messageEventDefinition", "timerEventDefinition", "terminateEventDefinition",
    "timeDate", "timeDuration", "timeCycle", "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics", "loopCardinality", "loopCondition", "loopDataInputRef",
    "loopDataOutputRef", "inputDataItem", "outputDataItem", "completionCondition",
    "extension", "relationship", "error", "escalation", "signal", "itemDefinition", "interface",
    "participantMultiplicity", "linkEventDefinition", "source", "target",
    "dataObject", "dataObjectReference", "dataState", "property", "ioSpecification", "dataInput",
    "dataOutput", "inputSet", "outputSet", "dataInputRefs", "dataOutputRefs", "optionalInputRefs",
    "optionalOutputRefs", "inputSetRefs", "outputSetRefs", "sourceRef", "targetRef",
    "dataInputAssociation", "dataOutputAssociation", "assignment", "transformation", "from", "to",
    *OWNERS, "resourceAssignmentExpression", "formalExpression", "correlationKey",
    "correlationPropertyRef", "correlationProperty", "correlationPropertyRetrievalExpression",
    "messagePath", "correlationSubscription", "correlationPropertyBinding", "dataPath",
    "signalEventDefinition", "cancelEventDefinition",
    "conditionalEventDefinition", "condition", "errorEventDefinition", "escalationEventDefinition",
}  # fmt: skip

REFUSED = {
    "task": "“{x}” has no type, so nobody would be asked to do it. Make it a user task.",
    "complexGateway": "The complex gateway “{x}” is not supported. Use inclusive gateways, or a "
    "multi-instance task with a completion condition.",
    "compensateEventDefinition": "Compensation on “{x}” is not supported. Draw the undoing steps "
    "as their own path.",
    "dataStore": "Nothing is kept in the data store “{x}”. Turn it into a note.",
    "dataStoreReference": "Nothing is kept in the data store “{x}”. Turn it into a note.",
    "choreography": "A choreography is not supported. Draw a process.",
    "conversation": "A conversation is not supported. Draw a process.",
    "globalUserTask": "“{x}” is a global task, which is not supported. Draw a process.",
    "callConversation": "A conversation is not supported. Draw a process.",
}
CODES = {
    "task": "bpmn.task_without_type", "dataStore": "bpmn.data_store",
    "dataStoreReference": "bpmn.data_store",
}  # fmt: skip
REPAIRS = {"task": "Make it a user task.", "dataStoreReference": "Turn it into a note."}

WAITING = {"expected", "stage", "protected", "title"}
PEOPLE = {
    "roles", "assignee", "organisation", "due", "dueBasis", "expected", "priority", "title",
    "stage", "notCompletedBy", "formFilename", "formJsonSchemaFilename", "formUiSchemaFilename",
    "prefill", "protected", "shownAs",
}  # fmt: skip
KNOWN_PROPERTIES = {
    "userTask": PEOPLE,
    "manualTask": PEOPLE,
    "startEvent": WAITING | {"formFilename", "formJsonSchemaFilename", "key", "roles"},
    "callActivity": {"stage", "title", "version"},
    "subProcess": {"stage", "title"},
    "transaction": {"stage", "title"},
    "adHocSubProcess": {"stage", "title"},
    "intermediateCatchEvent": WAITING | {"key", "roles", "formFilename"},
    "receiveTask": WAITING | {"key", "roles", "formFilename"},
    "boundaryEvent": WAITING | {"key", "roles", "formFilename"},
    "intermediateThrowEvent": {"payload", "key", "stage"},
    "endEvent": {"payload", "key", "stage"},
    "serviceTask": services.SETTINGS,
    "sendTask": services.SETTINGS | {"payload", "key"},
}


def check(subject: Subject) -> Iterator[Problem]:
    yield from _instructions_to_programs(subject)
    yield from _identifiers(subject)
    for node in subject.root.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag.startswith(f"{{{BPMN}}}"):
            yield from _element(subject, node)
    for element in subject.diagram.elements.values():
        yield from _properties(subject, element)
        yield from _shape(subject, element)
    yield from _processes(subject)


def _instructions_to_programs(subject: Subject) -> Iterator[Problem]:
    if re.search(rb"<\?(?!xml\s)", subject.source):
        yield Problem(
            "xml.processing_instruction",
            "The file holds an instruction to other programs; it is ignored.",
            "warning",
            subject.file,
        )


def _identifiers(subject: Subject) -> Iterator[Problem]:
    ids = Counter(
        node.get("id")
        for node in subject.root.iter()
        if isinstance(node.tag, str) and not node.tag.startswith(f"{{{BPMNDI}}}") and node.get("id")
    )
    for name in ids:
        if name and name.startswith("_w_"):
            words = f"The id “{name}” begins with “_w_”, as the ids do that Waymark adds itself."
            yield Problem(
                "bpmn.reserved_id",
                words,
                file=subject.file,
                element_id=name,
                repair="Give it another id.",
            )
    for name, count in ids.items():
        if count > 1:
            element = subject.diagram.elements.get(name or "")
            yield Problem(
                "bpmn.duplicate_id",
                f"Two elements have the id “{name}”.",
                file=subject.file,
                element_id=name,
                line=element.line if element else None,
                repair="Give one of them another id.",
            )


def _element(subject: Subject, node: etree._Element) -> Iterator[Problem]:
    kind = local(node)
    if kind in REFUSED:
        owner = node if node.get("id") and kind in NODES | {"dataStoreReference"} else _owner(node)
        name = (owner.get("name") or owner.get("id") or kind) if owner is not None else kind
        yield subject.of_node(
            owner if owner is not None else node,
            CODES.get(kind, "bpmn.unsupported_element"),
            REFUSED[kind].format(x=name),
            repair=REPAIRS.get(kind),
        )
    elif kind not in PICTURE and kind not in NODES:
        yield subject.of_node(
            node,
            "bpmn.unknown_element",
            f"Waymark does not know “{kind}” (line {line_of(node)}).",
        )
    if kind in NODES | {"sequenceFlow", "process"}:
        yield from _held(subject, node, kind)
    yield from _attributes(subject, node, label_of(node))


def _held(subject: Subject, node: etree._Element, kind: str) -> Iterator[Problem]:
    """What would be overlooked, because nothing can name it or it lies where none is looked for."""
    around = node.getparent()
    name = label_of(node)
    if not node.get("id"):
        yield subject.of_node(
            node,
            "bpmn.no_id",
            f"“{name}” (line {line_of(node)}) has no id.",
            repair="Open the file in an editor for diagrams and save it: that gives it one.",
        )
    if kind != "process" and (around is None or local(around) not in SCOPES):
        yield subject.of_node(
            node,
            "bpmn.wrong_place",
            f"“{name}” (line {line_of(node)}) lies outside every process, where nothing runs it.",
        )
    if kind == "scriptTask" and len(node.findall(f"{{{BPMN}}}script")) > 1:
        yield subject.of_node(node, "script.twice", f"“{name}” has more than one script.")


def _attributes(subject: Subject, node: etree._Element, name: str) -> Iterator[Problem]:
    """What is said about a node beside what it is."""
    if node.get("instantiate") == "true":
        yield subject.of_node(
            node,
            "bpmn.unsupported_element",
            f"“{name}” cannot start a case. Start with a message start event, then go on to it.",
        )
    if len(named := owners_of(node)) > 1 or "" in named:
        yield subject.of_node(
            node,
            "bpmn.unknown_role",
            f"The owner of “{name}” cannot be read. Put it in a lane or choose a role.",
        )
    if node.get("isForCompensation") == "true":
        yield subject.of_node(
            node,
            "bpmn.unsupported_element",
            REFUSED["compensateEventDefinition"].format(x=name),
        )


def _owner(node: etree._Element) -> etree._Element | None:
    at: etree._Element | None = node
    while at is not None and local(at) not in NODES | {"process", "definitions"}:
        at = at.getparent()
    return at


def _properties(subject: Subject, element: Element) -> Iterator[Problem]:
    allowed = KNOWN_PROPERTIES.get(element.kind, set())
    for name in element.properties:
        given = element.kind in services.KINDS and name.startswith(services.INPUT)
        if name not in allowed and not given:
            yield subject.of(
                element,
                "bpmn.unknown_property",
                f"“{element.label}” has the setting “{name}”, which does nothing here.",
                repair="Remove it, or correct its name.",
            )


def _shape(subject: Subject, element: Element) -> Iterator[Problem]:
    inside = [e for e in subject.diagram.elements.values() if e.parent == element.id]
    if element.kind in ("subProcess", "transaction"):
        starts = [e for e in inside if e.kind == "startEvent"]
        if len(starts) != 1:
            yield subject.of(
                element,
                "bpmn.subprocess_start",
                f"“{element.label}” needs one start (has {len(starts)}).",
            )
        elif not any(e.kind == "endEvent" for e in inside):
            yield subject.of(element, "bpmn.subprocess_end", f"“{element.label}” has no end.")


def _processes(subject: Subject) -> Iterator[Problem]:
    several = len(subject.diagram.processes) > 1
    for node in subject.root.iter(f"{{{BPMN}}}process"):
        inside = [e for e in subject.diagram.elements.values() if e.parent == node.get("id")]
        if several and not inside:
            continue  # a pool that is a black box
        if node.get("isExecutable") != "true":
            yield subject.of_node(
                node,
                "bpmn.not_executable",
                f"“{node.get('name') or node.get('id')}” is not marked executable.",
                repair="Mark it executable.",
            )
        if not any(e.kind == "startEvent" for e in inside):
            yield subject.of_node(
                node,
                "bpmn.no_start_event",
                f"“{node.get('name') or node.get('id')}” has no start event.",
                repair="Draw a start event and lead a flow from it to the first step.",
            )
