"""Conditions and times written as `${…}`: said in FEEL where FEEL can say it."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.importing import juel
from engine.bpmn.importing.owner import Owner, owner_of
from engine.bpmn.xml import local
from engine.errors import Problem

PLACES = {
    "conditionExpression", "condition", "completionCondition", "loopCardinality", "timeDate",
    "timeDuration",
}  # fmt: skip


def convert(root: etree._Element, file: str) -> list[Problem]:
    """Rewrite in place; a finding for each."""
    found = []
    for node in root.iter():
        text = (node.text or "").strip()
        if local(node) not in PLACES or not text.startswith(("${", "#{")):
            continue
        written = juel.feel_of(text)
        if written is not None:
            node.text = written
            node.attrib.pop("language", "")
            owner = Owner(owner_of(node), node, file)
            found.append(owner.converted(f"the expression {text}", f"became {written}"))
    return found
