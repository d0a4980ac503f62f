"""What is well drawn and may still surprise: several starts, processes, or ways into one step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from engine.bpmn.elements import ACTIVITIES
from engine.bpmn.rules.paths import Graph, branches, starts_both
from engine.bpmn.rules.subject import Subject
from engine.bpmn.xml import tag
from engine.errors import Problem


def check(subject: Subject) -> Iterator[Problem]:
    """Warnings only, but for a second collaboration."""
    yield from _starts(subject)
    yield from _processes(subject)
    yield from _ways_in(subject, Graph(subject))


def _starts(subject: Subject) -> Iterator[Problem]:
    for process, name in subject.diagram.processes.items():
        plain = [
            e
            for e in subject.diagram.elements.values()
            if (e.kind, e.event, e.parent) == ("startEvent", None, process)
        ]
        if len(plain) > 1:
            words = ", ".join(f"“{e.label}”" for e in plain)
            yield subject.of(
                plain[1],
                "bpmn.several_starts",
                f"“{name}” can start in several ways ({words}): whoever starts a case is asked "
                "which.",
                severity="warning",
            )


def _processes(subject: Subject) -> Iterator[Problem]:
    nodes = {node.get("id"): node for node in subject.root.iter(tag("process"))}
    drawn = {e.process for e in subject.diagram.elements.values()}
    for process, name in subject.diagram.processes.items():
        if process in drawn and process != subject.key:
            yield subject.of_node(
                nodes[process],
                "bpmn.several_processes",
                f"“{name}” is a second process in this file: people cannot start it, only calls "
                "and messages reach it. Give it a folder of its own to start it by hand.",
                severity="warning",
            )
    for second in list(subject.root.iter(tag("collaboration")))[1:]:
        yield subject.of_node(
            second,
            "bpmn.second_collaboration",
            f"“{second.get('name') or second.get('id')}” is a second collaboration in one file, "
            "which is not supported.",
        )


def _ways_in(subject: Subject, graph: Graph) -> Iterator[Problem]:
    """A step that is done once for each of the ways that come, when several do."""
    for element in subject.diagram.elements.values():
        ways = [flow.source for flow in subject.diagram.into(element.id)]
        if element.kind not in ACTIVITIES or len(ways) < 2:
            continue
        begun = branches(subject, graph, element.id)
        if any(
            starts_both(split, one, other)
            for one, other in combinations(ways, 2)
            for split in begun
        ):
            yield subject.of(
                element,
                "bpmn.done_several_times",
                f"Several ways can come to “{element.label}” in one case: it is done once for "
                "each.",
                severity="warning",
                repair="Put a parallel gateway before it to do it once.",
            )
