"""Settings that are not BPMN: those that would change behaviour are refused, others told."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.importing.owner import owner_of, tool_of
from engine.bpmn.rules.subject import Subject
from engine.bpmn.xml import BPMN, SPIFF, label_of, line_of, local
from engine.errors import Problem

KNOWN = {"properties", "property", "instructionsForEndUser", "calledDecisionId"}
PICTURE = (
    BPMN,
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/",
    "http://www.omg.org/spec/BPMN/non-normative/color",
    "http://www.w3.org/",
    "http://bpmn.io/schema/bpmn/biocolor",
    "http://camunda.org/schema/modeler",
)


def check(subject: Subject) -> Iterator[Problem]:
    told: set[str] = set()
    for node in subject.root.iter():
        if not isinstance(node.tag, str):
            continue
        if tool_of(node.tag) is not None:
            yield from _element(subject, node)
        else:
            yield from _other(subject, node, node.tag, told)
        for name in map(str, node.attrib):
            if tool_of(name) not in (None, "spiffworkflow"):
                yield _refused(subject, node, f"{tool_of(name)}:{etree.QName(name).localname}")
            else:
                yield from _other(subject, node, name, told)


def _element(subject: Subject, node: etree._Element) -> Iterator[Problem]:
    """One finding for a setting, whatever is written inside it."""
    parent, name = node.getparent(), local(node)
    inside = parent is not None and isinstance(parent.tag, str) and tool_of(parent.tag)
    if inside or (node.tag.startswith(f"{{{SPIFF}}}") and name in KNOWN):
        return
    if name in ("preScript", "postScript"):
        owner = owner_of(node)
        yield subject.of_node(
            owner,
            "expression.syntax",
            f"“{label_of(owner)}” has a script of its own. Scripts are written in FEEL, in a "
            "script task.",
        )
    else:
        yield _refused(subject, node, f"{tool_of(node.tag)}:{name}")


def _refused(subject: Subject, node: etree._Element, setting: str) -> Problem:
    owner = owner_of(node)
    return Problem(
        "bpmn.unknown_setting",
        f"“{label_of(owner)}” carries a setting Waymark would ignore: {setting}.",
        "error",
        subject.file,
        owner.get("id"),
        owner.get("name"),
        line_of(node),
        "Upload the file in the studio, which converts what means the same here, or remove it.",
    )


def _other(subject: Subject, node: etree._Element, name: str, told: set[str]) -> Iterator[Problem]:
    """What no tool we know of reads: ignored, and said once for each namespace."""
    if not name.startswith("{"):
        return
    namespace = name[1:].partition("}")[0]
    if namespace in told or namespace.startswith(PICTURE) or namespace == SPIFF:
        return
    told.add(namespace)
    yield Problem(
        "bpmn.foreign_ignored",
        f"What the file says in “{namespace[:100]}” is ignored (first at line {line_of(node)}).",
        "warning",
        subject.file,
        line=line_of(node),
    )
