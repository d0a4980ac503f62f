"""Data objects, inputs, outputs and the copies between them, as drawn.

A data object is a variable of the process or subprocess it is drawn in; its name is the drawn
reference's when that can be a name, else the object's id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.xml import local, tag

NAME = re.compile(r"[^\W\d]\w*\Z")


@dataclass(frozen=True)
class Declared:
    """What a process or subprocess declares."""

    objects: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def apart(self) -> bool:
        """A process with inputs or outputs of its own sees nothing else of its caller's."""
        return bool(self.inputs or self.outputs)


@dataclass(frozen=True)
class Copies:
    """(from, to) of what is copied into a step before it starts, and out of it when it is done."""

    into: tuple[tuple[str, str], ...] = ()
    out: tuple[tuple[str, str], ...] = ()
    own: tuple[str, ...] = ()  # names that the step alone sees


def declared_in(scope: etree._Element, names: dict[str, str]) -> Declared:
    """What a process or subprocess declares; `names` as of `names_of`."""
    objects = [names[node.get("id") or ""] for node in scope.iterfind(tag("dataObject"))]
    inputs, outputs = _specified(scope)
    return Declared(tuple(dict.fromkeys(objects)), tuple(inputs.values()), tuple(outputs.values()))


def names_of(root: etree._Element) -> dict[str, str]:
    """Id of a data object or of a reference to one -> its name as a variable."""
    found = {node.get("id") or "": node.get("name") or "" for node in root.iter(tag("dataObject"))}
    found = {key: name if NAME.match(name) else key for key, name in found.items()}
    references = list(root.iter(tag("dataObjectReference")))
    for node in references:
        name, meant = node.get("name") or "", node.get("dataObjectRef") or ""
        if NAME.match(name) and meant in found:
            found[meant] = name
    for node in references:
        if (meant := node.get("dataObjectRef") or "") in found:
            found[node.get("id") or ""] = found[meant]
    return found


def copies_of(node: etree._Element, names: dict[str, str]) -> Copies | None:
    """What is copied into and out of a step; None when its associations are mere picture."""
    inputs, outputs = _specified(node)
    into = _pairs(node, "dataInputAssociation", {**names}, inputs)
    out = _pairs(node, "dataOutputAssociation", outputs, {**names})
    if not into and not out:
        return None
    return Copies(into, out, (*inputs.values(), *outputs.values()))


def _pairs(
    node: etree._Element, kind: str, sources: dict[str, str], targets: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    found = []
    for association in node.iterfind(tag(kind)):
        source = sources.get(_text(association, "sourceRef"))
        target = targets.get(_text(association, "targetRef"))
        if source is not None and target is not None:
            found.append((source, target))
    return tuple(found)


def _specified(node: etree._Element) -> tuple[dict[str, str], dict[str, str]]:
    """Id -> name of the inputs and of the outputs that a node specifies."""
    specification = node.find(tag("ioSpecification"))
    if specification is None:
        return {}, {}
    inputs, outputs = (
        {each.get("id") or "": _name(each) for each in specification.iterfind(tag(kind))}
        for kind in ("dataInput", "dataOutput")
    )
    return inputs, outputs


def _name(node: etree._Element) -> str:
    name = node.get("name") or ""
    return name if NAME.match(name) else node.get("id") or ""


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(tag(name)) or "").strip()


def unread(node: etree._Element) -> list[etree._Element]:
    """Associations of a step that calculate, which are not run."""
    return [
        child
        for child in node
        if local(child) in ("dataInputAssociation", "dataOutputAssociation")
        and (
            child.find(tag("assignment")) is not None
            or child.find(tag("transformation")) is not None
        )
    ]
