"""Names that two parallel branches set: the later in time wins, which its owner should know."""

from __future__ import annotations

from itertools import combinations

from engine.bpmn.rules.paths import Graph
from engine.bpmn.rules.subject import Subject
from engine.definitions.naming import set_at
from engine.definitions.reading import Definition
from engine.errors import Problem

SPLITTING = ("parallelGateway", "inclusiveGateway")


def told(definition: Definition, subject: Subject) -> list[Problem]:
    """A warning for each split whose ways set one name, before they come together."""
    graph = Graph(subject)
    names = {e.id: set_at(definition, e) for e in definition.elements.values()}
    found = []
    for split in definition.elements.values():
        ways = graph.next[split.id]
        if split.kind not in SPLITTING or len(ways) < 2:
            continue
        for one, other in combinations([graph.reach([way], split.id) for way in ways], 2):
            here = {n for e in one - other for n in names[e]}
            there = {n for e in other - one for n in names[e]}
            for name in sorted(here & there):
                found.append(
                    subject.of(
                        split,
                        "expression.set_twice",
                        f"Two ways behind “{split.label}” set “{name}”: what is set later wins.",
                        severity="warning",
                        repair="Give them names of their own.",
                    )
                )
    return list(dict.fromkeys(found))
