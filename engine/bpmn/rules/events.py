"""Which events run where: what starts a case, what stands on a step, what opens a handler."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from engine import feel
from engine.bpmn.elements import Element
from engine.bpmn.rules.subject import Subject
from engine.errors import ExpressionError, Problem

CODED = ("error", "escalation")
CAUGHT = {"message", "timer", "signal", "conditional"}
ALLOWED: dict[str, set[str | None]] = {
    "boundaryEvent": {*CAUGHT, *CODED, "cancel"},
    "intermediateCatchEvent": {*CAUGHT, "link"},
    "intermediateThrowEvent": {None, "message", "signal", "escalation", "link"},
    "endEvent": {None, "message", "signal", "error", "escalation", "terminate", "cancel"},
}
HANDLED = CAUGHT | set(CODED)
ELSEWHERE = {"compensate"}  # refused by name in elements.py


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if element.kind in ALLOWED or element.kind == "startEvent":
            for part in element.each:
                yield from _place(subject, part)
                yield from _trigger(subject, part)
            yield from _together(subject, element)
        if element.triggered:
            yield from _handler(subject, element)
    yield from _twice_caught(subject)


def _place(subject: Subject, element: Element) -> Iterator[Problem]:
    if element.kind == "startEvent":
        yield from _start(subject, element)
    elif element.event not in {*ALLOWED[element.kind], *ELSEWHERE}:
        waits = element.event is None
        yield subject.of(
            element,
            "bpmn.unsupported_element",
            f"“{element.label}” waits for nothing it can get."
            if waits
            else f"“{element.label}” cannot be a {element.event} event here.",
            repair="Choose what it waits for." if waits else None,
        )


def _together(subject: Subject, element: Element) -> Iterator[Problem]:
    """Several triggers on one event."""
    if element.event == "parallelMultiple" and element.kind != "intermediateCatchEvent":
        yield subject.of(
            element,
            "bpmn.unsupported_element",
            f"“{element.label}” waits for all of several things, which only an event between two "
            "steps can do. Draw an event for each.",
        )
    if any(part.event == "link" for part in element.parts):
        yield subject.of(
            element,
            "bpmn.unsupported_element",
            f"“{element.label}” is a link and something else. Draw an event for each.",
        )


def _start(subject: Subject, element: Element) -> Iterator[Problem]:
    around = subject.diagram.elements.get(element.parent)
    if around is None:
        if element.event == "conditional":
            words = (
                "Nothing watches a condition before a case exists. Start by message, timer or "
                "person."
            )
            yield subject.of(element, "bpmn.unsupported_element", words)
        elif element.event == "timer":
            yield from _dated_start(subject, element)
        elif element.event not in (None, "message", "signal"):
            words = (
                f"“{element.label}” starts by a {element.event}. Start by a message or a person."
            )
            yield subject.of(element, "bpmn.unsupported_element", words)
    elif around.triggered and element.event not in HANDLED:
        words = f"“{element.label}” should say what opens “{around.label}”: a message, a date, …"
        yield subject.of(element, "bpmn.unsupported_element", words)
    elif not around.triggered and element.event is not None:
        words = (
            f"“{around.label}” is a step like others: its start “{element.label}” must be plain."
        )
        yield subject.of(element, "bpmn.unsupported_element", words)


def _dated_start(subject: Subject, element: Element) -> Iterator[Problem]:
    _, text = element.timer or ("", "")
    try:
        names = sorted(feel.compile(text).names) if text[:1] not in ("R", "P", "p") else []
    except ExpressionError:  # a finding of its own
        return
    if names:
        yield subject.of(
            element,
            "timer.reads_values",
            f"The date of “{element.label}” reads “{names[0]}”, and before a case exists nothing "
            "has a value.",
            repair="Write a fixed date, a duration, or a repeat such as R/P1D.",
        )


def _trigger(subject: Subject, element: Element) -> Iterator[Problem]:
    if element.event == "conditional" and not element.condition:
        yield subject.of(
            element, "condition.missing", f"“{element.label}” has no condition to wait for."
        )
    throws = element.kind in ("intermediateThrowEvent", "endEvent")
    if element.event in CODED and throws and not element.code:
        noun = "Escalation" if element.event == "escalation" else "Error"
        yield subject.of(
            element, "bpmn.no_code", f"{noun} “{element.label}” (id {element.id}) needs a code."
        )
    if element.event == "error" and not throws and not element.interrupting:
        yield subject.of(
            element,
            "bpmn.unsupported_element",
            f"“{element.label}” catches an error, which always ends the step it comes from: make "
            "it interrupting.",
        )
    if element.event == "error" and throws and not _catcher(subject, element):
        yield subject.of(
            element,
            "bpmn.error_uncaught",
            f"Nothing in this diagram catches the error “{element.code}” of “{element.label}”: "
            "unless a calling process does, the case stops there as a problem.",
            severity="warning",
        )


def _catcher(subject: Subject, thrown: Element) -> bool:
    return any(
        part.event == "error"
        and part.kind in ("boundaryEvent", "startEvent")
        and part.code in (None, thrown.code)
        for element in subject.diagram.elements.values()
        for part in element.each
    )


def _handler(subject: Subject, element: Element) -> Iterator[Problem]:
    if subject.diagram.into(element.id) or subject.diagram.out_of(element.id):
        yield subject.of(
            element,
            "bpmn.event_subprocess_flow",
            f"“{element.label}” is opened by its start event: no flow may lead to it or from it.",
        )


def _twice_caught(subject: Subject) -> Iterator[Problem]:
    """Two events that would both catch the same error or escalation of one step or scope."""
    catching = [
        part
        for element in subject.diagram.elements.values()
        for part in element.each
        if part.event in CODED and part.kind in ("boundaryEvent", "startEvent")
    ]
    for one, other in combinations(catching, 2):
        same = _scope(subject, one) == _scope(subject, other) and one.event == other.event
        if same and one.code == other.code:
            yield subject.of(
                other,
                "bpmn.caught_twice",
                f"“{one.label}” and “{other.label}” would both catch the same {one.event}.",
            )


def _scope(subject: Subject, element: Element) -> str | None:
    if element.kind == "boundaryEvent":
        return element.attached_to
    around = subject.diagram.elements.get(element.parent)
    return around.parent if around is not None else None
