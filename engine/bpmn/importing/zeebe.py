"""Settings of Camunda 8, whose expressions are FEEL as ours are."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.importing.owner import (
    Owner,
    Reader,
    due,
    form_file,
    is_feel,
    left_out,
    listed,
    put,
    quoted,
    usual_priority,
)  # fmt: skip
from engine.bpmn.xml import local, tag

NAME_ONLY = str.isidentifier


def _expression(text: str) -> str | None:
    """`=x` as the FEEL it is; plain text as a text."""
    if not text.startswith("="):
        return quoted(text.strip())
    written = text[1:].strip()
    return written if is_feel(written) else None


def _all(owner: Owner, node: etree._Element, wanted: dict[str, str]) -> str | None:
    """Put each attribute of the node under the name it has here; None when one has no place."""
    turned: dict[str, str] = {}
    for name, text in node.attrib.items():
        expression = _worth(str(name), str(text))
        if str(name) not in wanted or expression is None:
            return None
        turned[wanted[str(name)]] = expression
    return "; ".join(owner.put(name, text) for name, text in turned.items()) or "was empty"


def _worth(name: str, text: str) -> str | None:
    if name in ("type", "retries", "formId", "formKey", "externalReference"):
        return None if text.startswith("=") else _plain(name, text)
    if name == "candidateGroups" and not text.startswith("="):
        return listed(text)
    if name == "dueDate" and not text.startswith("="):
        return due(text)
    return _expression(text)


def _plain(name: str, text: str) -> str | None:
    return form_file(text) if name.startswith(("form", "external")) else text.strip()


def _assigned(owner: Owner, node: etree._Element) -> str | None:
    return _all(owner, node, {"assignee": "assignee", "candidateGroups": "roles"})


def _scheduled(owner: Owner, node: etree._Element) -> str | None:
    return _all(owner, node, {"dueDate": "due"})


def _form(owner: Owner, node: etree._Element) -> str | None:
    names = ("formId", "formKey", "externalReference")
    return _all(owner, node, dict.fromkeys(names, "formFilename"))


def _job(owner: Owner, node: etree._Element) -> str | None:
    if owner.kind not in ("serviceTask", "sendTask"):
        return None
    return _all(owner, node, {"type": "connector", "retries": "attempts"})


def _script(owner: Owner, node: etree._Element) -> str | None:
    expression = _expression(node.get("expression") or "")
    name = node.get("resultVariable") or ""
    if expression is None or not NAME_ONLY(name) or owner.kind != "scriptTask":
        return None
    script = owner.element.find(tag("script"))
    if script is None:
        script = etree.SubElement(owner.element, tag("script"))
    script.text = f"{{{name}: {expression}}}"
    return f"became the script {script.text}"


def _called(owner: Owner, node: etree._Element) -> str | None:
    """Values are shared both ways, which is what the other tool does unless told otherwise."""
    given = {str(name): str(text) for name, text in node.attrib.items()}
    key = str(given.pop("processId", ""))
    given.pop("bindingType", "")
    for name in ("propagateAllChildVariables", "propagateAllParentVariables"):
        if given.pop(name, "true") != "true":
            return None
    if not key or key.startswith("=") or given:
        return None
    owner.element.set("calledElement", key)
    return f"became the called process “{key}”"


def _many(owner: Owner, node: etree._Element) -> str | None:
    """The list and the item; results are collected under a name of the case."""
    given = {str(name): str(text) for name, text in node.attrib.items()}
    items = given.get("inputCollection", "").removeprefix("=").strip()
    result = given.get("outputElement", "").removeprefix("=").strip()
    marker = next(
        (n for n in owner.element if local(n) == "multiInstanceLoopCharacteristics"), None
    )
    if marker is None or not is_feel(items) or (result and not NAME_ONLY(result)):
        return None
    etree.SubElement(marker, tag("loopDataInputRef")).text = items
    if given.get("outputCollection"):
        etree.SubElement(marker, tag("loopDataOutputRef")).text = given["outputCollection"]
    if given.get("inputElement"):
        owner.item(marker, given["inputElement"])
    if result:
        owner.item(marker, result, "outputDataItem")
    return f"became the list “{items}”"


def _key(owner: Owner, node: etree._Element) -> str | None:
    """A message's key belongs to each event that waits for the message."""
    expression = _expression(node.get("correlationKey") or "")
    message, root = owner.element.get("id"), owner.element.getroottree().getroot()
    if expression is None or owner.kind != "message":
        return None
    for each in list(root.iter()):
        if each.get("messageRef") != message:
            continue
        event = each if local(each) == "receiveTask" else each.getparent()
        if event is not None and local(event) not in ("intermediateThrowEvent", "endEvent"):
            put(event, "key", expression)
    return f"became the key of the events that wait for it: {expression}"


READER = Reader(
    attributes={
        "modelerTemplate": left_out("it is for the other tool’s editor"),
        "modelerTemplateVersion": left_out("it is for the other tool’s editor"),
        "modelerTemplateIcon": left_out("it is for the other tool’s editor"),
    },
    elements={
        "assignmentDefinition": _assigned,
        "taskSchedule": _scheduled,
        "formDefinition": _form,
        "taskDefinition": _job,
        "script": _script,
        "calledElement": _called,
        "loopCharacteristics": _many,
        "subscription": _key,
        "priorityDefinition": lambda owner, node: usual_priority(node.get("priority") or ""),
        "userTask": left_out("tasks for people are always kept here"),
        "versionTag": left_out("versions are numbered as they are published"),
        "properties": left_out("it is a note for other programs"),
    },
)
