"""Run it right or refuse it by name: what a diagram may hold, and what is wrong with this one.

Every finding at once: code, element, line, plain words, repair.
"""

from engine.bpmn.rules import (
    attributes,
    data,
    elements,
    events,
    expressions,
    foreign,
    parts,
    paths,
    references,
    services,
    starts,
)
from engine.bpmn.rules.subject import Known, Subject
from engine.errors import Problem

__all__ = ["Known", "Subject", "callees_first", "check"]

ORDER = {"error": 0, "warning": 1}


def check(subject: Subject) -> list[Problem]:
    """All findings, errors first, then by line."""
    if not subject.diagram.processes:
        return [
            Problem(
                "bpmn.no_process",
                "There is no process in this file: nothing to run.",
                file=subject.file,
                repair="Draw a pool or a start event, so that the file has a process.",
            )
        ]
    found = [
        *elements.check(subject),
        *foreign.check(subject),
        *attributes.check(subject),
        *events.check(subject),
        *data.check(subject),
        *parts.check(subject),
        *references.check(subject),
        *services.check(subject),
        *paths.check(subject),
        *starts.check(subject),
        *expressions.check(subject),
    ]
    return sorted(
        dict.fromkeys(found), key=lambda p: (ORDER.get(p.severity, 2), p.line or 0, p.code)
    )


def callees_first(calls: dict[str, list[str]]) -> list[str]:
    """Process keys so that a called process comes before its callers."""
    done: dict[str, None] = {}

    def visit(key: str, above: frozenset[str]) -> None:
        if key in done or key in above or key not in calls:
            return
        for called in calls[key]:
            visit(called, above | {key})
        done[key] = None

    for key in sorted(calls):
        visit(key, frozenset())
    return list(done)
