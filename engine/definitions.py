"""Published process folders: read from the database, checked before, turned into runnable specs.

A case binds the newest published version of each process it can call when it starts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import yaml
from lxml import etree
from sqlalchemy import Connection, Engine, func, select

from engine import dmn
from engine.bpmn import elements, rewriting, rules, xml
from engine.bpmn.elements import Diagram, Element
from engine.errors import InvalidDefinition, NotFound, Problem
from engine.execution.parsing import DiagramParser, finish
from engine.forms import Form
from engine.models import definition_file, process_definition

DIAGRAM = "process.bpmn"
MANIFEST = "process.yaml"
NOT_IN_DIGEST = ("README.md", "scenarios/")
CACHED = 500


@dataclass(frozen=True)
class Definition:
    """One version of one process, ready to use. Shared between threads: never changed."""

    id: int
    key: str
    version: int
    digest: str
    title: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    diagram: Diagram = field(repr=False)
    forms: Mapping[str, Form] = field(repr=False)  # by element id
    decisions: Mapping[str, tuple[dmn.Model, str]] = field(repr=False)  # decision id -> model, id

    @property
    def elements(self) -> Mapping[str, Element]:
        return self.diagram.elements

    def form(self, element_id: str) -> Form | None:
        return self.forms.get(element_id)


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over sorted paths and bytes; the read-me and the scenarios do not count."""
    total = hashlib.sha256()
    for path in sorted(files):
        if not path.startswith(NOT_IN_DIGEST):
            total.update(f"{path}\0{len(files[path])}\0".encode())
            total.update(files[path])
    return total.hexdigest()


def read(
    files: Mapping[str, bytes], *, key: str, version: int = 0, definition_id: int = 0
) -> Definition:
    """The folder's files as a definition; `InvalidDefinition` lists what cannot be read at all."""
    problems: list[Problem] = []
    if DIAGRAM not in files:
        raise InvalidDefinition([Problem("folder.no_diagram", f"The folder has no {DIAGRAM}.")])
    root = xml.read(files[DIAGRAM], DIAGRAM)
    diagram = elements.elements_of(root)
    manifest = _manifest(files.get(MANIFEST, b""), problems)
    decisions = _decisions(files, problems)
    forms = _forms(files, diagram, problems)
    if problems:
        raise InvalidDefinition(problems)
    return Definition(
        id=definition_id,
        key=key,
        version=version,
        digest=digest(files),
        title=str(manifest.get("title") or diagram.processes.get(key, key)),
        manifest=manifest,
        files=dict(files),
        diagram=diagram,
        forms=forms,
        decisions=decisions,
    )


def _manifest(source: bytes, problems: list[Problem]) -> dict[str, Any]:
    try:
        found = yaml.safe_load(source) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problems.append(
            Problem("manifest.syntax", f"{MANIFEST} cannot be read.", file=MANIFEST, line=line)
        )
        return {}
    if isinstance(found, dict):
        return found
    problems.append(Problem("manifest.shape", f"{MANIFEST} is not a list of names.", file=MANIFEST))
    return {}


def _decisions(
    files: Mapping[str, bytes], problems: list[Problem]
) -> dict[str, tuple[dmn.Model, str]]:
    found: dict[str, tuple[dmn.Model, str]] = {}
    for path in sorted(p for p in files if p.endswith(".dmn")):
        try:
            model = dmn.read(files[path], file=path)
        except InvalidDefinition as error:
            problems += error.problems
            continue
        found.update({decision: (model, decision) for decision in model.decisions})
    return found


def form_path(element: Element) -> str:
    named = element.properties.get("formFilename") or element.properties.get(
        "formJsonSchemaFilename"
    )
    if named:
        return named if named.startswith("forms/") else f"forms/{named}"
    return f"forms/{element.id}.form"


def _forms(
    files: Mapping[str, bytes], diagram: Diagram, problems: list[Problem]
) -> dict[str, Form]:
    found = {}
    for element in diagram.elements.values():
        path = form_path(element)
        if path in files:
            try:
                found[element.id] = Form.read(files[path], path)
            except InvalidDefinition as error:
                problems += error.problems
    return found


