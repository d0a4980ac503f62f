"""The element that a setting of another tool belongs to, and what can be put on it instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from engine import feel
from engine.bpmn.elements import NODES
from engine.bpmn.xml import BPMN, SPIFF, label_of, line_of, local, tag
from engine.errors import ExpressionError, Problem

TOOLS = {
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
    "http://camunda.org/schema/zeebe/1.0": "zeebe",
    SPIFF: "spiffworkflow",
}
OWNERS = {tag(n) for n in NODES | {"process", "definitions", "message", "sequenceFlow"}}
FIRST = ("documentation",)  # what the schema puts before the extensions


def tool_of(name: str) -> str | None:
    """The tool whose setting an element or attribute of this full name is."""
    if not name.startswith("{"):
        return None
    namespace = name[1:].partition("}")[0]
    known = TOOLS.get(namespace)
    if known is None and namespace != BPMN:
        known = next((t for t in ("bizagi", "signavio") if t in namespace.lower()), None)
    return known


def owner_of(node: etree._Element) -> etree._Element:
    """The step, event, flow, message or process that a setting belongs to."""
    at = node
    while at.tag not in OWNERS:
        parent = at.getparent()
        if parent is None:
            return at
        at = parent
    return at


@dataclass(frozen=True)
class Owner:
    """`element` carries the setting; `place` is the XML node it was written at."""

    element: etree._Element
    place: etree._Element
    file: str

    @property
    def kind(self) -> str:
        return local(self.element)

    @property
    def label(self) -> str:
        return label_of(self.element)

    def converted(self, setting: str, words: str) -> Problem:
        return Problem(
            "import.converted",
            f"“{self.label}”: {setting} {words}.",
            "warning",
            self.file,
            self.element.get("id"),
            self.element.get("name"),
            line_of(self.place),
        )

    def put(self, name: str, text: str) -> str:
        """Write a property of ours; the words that tell it."""
        put(self.element, name, text)
        return f"became “{name}”: {text}"

    def item(self, marker: etree._Element, name: str, kind: str = "inputDataItem") -> str:
        """Name what a repeated step works on, or gives, in each round."""
        role = "item" if kind == "inputDataItem" else "result"
        item_id = f"{role}_{self.element.get('id')}"
        etree.SubElement(marker, tag(kind), id=item_id, name=name)
        return f"became the {role} “{name}”"

    def extension(self, name: str, text: str) -> str:
        etree.SubElement(_extensions(self.element), f"{{{SPIFF}}}{name}").text = text
        return f"became the decision “{text}”"


def put(element: etree._Element, name: str, text: str) -> None:
    """Set a property on an element, in place of one of this name."""
    holder = _extensions(element)
    properties = holder.find(f"{{{SPIFF}}}properties")
    if properties is None:
        properties = etree.SubElement(
            holder, f"{{{SPIFF}}}properties", nsmap={"spiffworkflow": SPIFF}
        )
    for known in properties:
        if known.get("name") == name:
            properties.remove(known)
    etree.SubElement(properties, f"{{{SPIFF}}}property", name=name, value=text)


def _extensions(element: etree._Element) -> etree._Element:
    holder = element.find(tag("extensionElements"))
    if holder is None:
        holder = etree.Element(tag("extensionElements"))
        element.insert(sum(1 for child in element if local(child) in FIRST), holder)
    return holder


Attributes: TypeAlias = Mapping[str, Callable[[Owner, str], "str | None"]]
Elements: TypeAlias = Mapping[str, Callable[[Owner, etree._Element], "str | None"]]


@dataclass(frozen=True)
class Reader:
    """How a tool's settings are taken over: each function answers with what it became, or None
    when it means nothing here."""

    attributes: Attributes
    elements: Elements


# --- values ---------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A plain text as FEEL."""
    return json.dumps(text, ensure_ascii=False)


def is_feel(text: str) -> bool:
    try:
        feel.compile(text)
    except ExpressionError:
        return False
    return True


def listed(text: str) -> str:
    """`a, b` as a FEEL list of texts."""
    return f"[{', '.join(quoted(each.strip()) for each in text.split(',') if each.strip())}]"


def form_file(text: str) -> str | None:
    """The file that a form key names: `camunda-forms:deployment:check.form` → `check.form`."""
    if "$" in text or "#" in text or text.startswith("="):
        return None
    name = re.split(r"[:/]", text.strip())[-1]
    name = name.removesuffix(".html")
    return name if name.endswith((".form", ".json")) else f"{name}.form"


def due(text: str) -> str | None:
    """A date, date and time, or length of time as FEEL."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f'date("{text}")'
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?", text):
        return f'date and time("{text}")'
    if re.fullmatch(r"P[\dYMWDTHS.]+", text):
        return f'now() + duration("{text}")'
    return None


def usual_priority(text: str) -> str | None:
    return "is the usual priority, and was left out" if text.strip() == "50" else None


def left_out(why: str) -> Callable[[Owner, object], str | None]:
    """A setting that changes nothing here."""
    return lambda owner, value: f"was left out: {why}"


def only(value: str, why: str) -> Callable[[Owner, str], str | None]:
    """A setting that changes nothing here as long as it has this value."""
    return lambda owner, given: f"was left out: {why}" if given == value else None
