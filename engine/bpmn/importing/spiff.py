"""Settings of SpiffWorkflow's own editor beyond the properties that Waymark shares with it."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.importing.owner import Owner, Reader, is_feel, left_out, put
from engine.bpmn.xml import local


def _operator(owner: Owner, node: etree._Element) -> str | None:
    """The service it calls; each parameter is an expression that must be FEEL too."""
    given = [each for each in node.iter() if local(each) == "parameter"]
    texts = {each.get("id") or "": each.get("value") or "" for each in given}
    if not node.get("id") or owner.kind != "serviceTask":
        return None
    if not all(name and is_feel(text) for name, text in texts.items()):
        return None
    for name, text in texts.items():
        owner.put(f"parameter.{name}", text)
    if node.get("resultVariable"):
        owner.put("result", node.get("resultVariable") or "")
    return owner.put("connector", node.get("id") or "")


def _payload(owner: Owner, node: etree._Element) -> str | None:
    """What a message carries belongs to each event that throws it."""
    text = (node.text or "").strip()
    if not text.startswith("{") or not is_feel(text):
        return None
    if owner.kind in ("intermediateThrowEvent", "endEvent", "sendTask"):
        return owner.put("payload", text)
    message, root = owner.element.get("id"), owner.element.getroottree().getroot()
    if owner.kind != "message":
        return None
    for each in list(root.iter()):
        event = each if local(each) == "sendTask" else each.getparent()
        throws = event is not None and local(event) in (
            "intermediateThrowEvent", "endEvent", "sendTask",
        )  # fmt: skip
        if each.get("messageRef") == message and event is not None and throws:
            put(event, "payload", text)
    return f"became what its events send: {text}"


READER = Reader(
    attributes={},
    elements={
        "serviceTaskOperator": _operator,
        "payloadExpression": _payload,
        "unitTests": left_out("a process is proved by the scenarios in its folder"),
    },
)
