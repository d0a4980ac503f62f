"""Ways through a diagram: flows that lead nowhere, steps nobody reaches, joins that never fire."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from engine.bpmn.elements import Element, Flow
from engine.bpmn.rules.subject import Subject
from engine.errors import Problem

RESTING = {"userTask", "manualTask", "receiveTask", "intermediateCatchEvent", "serviceTask"}
WITH_INSIDE = ("callActivity", "subProcess", "transaction", "adHocSubProcess")
CHOOSING = {"exclusiveGateway", "inclusiveGateway"}


def check(subject: Subject) -> Iterator[Problem]:
    graph = Graph(subject)
    yield from _dangling(subject)
    yield from _unreachable(subject, graph)
    yield from _conditions(subject)
    yield from _ends(subject)
    yield from _links(subject)
    yield from _joins(subject, graph)
    yield from _restless_loops(subject, graph)


class Graph:
    """Who follows whom; a boundary event follows the activity it sits on."""

    def __init__(self, subject: Subject) -> None:
        elements = subject.diagram.elements
        self.next: dict[str, list[str]] = {name: [] for name in elements}
        for flow in subject.diagram.flows.values():
            if flow.source in elements and flow.target in elements:
                self.next[flow.source].append(flow.target)
        for element in elements.values():
            if element.link is not None and element.kind == "intermediateThrowEvent":
                self.next[element.id] += [e.id for e in subject.diagram.link_of(element)]
        self.boundary: dict[str, list[str]] = {}
        for element in elements.values():
            if element.attached_to in elements:
                self.boundary.setdefault(str(element.attached_to), []).append(element.id)

    def reach(self, starts: list[str], without: str | None = None) -> set[str]:
        seen: set[str] = set()
        todo = [s for s in starts if s != without]
        while todo:
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            ways = [*self.next[at], *self.boundary.get(at, [])]
            todo += [way for way in ways if way != without]
        return seen


def _dangling(subject: Subject) -> Iterator[Problem]:
    elements = subject.diagram.elements
    for flow in subject.diagram.flows.values():
        if flow.source not in elements:
            yield subject.of_flow(flow, "bpmn.dangling_flow", f"Flow “{flow.id}” starts nowhere.")
        if flow.target not in elements:
            yield subject.of_flow(flow, "bpmn.dangling_flow", f"Flow “{flow.id}” leads nowhere.")
        elif flow.source in elements:
            yield from _across(subject, flow)
    for element in elements.values():
        if element.kind == "boundaryEvent" and element.attached_to not in elements:
            yield subject.of(
                element,
                "bpmn.dangling_boundary",
                f"“{element.label}” (id {element.id}) is attached to nothing.",
                repair="Drag it onto the step it belongs to.",
            )


def _across(subject: Subject, flow: Flow) -> Iterator[Problem]:
    """A flow joins two steps of one process or subprocess, and lies in it."""
    elements = subject.diagram.elements
    if not elements[flow.source].parent == elements[flow.target].parent == flow.parent:
        yield subject.of_flow(
            flow,
            "bpmn.flow_across",
            f"Flow “{flow.id}” leads over the edge of a subprocess or process.",
            repair="End it at the subprocess, or draw it anew inside.",
        )


def _unreachable(subject: Subject, graph: Graph) -> Iterator[Problem]:
    elements = subject.diagram.elements
    starts = [e.id for e in elements.values() if e.kind == "startEvent" or _opens(subject, e)]
    reached = graph.reach(starts)
    for element in subject.diagram.elements.values():
        loose = element.triggered or (
            element.kind == "boundaryEvent" and element.attached_to not in graph.next
        )
        if element.id not in reached and starts and not loose:
            yield subject.of(
                element,
                "bpmn.unreachable",
                f"Nobody can ever reach “{element.label}”.",
                repair="Lead a flow to it, or delete it.",
            )


def _opens(subject: Subject, element: Element) -> bool:
    """A step of an ad-hoc subprocess that no flow leads to."""
    around = subject.diagram.elements.get(element.parent)
    ad_hoc = around is not None and around.kind == "adHocSubProcess"
    return ad_hoc and element.kind != "boundaryEvent" and not subject.diagram.into(element.id)


def _conditions(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        ways = subject.diagram.out_of(element.id)
        if element.kind == "exclusiveGateway" and len(ways) > 1:
            yield from _choice(subject, element, ways)
        elif element.kind not in CHOOSING and len(ways) == 1 and ways[0].condition:
            yield subject.of_flow(
                ways[0],
                "bpmn.condition_on_only_way",
                f"If the condition on “{ways[0].id}” is false, the case has no way on.",
                repair="Add a gateway with a second way.",
            )


def _choice(subject: Subject, gateway: Element, ways: list[Flow]) -> Iterator[Problem]:
    for way in ways:
        if not way.condition and way.id != gateway.default:
            yield subject.of_flow(
                way,
                "bpmn.flow_no_condition",
                f"“{gateway.label}” has a way out without a condition: “{way.name or way.id}” "
                f"(id {way.id}).",
                repair="Write its condition, or make it the default way.",
            )
    if gateway.default is None:
        yield subject.of(
            gateway,
            "bpmn.no_default",
            f"“{gateway.label}” has no default way: if no condition holds, the case stops there "
            "as a problem.",
            severity="warning",
        )


def _links(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if element.link is None or element.kind != "intermediateThrowEvent":
            continue
        found = len(subject.diagram.link_of(element))
        if found != 1:
            words = "nowhere" if not found else "to more than one place"
            yield subject.of(
                element, "bpmn.link", f"The link “{element.link}” leads {words} (id {element.id})."
            )


def _ends(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if (
            element.kind != "endEvent"
            and element.link is None
            and not element.triggered
            and not subject.diagram.out_of(element.id)
        ):
            inner = subject.diagram.elements.get(element.parent)
            if inner is not None and inner.kind == "adHocSubProcess":
                continue
            yield subject.of(
                element,
                "bpmn.no_end_event",
                f"The path stops at “{element.label}” (id {element.id}) without an end event.",
                severity="warning",
                repair="Draw an end event behind it.",
            )


def _joins(subject: Subject, graph: Graph) -> Iterator[Problem]:
    """A parallel join whose ways cannot all come: each pair needs a split that starts both."""
    for join in subject.diagram.elements.values():
        ways = [flow.source for flow in subject.diagram.into(join.id)]
        if join.kind != "parallelGateway" or len(ways) < 2:
            continue
        begun = branches(subject, graph, join.id)
        for one, other in combinations(ways, 2):
            if not any(starts_both(split, one, other) for split in begun):
                yield subject.of(
                    join,
                    "bpmn.join_never_fires",
                    f"“{join.label}” waits for ways that cannot all come.",
                    repair="Join an exclusive split with an exclusive gateway.",
                )
                break


def branches(subject: Subject, graph: Graph, join: str) -> list[list[set[str]]]:
    """For each element where several ways begin at once: what each of them reaches."""
    found = []
    for element in subject.diagram.elements.values():
        ways = [w for w in graph.next[element.id] if w != join]
        direct = len(graph.next[element.id]) - len(ways)
        if element.kind in ("exclusiveGateway", "eventBasedGateway"):
            continue
        beside = [
            b
            for b in graph.boundary.get(element.id, [])
            if not subject.diagram.elements[b].interrupting
        ]
        reached = [{*graph.reach([way], join)} for way in [*ways, *beside]]
        reached += [{element.id} for _ in range(direct)]
        if beside:
            reached.append({element.id})
        if len(reached) > 1:
            found.append(reached)
    return found


def starts_both(split: list[set[str]], one: str, other: str) -> bool:
    """Whether a split (as `branches` gives it) begins a way to each of the two."""
    return any(
        (one in a and other in b) or (other in a and one in b) for a, b in combinations(split, 2)
    )


def _restless_loops(subject: Subject, graph: Graph) -> Iterator[Problem]:
    """A loop in which nothing ever waits would run without end."""
    restless = {e.id for e in subject.diagram.elements.values() if not _rests(subject, e)}
    for name in sorted(restless):
        seen: set[str] = set()
        todo = [way for way in graph.next[name] if way in restless]
        while todo:
            at = todo.pop()
            if at == name:
                element = subject.diagram.elements[name]
                if element.kind.endswith("Task") or element.kind in WITH_INSIDE:
                    yield subject.of(
                        element,
                        "bpmn.loop_without_wait",
                        f"The loop at “{element.label}” (id {element.id}) never waits.",
                        repair="Put a task, a date or a message into the loop.",
                    )
                break
            if at not in seen:
                seen.add(at)
                todo += [way for way in graph.next[at] if way in restless]


def _rests(subject: Subject, element: Element, above: frozenset[str] = frozenset()) -> bool:
    if element.kind in RESTING:
        return True
    if element.kind == "callActivity":
        known = subject.known.get(element.called or "")
        return known is None or known.waits
    if element.kind in ("subProcess", "transaction", "adHocSubProcess"):
        inside = [e for e in subject.diagram.elements.values() if e.parent == element.id]
        around = above | {element.id}  # with two elements of one id, a part may lie in itself
        return any(_rests(subject, e, around) for e in inside if e.id not in around)
    return False
