"""Settings of Camunda 7, Flowable and Activiti, of one origin and mostly one vocabulary."""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.importing import juel
from engine.bpmn.importing.owner import (
    Owner,
    Reader,
    due,
    form_file,
    left_out,
    listed,
    only,
    usual_priority,
)  # fmt: skip
from engine.bpmn.xml import local, tag

KEPT = "every step is stored before it begins"
REPEATS = re.compile(r"R(\d+)/(P\S+)")
PEOPLE = ("userTask", "manualTask")


def _assignee(owner: Owner, text: str) -> str | None:
    expression = juel.value(text)
    if expression is None or owner.kind not in PEOPLE:
        return None
    return owner.put("assignee", expression)


def _groups(owner: Owner, text: str) -> str | None:
    if owner.kind not in PEOPLE:
        return None
    if "{" not in text:
        return owner.put("roles", listed(text))
    expression = juel.feel_of(text)
    return owner.put("roles", expression) if expression is not None else None


def _due(owner: Owner, text: str) -> str | None:
    expression = juel.feel_of(text) if "{" in text else due(text.strip())
    return owner.put("due", expression) if expression is not None else None


def _form(owner: Owner, text: str) -> str | None:
    name = form_file(text)
    return owner.put("formFilename", name) if name is not None else None


def _topic(owner: Owner, text: str) -> str | None:
    if "{" in text or not _outside(owner.element):
        return None
    return owner.put("connector", text.strip())


def _type(owner: Owner, text: str) -> str | None:
    """`external` says that a worker takes the task by its topic, which is converted beside it."""
    if text not in ("external", "external-worker"):
        return None
    return "was left out: the connector is what it calls"


def _outside(element: etree._Element) -> bool:
    """A task that a worker outside takes by its topic: others run a class of the other tool."""
    if local(element) not in ("serviceTask", "sendTask"):
        return False
    kinds = [value for name, value in element.attrib.items() if str(name).endswith("}type")]
    return all(kind in ("external", "external-worker") for kind in kinds)


def _decision(owner: Owner, text: str) -> str | None:
    if "{" in text or owner.kind != "businessRuleTask":
        return None
    return owner.extension("calledDecisionId", text.strip())


def _collection(owner: Owner, text: str) -> str | None:
    expression = juel.feel_of(text) if "{" in text else text.strip()
    if expression is None or local(owner.place) != "multiInstanceLoopCharacteristics":
        return None
    etree.SubElement(owner.place, tag("loopDataInputRef")).text = expression
    return f"became the list “{expression}”"


def _item(owner: Owner, text: str) -> str | None:
    if local(owner.place) != "multiInstanceLoopCharacteristics":
        return None
    return owner.item(owner.place, text)


def _retries(owner: Owner, node: etree._Element) -> str | None:
    found = REPEATS.fullmatch((node.text or "").strip())
    if found is None or owner.kind not in ("serviceTask", "sendTask"):
        return None
    return f"{owner.put('attempts', found[1])}; {owner.put('backOff', found[2])}"


def _shared(owner: Owner, node: etree._Element) -> str | None:
    """A called process works on its caller's values, as `all` says, and has its reference."""
    if node.get("variables") == "all" and set(node.attrib) == {"variables"}:
        return "was left out: a called process uses its caller’s values"
    if "BusinessKey" in (node.get("businessKey") or "") and len(node.attrib) == 1:
        return "was left out: a called process belongs to the same case"
    return None


READER = Reader(
    attributes={
        "assignee": _assignee,
        "candidateGroups": _groups,
        "dueDate": _due,
        "formKey": _form,
        "formRef": _form,
        "topic": _topic,
        "type": _type,
        "decisionRef": _decision,
        "collection": _collection,
        "elementVariable": _item,
        "priority": lambda owner, text: usual_priority(text),
        "formRefBinding": only("latest", "a version has its own forms"),
        "calledElementBinding": only("latest", "a case keeps the versions it began with"),
        "decisionRefBinding": only("latest", "a version has its own tables"),
        "async": left_out(KEPT),
        "asyncBefore": left_out(KEPT),
        "asyncAfter": left_out(KEPT),
        "exclusive": left_out("steps of one case never run at the same time"),
        "jobPriority": left_out("what is due runs in its order"),
        "historyTimeToLive": left_out("how long cases are kept is set for the whole site"),
        "versionTag": left_out("versions are numbered as they are published"),
        "isStartableInTasklist": only("true", "who may start is set in the process’s settings"),
        "modelerTemplate": left_out("it is for the other tool’s editor"),
        "modelerTemplateVersion": left_out("it is for the other tool’s editor"),
    },
    elements={
        "failedJobRetryTimeCycle": _retries,
        "in": _shared,
        "out": _shared,
        "properties": left_out("it is a note for other programs"),
    },
)
