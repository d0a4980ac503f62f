"""Event subprocesses redrawn as what they mean: boundary events round the body of their scope.

    start → [ body ] → end          the body holds everything else that was drawn in the scope;
              (start event of the handler, on the body's edge) → handler → end

Drawn ids stay where they were drawn, the handler's start event among them. What is added is called
`_w_…`.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.xml import add_flow, local, tag

BODY = "_w_body_"
OUTSIDE = {"laneSet", "extensionElements", "documentation", "property", "ioSpecification"}
SCOPES = ("process", "subProcess")


def unfold(root: etree._Element) -> None:
    """Change every scope that holds an event subprocess, the inner ones first."""
    scopes = [node for node in root.iter() if local(node) in SCOPES]
    for scope in reversed(scopes):
        handlers = [
            child
            for child in scope
            if local(child) == "subProcess" and child.get("triggeredByEvent") == "true"
        ]
        if handlers:
            _unfold(scope, handlers)


def body_of(spec_name: str) -> str:
    """The id of the scope whose body a spec of this name is; other names stay as they are."""
    return spec_name.removeprefix(BODY)


def _unfold(scope: etree._Element, handlers: list[etree._Element]) -> None:
    name = scope.get("id") or ""
    start = next(child for child in scope if local(child) == "startEvent")
    body = etree.Element(tag("subProcess"), id=f"{BODY}{name}")
    inside = [
        child
        for child in scope
        if child not in handlers and child is not start and local(child) not in OUTSIDE
    ]
    body.append(etree.Element(tag("startEvent"), id=f"_w_in_{name}"))
    for child in inside:
        body.append(child)
        if child.get("sourceRef") == start.get("id"):
            child.set("sourceRef", f"_w_in_{name}")
    scope.append(body)
    add_flow(scope, start.get("id"), body.get("id"))
    _end(scope, body)
    for handler in handlers:
        _attach(scope, body, handler)


def _attach(scope: etree._Element, body: etree._Element, handler: etree._Element) -> None:
    """The handler's start event moves to the body's edge; inside, a plain one takes its place."""
    name = handler.get("id") or ""
    start = next(child for child in handler if local(child) == "startEvent")
    begun = etree.Element(tag("startEvent"), id=f"_w_in_{name}")
    handler.insert(handler.index(start), begun)
    for flow in handler.iter(tag("sequenceFlow")):
        if flow.get("sourceRef") == start.get("id"):
            flow.set("sourceRef", f"_w_in_{name}")
    handler.remove(start)
    handler.attrib.pop("triggeredByEvent")
    start.tag = tag("boundaryEvent")
    start.set("cancelActivity", start.attrib.pop("isInterrupting", "true"))
    start.set("attachedToRef", body.get("id") or "")
    for ref in [*start.iterfind(tag("outgoing")), *start.iterfind(tag("incoming"))]:
        start.remove(ref)
    scope.append(start)
    add_flow(scope, start.get("id"), name)
    _end(scope, handler)


def _end(scope: etree._Element, node: etree._Element) -> None:
    end = etree.SubElement(scope, tag("endEvent"), id=f"_w_end_{node.get('id')}")
    add_flow(scope, node.get("id"), end.get("id"))
