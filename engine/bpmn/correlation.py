"""Drawn correlation keys, read into the key of each event that sends or waits for the message.

A property's path for a message says what its key is, where the message is sent; a process may bind
the property to a path of its own, which is then the key of what waits in it.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.xml import local, tag

Keys = dict[tuple[str, str | None], str]  # (id of a message, of a process or None) -> FEEL


def keys_of(root: etree._Element) -> Keys:
    """What the drawn correlation says; nothing where it is left out."""
    found: Keys = {}
    of_message: dict[str, list[str]] = {}
    for drawn in root.iter(tag("correlationProperty")):
        for retrieval in drawn.iterfind(tag("correlationPropertyRetrievalExpression")):
            message = retrieval.get("messageRef") or ""
            found[(message, None)] = _path(retrieval)
            of_message.setdefault(drawn.get("id") or "", []).append(message)
    for binding in root.iter(tag("correlationPropertyBinding")):
        process = next((a.get("id") for a in binding.iterancestors(tag("process"))), None)
        for message in of_message.get(binding.get("correlationPropertyRef") or "", []):
            found[(message, process)] = _path(binding)
    return {key: path for key, path in found.items() if path}


def with_key(
    properties: dict[str, str], node: etree._Element, process: str, keys: Keys
) -> dict[str, str]:
    """The settings of an event, its drawn key among them unless it names one itself."""
    if not keys or properties.get("key"):
        return properties
    message = _message(node)
    sends = local(node) in ("intermediateThrowEvent", "endEvent", "sendTask")
    key = keys.get((message, None)) if sends else keys.get((message, process))
    key = key or keys.get((message, None))
    return {**properties, "key": key} if key else properties


def _message(node: etree._Element) -> str:
    inside = node.find(tag("messageEventDefinition"))
    return (node if inside is None else inside).get("messageRef") or ""


def _path(node: etree._Element) -> str:
    return next((e.text or "" for e in node if local(e) in ("messagePath", "dataPath")), "").strip()
