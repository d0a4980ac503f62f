"""Service and send tasks: a connector that exists, each parameter known and given."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import services
from engine.bpmn.elements import Element
from engine.bpmn.rules.subject import Subject
from engine.errors import Problem


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if services.is_service(element):
            yield from _service(subject, element)


def _service(subject: Subject, element: Element) -> Iterator[Problem]:
    named = element.properties.get("connector", "")
    declared = subject.connectors.get(named)
    for setting, wanted in services.unreadable(element):
        yield subject.of(
            element,
            "bpmn.service_setting",
            f"The setting “{setting}” of “{element.label}” should be {wanted}.",
        )
    if declared is None:
        why = f"there is no “{named}”" if named else "nothing is chosen yet"
        yield subject.of(
            element,
            "bpmn.service_unknown",
            f"Choose what “{element.label}” should call: {why}.",
            repair=f"Choose one of {', '.join(sorted(subject.connectors))}.",
        )
        return
    yield from _parameters(subject, element, declared)


def _parameters(
    subject: Subject, element: Element, declared: services.Declaration
) -> Iterator[Problem]:
    given = services.inputs_of(element)
    for name in sorted(given):
        if declared.parameter(name) is None:
            yield subject.of(
                element,
                "bpmn.service_parameter_unknown",
                f"“{element.label}” gives “{name}”, which “{declared.title}” does not ask for.",
                repair="Remove it, or correct its name.",
            )
    for parameter in declared.parameters:
        if parameter.required and not given.get(parameter.name, "").strip():
            yield subject.of(
                element,
                "bpmn.service_parameter_missing",
                f"“{element.label}” does not say “{parameter.name}”: {parameter.words}.",
                repair=f"Give “{parameter.name}” in FEEL.",
            )
    if "result" in element.properties and not declared.gives:
        yield subject.of(
            element,
            "bpmn.service_setting",
            f"“{element.label}” keeps a result, but “{declared.title}” gives none.",
            repair="Remove the setting “result”.",
        )