def load(db: Connection, definition_id: int) -> Definition:
    """The published definition with this id; read once a process."""
    cache = _loaded.setdefault(db.engine, {})
    if (known := cache.get(definition_id)) is not None:
        return known
    row = db.execute(
        select(process_definition).where(process_definition.c.id == definition_id)
    ).one_or_none()
    if row is None:
        raise NotFound("version", definition_id)
    c = definition_file.c
    stored = db.execute(select(c.path, c.content).where(c.definition_id == definition_id))
    files = {row.path: row.content for row in stored}
    loaded = read(files, key=row.key, version=row.version, definition_id=definition_id)
    if len(cache) > CACHED:
        cache.clear()
    cache[definition_id] = loaded
    return loaded


# Published versions never change, so one read a process and database is enough.
_loaded: WeakKeyDictionary[Engine, dict[int, Definition]] = WeakKeyDictionary()


def newest(db: Connection) -> dict[str, int]:
    """Process key -> id of its newest published version."""
    c = process_definition.c
    latest = select(c.key, func.max(c.version).label("version")).group_by(c.key).subquery()
    rows = db.execute(
        select(c.key, c.id).join(latest, (c.key == latest.c.key) & (c.version == latest.c.version))
    )
    return dict(sorted((key, id_) for key, id_ in rows))


def bind(db: Connection, key: str) -> dict[str, int]:
    """The versions a case of `key` that starts now runs on: its own and all it can call."""
    known = newest(db)
    bound: dict[str, int] = {}
    todo = [key]
    while todo:
        at = todo.pop()
        if at in bound:
            continue
        if at not in known:
            raise NotFound("process", at)
        bound[at] = known[at]
        todo += called_by(load(db, known[at]))
    return dict(sorted(bound.items()))


def subject(
    definition: Definition, known: Mapping[str, Definition], roles: set[str] | None
) -> rules.Subject:
    """What the rules look at, for a whole folder."""
    return rules.Subject(
        key=definition.key,
        source=definition.files[DIAGRAM],
        root=_root(definition.files[DIAGRAM]),
        diagram=definition.diagram,
        files=set(definition.files),
        decisions=set(definition.decisions),
        known={k: rules.Known(tuple(called_by(d)), _rests(d)) for k, d in known.items()},
        roles=roles,
        default_role=definition.manifest.get("role"),
    )


def _rests(definition: Definition) -> bool:
    kinds = {e.kind for e in definition.elements.values()}
    return bool(kinds & {"userTask", "manualTask", "receiveTask", "intermediateCatchEvent"})


def findings(
    definition: Definition, known: Mapping[str, Definition], roles: set[str] | None
) -> list[Problem]:
    """Every finding of a folder that could be read: its diagram and its tables."""
    found = rules.check(subject(definition, known, roles))
    for model in {id(m): m for m, _ in definition.decisions.values()}.values():
        found += dmn.check(model)
    return found


def called_by(definition: Definition) -> list[str]:
    return sorted({e.called for e in definition.elements.values() if e.called})


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
    inner: dict[str, dict[str, Element]] = {}
    owners: dict[str, int] = {}
    for definition in definitions:
        chosen = start_event if definition.key == key else None
        copy, names = rewriting.runnable(_root(definition.files[DIAGRAM]), chosen)
        parser.add_bpmn_xml(etree.ElementTree(copy), filename=f"{definition.key}.bpmn")
        known = dict(definition.elements)
        known.update({inside: definition.elements[drawn] for inside, drawn in names.items()})
        for process in [*definition.diagram.processes, *known]:
            inner[process], owners[process] = known, definition.id
    spec = parser.get_spec(key)
    subprocess_specs = parser.get_subprocess_specs(key)
    for each in (spec, *subprocess_specs.values()):
        finish(each, inner[each.name], owners[each.name])
        _give_decisions(each, {d.id: d for d in definitions})
    return spec, subprocess_specs


def _give_decisions(spec: Any, definitions: dict[int, Definition]) -> None:
    known = definitions[spec.definition_id].decisions
    for task_spec in spec.task_specs.values():
        element = task_spec.element
        if element is not None and element.decision:
            task_spec.decision = known[element.decision]


@lru_cache(maxsize=64)
def _root(source: bytes) -> etree._Element:
    return xml.read(source, DIAGRAM)
