"""Diagrams of other tools: settings that mean the same here are converted and listed.

What has no meaning here stays in the file, and the rules refuse it by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.bpmn import xml
from engine.bpmn.importing import camunda, conditions, spiff, zeebe
from engine.bpmn.importing.owner import TOOLS, Owner, owner_of, tool_of
from engine.errors import Problem

TOLD = 12
EXTENSIONS = xml.tag("extensionElements")
READERS = {
    "camunda": camunda.READER,
    "flowable": camunda.READER,
    "activiti": camunda.READER,
    "zeebe": zeebe.READER,
    "spiffworkflow": spiff.READER,
}


@dataclass(frozen=True)
class Imported:
    """The diagram as it is kept, and a finding for each setting that was converted."""

    source: bytes
    findings: list[Problem]

    def words(self) -> str:
        """What was converted, for the person who sent the file; empty when nothing was."""
        if not self.findings:
            return ""
        shown = [problem.message.rstrip(".") for problem in self.findings[:TOLD]]
        more = len(self.findings) - len(shown)
        count = f"{len(self.findings)} setting{'s' if len(self.findings) > 1 else ''}"
        rest = f" and {more} more" if more else ""
        return f"Converted {count} of another tool: {'; '.join(shown)}{rest}."


def convert(source: bytes, file: str = "process.bpmn") -> Imported:
    """A file without settings of other tools comes back as it was, byte for byte. One that cannot
    be read at all raises InvalidDefinition."""
    root = xml.read(source, file)
    found: list[Problem] = []
    for node in list(root.iter()):
        if isinstance(node.tag, str):
            found += _settings(node, file)
    found += conditions.convert(root, file)
    if not found:
        return Imported(source, [])
    _drop_empty(root)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["spiffworkflow"])
    written = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Imported(written, found)


def _settings(node: etree._Element, file: str) -> list[Problem]:
    """What is converted of a node's attributes, or of the node itself when it is a setting."""
    tool = tool_of(node.tag)
    if tool is not None:
        return _setting(tool, node, file)
    found = []
    for name in list(node.attrib):
        tool = tool_of(str(name))
        reader = READERS.get(tool or "")
        if reader is None:
            continue
        short, value = etree.QName(str(name)).localname, node.get(name) or ""
        turn = reader.attributes.get(short)
        owner = Owner(owner_of(node), node, file)
        words = turn(owner, value) if turn is not None else None
        if words is not None:
            node.attrib.pop(name)
            found.append(owner.converted(f"{tool}:{short}", words))
    return found


def _setting(tool: str, node: etree._Element, file: str) -> list[Problem]:
    reader, parent = READERS.get(tool), node.getparent()
    if reader is None or parent is None or parent.tag != EXTENSIONS:
        return []  # inside another setting, which answers for it
    turn = reader.elements.get(xml.local(node))
    owner = Owner(owner_of(node), node, file)
    words = turn(owner, node) if turn is not None else None
    if words is None:
        return []
    parent.remove(node)
    return [owner.converted(f"{tool}:{xml.local(node)}", words)]


def _drop_empty(root: etree._Element) -> None:
    for holder in list(root.iter(EXTENSIONS)):
        parent = holder.getparent()
        if len(holder) == 0 and parent is not None:
            parent.remove(holder)


__all__ = ["TOOLS", "Imported", "convert", "tool_of"]
