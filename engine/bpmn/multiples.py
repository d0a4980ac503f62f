"""Events with several triggers, redrawn with an event for each.

A catching event becomes an event gateway with one event a trigger (the first that happens goes on)
or, when it is parallel, a split and a join (it waits for all). On the edge of an activity each
trigger gets a boundary event of its own. What throws stays as drawn: it throws them all.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.bpmn.triggers import triggers_of
from engine.bpmn.xml import add_flow, local, tag

Parts = dict[str, tuple[str, int]]  # added id -> (drawn id, which of its triggers)


def unfold(root: etree._Element) -> Parts:
    """Change the copy; what stands for which trigger."""
    parts: Parts = {}
    for node in list(root.iter(tag("intermediateCatchEvent"), tag("boundaryEvent"))):
        scope = node.getparent()
        if scope is not None and len(triggers_of(node)) > 1:
            named = [_part(node, n, parts) for n in range(len(triggers_of(node)))]
            if local(node) == "boundaryEvent":
                _beside(scope, node, named)
            else:
                _between(scope, node, named)
    return parts


def _part(node: etree._Element, number: int, parts: Parts) -> etree._Element:
    drawn = node.get("id") or ""
    part = deepcopy(node)
    part.set("id", f"_w_part_{number}_{drawn}")
    for child in [*part.iterfind(tag("incoming")), *part.iterfind(tag("outgoing"))]:
        part.remove(child)
    for other in [t for n, t in enumerate(triggers_of(part)) if n != number]:
        part.remove(other)
    part.attrib.pop("parallelMultiple", "")
    parts[part.get("id") or ""] = (drawn, number)
    return part


def _beside(scope: etree._Element, node: etree._Element, named: list[etree._Element]) -> None:
    drawn = node.get("id")
    ways = [flow for flow in scope.iter(tag("sequenceFlow")) if flow.get("sourceRef") == drawn]
    for part in named:
        scope.append(part)
        for way in ways:
            add_flow(scope, part.get("id"), way.get("targetRef"))
    for gone in [node, *ways]:
        scope.remove(gone)


def _between(scope: etree._Element, node: etree._Element, named: list[etree._Element]) -> None:
    drawn = node.get("id")
    together = node.get("parallelMultiple") == "true"
    opening = "parallelGateway" if together else "eventBasedGateway"
    closing = "parallelGateway" if together else "exclusiveGateway"
    first = etree.SubElement(scope, tag(opening), id=f"_w_all_{drawn}")
    last = etree.SubElement(scope, tag(closing), id=f"_w_any_{drawn}")
    for flow in scope.iter(tag("sequenceFlow")):
        if flow.get("targetRef") == drawn:
            flow.set("targetRef", first.get("id") or "")
        if flow.get("sourceRef") == drawn:
            flow.set("sourceRef", last.get("id") or "")
    scope.remove(node)
    for part in named:
        scope.append(part)
        add_flow(scope, first.get("id"), part.get("id"))
        add_flow(scope, part.get("id"), last.get("id"))
