"""Which elements and ways of each process a run has reached."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from engine import definitions
from engine.bpmn.elements import Diagram, Flow
from engine.execution.watching import Seen

CHOICES = {"exclusiveGateway", "inclusiveGateway"}


def reached(db: Connection, seen: Seen) -> dict[str, list[str]]:
    """Process key → ids of what was seen of it, as its version there draws it."""
    found: dict[str, list[str]] = {}
    for definition_id in sorted({where for where, _ in seen.passed}):
        definition = definitions.load(db, definition_id)
        passed = {element for where, element in seen.passed if where == definition_id}
        chosen = {(a, b) for where, a, b in seen.chosen if where == definition_id}
        ways = {
            flow.id
            for flow in definition.diagram.flows.values()
            if _taken(definition.diagram, flow, passed, chosen)
        }
        found[definition.key] = sorted((passed & set(definition.elements)) | ways)
    return found


def _taken(
    diagram: Diagram, flow: Flow, passed: Collection[str], chosen: Collection[tuple[str, str]]
) -> bool:
    """A way out of a step that is done is taken, unless something chooses among several."""
    source, ways = diagram.elements.get(flow.source), diagram.out_of(flow.source)
    if source is None or flow.source not in passed:
        return False
    if len(ways) > 1 and source.kind == "eventBasedGateway":
        return flow.target in passed
    if len(ways) > 1 and (source.kind in CHOICES or any(way.condition for way in ways)):
        return (flow.source, flow.target) in chosen
    return True
