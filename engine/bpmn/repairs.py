"""Findings that can be put right at a press: each by one change that cannot do harm.

A repair is named by its finding's code. What is drawn keeps its place and its id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import xml
from engine.bpmn.xml import BPMN, BPMNDI, SPIFF, local, tag
from engine.errors import NotFound, Problem

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
END_WIDTH, GAP = 36, 60


@dataclass(frozen=True)
class Repair:
    """What the button says, and what it does to the element with the finding."""

    label: str
    change: Callable[[etree._Element, etree._Element], None]  # root, element


def offered(problem: Problem) -> Repair | None:
    """The safe repair of a finding, or None when a person must decide."""
    return REPAIRS.get(problem.code) if problem.element_id else None


def apply(source: bytes, problem: Problem) -> bytes:
    """The diagram with this finding put right. NotFound when there is no repair or element."""
    repair, root = offered(problem), xml.read(source)
    wanted = (n for n in root.iter() if n.get("id") == problem.element_id and _is_bpmn(n))
    element = next(wanted, None)
    if repair is None or element is None:
        raise NotFound("repair", problem.code)
    repair.change(root, element)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _is_bpmn(node: etree._Element) -> bool:
    return isinstance(node.tag, str) and node.tag.startswith(f"{{{BPMN}}}")


# --- the repairs ----------------------------------------------------------------------------------


def _user_task(root: etree._Element, task: etree._Element) -> None:
    task.tag = tag("userTask")


def _executable(root: etree._Element, process: etree._Element) -> None:
    process.set("isExecutable", "true")


def _note(root: etree._Element, store: etree._Element) -> None:
    """The store's picture becomes a note at its place; lines to it become dotted ones."""
    name, store_id = store.get("name") or "", store.get("id") or ""
    kept_in = store.get("dataStoreRef")
    for line in list(root.iter(tag("dataInputAssociation"), tag("dataOutputAssociation"))):
        if store_id in {(ref.text or "").strip() for ref in line}:
            _dotted(root, store, line)
    for attribute in ("name", "dataStoreRef", "itemSubjectRef", "isCollection"):
        store.attrib.pop(attribute, "")
    store.tag = tag("textAnnotation")
    for child in list(store):
        store.remove(child)
    etree.SubElement(store, tag("text")).text = name
    if not any(n.get("dataStoreRef") == kept_in for n in root.iter(tag("dataStoreReference"))):
        for kept in [n for n in root.iter(tag("dataStore")) if n.get("id") == kept_in]:
            _remove(kept)


def _dotted(root: etree._Element, store: etree._Element, line: etree._Element) -> None:
    step, around = line.getparent(), store.getparent()
    if step is None or around is None:
        return
    etree.SubElement(
        around,
        tag("association"),
        id=line.get("id") or _free(root, f"note_{step.get('id')}"),
        sourceRef=step.get("id") or "",
        targetRef=store.get("id") or "",
    )
    step.remove(line)


def _default(root: etree._Element, flow: etree._Element) -> None:
    """The one way without a condition is the one to take when no other applies."""
    source = flow.get("sourceRef")
    gateway = next((n for n in root.iter() if n.get("id") == source and _is_bpmn(n)), None)
    if gateway is not None and not gateway.get("default"):
        gateway.set("default", flow.get("id") or "")


def _delete(root: etree._Element, flow: etree._Element) -> None:
    """A flow that leads nowhere goes, with its picture and what names it."""
    name = flow.get("id")
    _remove(flow)
    for node in [n for n in root.iter() if isinstance(n.tag, str)]:
        named = local(node) in ("incoming", "outgoing") and (node.text or "").strip() == name
        if named or node.get("bpmnElement") == name:
            _remove(node)


def _remove_unknown(root: etree._Element, element: etree._Element) -> None:
    """Settings whose names mean nothing on this kind of element."""
    from engine.bpmn.rules.elements import KNOWN_PROPERTIES

    known = KNOWN_PROPERTIES.get(local(element), set())
    for each in [*element.iterfind(f".//{{{SPIFF}}}property")]:
        if each.get("name") not in known:
            _remove(each)


def _end(root: etree._Element, element: etree._Element) -> None:
    """An end event to the right of where the path stops, with the flow to it."""
    parent, name = element.getparent(), element.get("id") or ""
    if parent is None:
        return
    end, flow = _free(root, f"{name}_end"), _free(root, f"{name}_to_end")
    etree.SubElement(parent, tag("endEvent"), id=end)
    etree.SubElement(parent, tag("sequenceFlow"), id=flow, sourceRef=name, targetRef=end)
    shapes = root.iter(f"{{{BPMNDI}}}BPMNShape")
    shape = next((each for each in shapes if each.get("bpmnElement") == name), None)
    if shape is not None:
        _draw_behind(shape, end, flow)


def _draw_behind(shape: etree._Element, end: str, flow: str) -> None:
    bounds, plane = shape.find(f"{{{DC}}}Bounds"), shape.getparent()
    if bounds is None or plane is None:
        return
    right = float(bounds.get("x") or 0) + float(bounds.get("width") or 0)
    middle = float(bounds.get("y") or 0) + float(bounds.get("height") or 0) / 2
    drawn = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=f"{end}_di", bpmnElement=end)
    etree.SubElement(
        drawn,
        f"{{{DC}}}Bounds",
        x=f"{right + GAP:g}",
        y=f"{middle - END_WIDTH / 2:g}",
        width=str(END_WIDTH),
        height=str(END_WIDTH),
    )
    edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"{flow}_di", bpmnElement=flow)
    for x in (right, right + GAP):
        etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{x:g}", y=f"{middle:g}")


def _free(root: etree._Element, wanted: str) -> str:
    """An id that no element has yet."""
    taken = {node.get("id") for node in root.iter()}
    while wanted in taken:
        wanted += "_"
    return wanted


def _remove(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


REPAIRS = {
    "bpmn.task_without_type": Repair("Make it a user task", _user_task),
    "bpmn.not_executable": Repair("Mark it executable", _executable),
    "bpmn.data_store": Repair("Turn it into a note", _note),
    "bpmn.flow_no_condition": Repair("Make it the default way", _default),
    "bpmn.dangling_flow": Repair("Delete the flow", _delete),
    "bpmn.unknown_property": Repair("Remove the setting", _remove_unknown),
    "bpmn.no_end_event": Repair("Draw an end event", _end),
}
