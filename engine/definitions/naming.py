"""Names that expressions read, against the names that forms, scripts and decisions can have set.

A name nobody sets is null for ever: usually it is misspelt. Called processes share their caller's
values, so the names of all known processes count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine import feel
from engine.bpmn.elements import Element
from engine.bpmn.rules.expressions import expressions_of
from engine.bpmn.triggers import is_duration
from engine.definitions.reading import Definition
from engine.errors import ExpressionError, Problem

GIVEN = {
    "case", "item", "loopCounter", "numberOfInstances", "numberOfCompletedInstances",
    "numberOfActiveInstances",
}  # fmt: skip


def unknown(definition: Definition, known: Mapping[str, Definition]) -> list[Problem]:
    """A warning for each name that is read and that nothing sets."""
    names = set(GIVEN)
    for each in (definition, *known.values()):
        names |= _set_by(each)
    return [
        _problem(definition, element, where, name, names)
        for element, where, name in read_by(definition)
        if name not in names
    ]


def _set_by(definition: Definition) -> set[str]:
    names: set[str] = set()
    for form in definition.forms.values():
        names |= {question.key for question in form.questions()}
    for model, key in definition.decisions.values():
        names |= set(model.decisions[key].outputs)
    for each in definition.diagram.declared.values():
        names |= {*each.objects, *each.inputs, *each.outputs}
    for element in definition.elements.values():
        names |= set(element.copies.own) if element.copies else set()
        repeat = element.repeat
        if repeat is not None:
            names |= {n for n in (repeat.item, repeat.results, repeat.result_item) if n}
        names |= _entries(element.script) | _entries(element.properties.get("payload"))
        names |= {element.properties["result"]} if "result" in element.properties else set()
    return names


def set_at(definition: Definition, element: Element) -> set[str]:
    """What one step sets for the steps after it."""
    names = _entries(element.script)
    if (form := definition.form(element.id)) is not None:
        names |= {question.key for question in form.questions()}
    if element.decision in definition.decisions:
        model, key = definition.decisions[str(element.decision)]
        names |= set(model.decisions[key].outputs)
    if element.repeat is not None and element.repeat.kind != "loop":
        names = set()  # each of its instances keeps its own
    given = (element.properties.get("result"), element.repeat and element.repeat.results)
    return names | {name for name in given if name}


def _entries(text: str | None) -> set[str]:
    if not text:
        return set()
    try:
        return set(feel.compile(text).entries)
    except ExpressionError:  # a finding of its own
        return set()


def read_by(definition: Definition) -> Iterator[tuple[Element, str, str]]:
    """(element, where, name) of each name an expression of the diagram reads."""
    for element in definition.elements.values():
        for where, text in _texts(element):
            yield from ((element, where, name) for name in _names(text))
        for name in _table_names(definition, element):
            yield element, "its table", name
    for flow in definition.diagram.flows.values():
        gateway = definition.elements.get(flow.source)
        if gateway is not None and flow.condition:
            where = f"the condition of “{flow.name or flow.id}”"
            yield from ((gateway, where, name) for name in _names(flow.condition))


def _table_names(definition: Definition, element: Element) -> list[str]:
    if element.decision not in definition.decisions:
        return []
    model, key = definition.decisions[str(element.decision)]
    return sorted(model.reads(key))


def _texts(element: Element) -> Iterator[tuple[str, str]]:
    yield from expressions_of(element)
    if element.script:
        yield "the script", element.script
    for part in element.each:
        if part.timer and part.timer[1][:1] != "R" and not is_duration(part.timer[1]):
            yield "the date", part.timer[1]


def _names(text: str) -> list[str]:
    try:
        return sorted(feel.compile(text).names)
    except ExpressionError:  # a finding of its own
        return []


def _problem(
    definition: Definition, element: Element, where: str, name: str, names: set[str]
) -> Problem:
    return Problem(
        "expression.unknown_name",
        f"“{element.label}” (id {element.id}), {where}: no form, script or table sets “{name}”, "
        f"so it is always null.{feel.nearest(name, sorted(names))}",
        "warning",
        "process.bpmn",
        element.id,
        element.name or None,
        element.line,
        "Correct the name, or add what sets it.",
    )
