"""Transactions and ad-hoc subprocesses: what they need to run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.elements import Element
from engine.bpmn.parts import entries
from engine.bpmn.rules.subject import Subject
from engine.bpmn.xml import tag
from engine.errors import Problem


def check(subject: Subject) -> Iterator[Problem]:
    """Findings about every transaction, cancel event and ad-hoc subprocess."""
    for element in subject.diagram.elements.values():
        for part in element.each:
            if part.event == "cancel":
                yield from _cancel(subject, part)
    for node in subject.root.iter(tag("adHocSubProcess")):
        ad_hoc = subject.diagram.elements.get(node.get("id") or "")
        if ad_hoc is None:
            continue  # one without an id, which is told elsewhere
        for words in _ad_hoc(subject, ad_hoc, node.get("ordering"), node.get(KEEP)):
            yield subject.of(ad_hoc, "bpmn.ad_hoc", f"“{ad_hoc.label}”: {words}")
        if not entries(node):
            yield subject.of(ad_hoc, "bpmn.ad_hoc", f"“{ad_hoc.label}” has no step to begin at.")


KEEP = "cancelRemainingInstances"


def _ad_hoc(
    subject: Subject, element: Element, ordering: str | None, ends_rest: str | None
) -> Iterator[str]:
    if not element.condition:
        yield "add a completion condition."
    if ordering == "Sequential":
        yield "only parallel order is supported."
    if ends_rest == "false":
        yield "keeping the rest open when it is done is not supported."
    inside = [e for e in subject.diagram.elements.values() if e.parent == element.id]
    if any(e.kind in ("startEvent", "endEvent") for e in inside):
        yield "start and end events have no place in an ad-hoc subprocess."


def _cancel(subject: Subject, event: Element) -> Iterator[Problem]:
    elements = subject.diagram.elements
    place = event.attached_to if event.kind == "boundaryEvent" else event.parent
    around = elements.get(place or "")
    if around is None or around.kind != "transaction":
        yield subject.of(
            event,
            "bpmn.cancel_outside",
            f"“{event.label}” (id {event.id}) cancels, which only a transaction can be.",
        )
    elif event.kind == "endEvent" and not any(
        part.event == "cancel" and part.attached_to == around.id
        for each in elements.values()
        for part in each.each
    ):
        yield subject.of(
            event,
            "bpmn.cancel_uncaught",
            f"“{event.label}” cancels “{around.label}”, and no cancel event on its edge says what "
            "comes then.",
            repair="Draw a cancel event on the transaction’s edge.",
        )
