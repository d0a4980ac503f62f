"""Definitions turned into the library's specs with our classes in them; built once a use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from sqlalchemy import Connection

from engine.bpmn import handlers, rewriting
from engine.bpmn.data import Declared
from engine.bpmn.elements import Element
from engine.definitions.published import load
from engine.definitions.reading import DIAGRAM, Definition, root_of
from engine.execution.parsing import DiagramParser, finish


def specs(
    db: Connection, bound: Mapping[str, int], key: str, start_event: str | None
) -> tuple[Any, dict[str, Any]]:
    """The library's spec and subprocess specs for a case bound to these versions."""
    definitions = tuple(load(db, definition_id) for _, definition_id in sorted(bound.items()))
    return build(definitions, key, start_event)


def build(
    definitions: tuple[Definition, ...], key: str, start_event: str | None
) -> tuple[Any, dict[str, Any]]:
    """As `specs`, for definitions in hand; parsed once for the same digests, key and start."""
    place = tuple((d.id, d.digest) for d in definitions)
    known = _built.get((place, key, start_event))
    if known is None:
        known = _built[(place, key, start_event)] = _build(definitions, key, start_event)
        while len(_built) > 100:
            _built.pop(next(iter(_built)))
    return known


_built: dict[Any, tuple[Any, dict[str, Any]]] = {}


def _build(
    definitions: tuple[Definition, ...], key: str, start_event: str | None
) -> tuple[Any, dict[str, Any]]:
    parser = DiagramParser()
    processes = {name for definition in definitions for name in definition.diagram.processes}
    inner: dict[str, dict[str, Element]] = {}
    owners: dict[str, int] = {}
    declared: dict[str, Declared] = {}
    for definition in definitions:
        chosen = start_event if definition.key == key else None
        copy = rewriting.runnable(
            root_of(definition.files[DIAGRAM]), chosen, {*processes, *inner}, definition.key
        )
        parser.add_bpmn_xml(etree.ElementTree(copy.root), filename=f"{definition.key}.bpmn")
        drawn, scopes = definition.elements, definition.diagram.declared
        known = {**drawn, **{inside: drawn[name] for inside, name in copy.names.items()}}
        known.update({inside: drawn[name].parts[n] for inside, (name, n) in copy.parts.items()})
        for scope in scopes:
            inside = next((new for new, old in copy.names.items() if old == scope), scope)
            inner[inside], owners[inside], declared[inside] = known, definition.id, scopes[scope]
    spec = parser.get_spec(key)
    subprocess_specs = parser.get_subprocess_specs(key)
    for each in (spec, *subprocess_specs.values()):
        scope = handlers.body_of(each.name)
        data = Declared() if scope != each.name else declared[scope]
        finish(each, inner[scope], data, owners[scope])
        _give_decisions(each, {d.id: d for d in definitions})
    return spec, subprocess_specs


def fault_of(definition: Definition) -> str | None:
    """Why the library would not take a diagram that the rules let pass; None when it does."""
    starts: list[str | None] = [e.id for e in definition.starts(None)]
    try:
        for start in starts or [None]:
            root = root_of(definition.files[DIAGRAM])
            keys = set(definition.diagram.processes)
            copy = rewriting.runnable(root, start, keys, definition.key)
            parser = DiagramParser()
            parser.add_bpmn_xml(etree.ElementTree(copy.root), filename=DIAGRAM)
            parser.get_spec(definition.key)
    except ValidationException as error:
        return str(error)
    return None


def _give_decisions(spec: Any, definitions: dict[int, Definition]) -> None:
    known = definitions[spec.definition_id].decisions
    for task_spec in spec.task_specs.values():
        element = task_spec.element
        if element is not None and element.decision:
            task_spec.decision = known[element.decision]
