"""Attributes that would change what an element does: run as drawn, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.importing.owner import owner_of
from engine.bpmn.rules.subject import Subject
from engine.bpmn.xml import BPMN, label_of, line_of
from engine.errors import Problem

# Name -> what it may say: read elsewhere, or the standard's default, which is what runs.
ONLY = {
    "startQuantity": {"1"},
    "completionQuantity": {"1"},
    "eventGatewayType": {"Exclusive"},
    "behavior": {"All"},
    "isImmediate": {"true"},
    "method": {"##Compensate", "compensate", "##NoneBehavior"},
    "scriptFormat": {"feel", "application/feel", "text/feel"},
    "language": {"feel", "https://www.omg.org/spec/DMN/20191111/FEEL/"},
    "isUnlimited": {"false", "true"},
}
KNOWN = {
    # read
    "id", "name", "sourceRef", "targetRef", "attachedToRef", "cancelActivity", "isInterrupting",
    "default", "calledElement", "triggeredByEvent", "isSequential", "testBefore", "loopMaximum",
    "messageRef", "signalRef", "errorRef", "escalationRef", "errorCode", "escalationCode",
    "processRef", "isExecutable", "parallelMultiple", "instantiate", "isForCompensation",
    "ordering", "cancelRemainingInstances", "dataObjectRef", "dataStoreRef",
    "correlationPropertyRef",
    # picture, or for other readers of the file
    "targetNamespace", "exporter", "exporterVersion", "expressionLanguage", "typeLanguage",
    "processType", "isClosed", "definitionalCollaborationRef", "gatewayDirection", "implementation",
    "operationRef", "itemSubjectRef", "isCollection", "structureRef", "itemKind", "textFormat",
    "associationDirection", "categoryValueRef", "value", "partitionElementRef", "isMarkerVisible",
    "minimum", "maximum", "initiatingParticipantRef", "correlationKeyRef", "interfaceRef",
    "itemRef", "state", "capacity", "evaluatesToTypeRef", "noneBehaviorEventRef",
    "oneBehaviorEventRef", "activityRef", "waitForCompletion", "namespace", "location",
    "importType", "dataInputRef", "dataOutputRef", "optional", "mustUnderstand", "definition",
    "type", "direction", "innerParticipantRef", "outerParticipantRef", "serviceRef",
}  # fmt: skip


def check(subject: Subject) -> Iterator[Problem]:
    """Findings about every attribute of every BPMN element."""
    for node in subject.root.iter():
        if not isinstance(node.tag, str) or not node.tag.startswith(f"{{{BPMN}}}"):
            continue
        for name, value in node.attrib.items():
            if "}" not in str(name):
                yield from _attribute(subject, node, str(name), str(value).strip())


def _attribute(subject: Subject, node: etree._Element, name: str, value: str) -> Iterator[Problem]:
    owner = owner_of(node)
    label = label_of(owner)
    if name in ONLY:
        if value.lower() not in {each.lower() for each in ONLY[name]}:
            yield subject.of_node(
                owner,
                "bpmn.unsupported_setting",
                _words(label, name, value),
                repair="Take the setting away, or draw it another way.",
            )
    elif name not in KNOWN:
        yield subject.of_node(
            owner,
            "bpmn.unknown_setting",
            f"Waymark does not know the setting “{name}” of “{label}” (line {line_of(node)}).",
            repair="Remove it, or correct its name.",
        )


def _words(label: str, name: str, value: str) -> str:
    if name in ("scriptFormat", "language"):
        return f"“{label}” is written in “{value}”. Scripts are written in FEEL."
    return f"“{label}” sets “{name}” to “{value}”, which is not supported."
