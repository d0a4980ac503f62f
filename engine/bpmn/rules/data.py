"""Copies of values into and out of steps: what is copied, and what would be ignored."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import data
from engine.bpmn.elements import ACTIVITIES, EVENTS
from engine.bpmn.rules.subject import Subject
from engine.bpmn.xml import label_of, local, tag
from engine.errors import Problem


def check(subject: Subject) -> Iterator[Problem]:
    """Findings about every step that has associations or inputs and outputs."""
    known = data.names_of(subject.root)
    for node in subject.root.iter():
        if local(node) in ACTIVITIES | EVENTS and node.get("id"):
            yield from _calculations(subject, node)
            yield from _references(subject, node, known)
            yield from _place(subject, node, known)


def _calculations(subject: Subject, node: etree._Element) -> Iterator[Problem]:
    if data.unread(node):
        yield subject.of_node(
            node,
            "bpmn.association_calculates",
            f"“{label_of(node)}” calculates while it copies a value, which is not supported.",
            repair="Calculate in a script task.",
        )


def _references(subject: Subject, node: etree._Element, known: dict[str, str]) -> Iterator[Problem]:
    """What is copied from or to must exist."""
    ids = {each.get("id") for each in subject.root.iter() if isinstance(each.tag, str)}
    for association in node:
        if local(association) not in ("dataInputAssociation", "dataOutputAssociation"):
            continue
        for kind in ("sourceRef", "targetRef"):
            ref = (association.findtext(tag(kind)) or "").strip()
            if ref and ref not in known and ref not in ids:
                yield subject.of_node(
                    node,
                    "bpmn.unknown_reference",
                    f"“{label_of(node)}” copies “{ref}”, which does not exist.",
                    repair="Draw the line to a data object.",
                )


def _place(subject: Subject, node: etree._Element, known: dict[str, str]) -> Iterator[Problem]:
    if data.copies_of(node, known) is None:
        return
    repeated = node.find(tag("multiInstanceLoopCharacteristics")) is not None
    repeated = repeated or node.find(tag("standardLoopCharacteristics")) is not None
    if repeated or local(node) in EVENTS:
        what = "is done several times" if repeated else "is an event"
        yield subject.of_node(
            node,
            "bpmn.copies_here",
            f"“{label_of(node)}” {what} and copies values into or out of itself, which is not "
            "supported. It sees the case’s values as they are.",
        )
