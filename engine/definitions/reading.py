"""A process folder's files as one definition: its diagram, settings, forms and tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import yaml
from lxml import etree

from engine import dmn
from engine.bpmn import elements, xml
from engine.bpmn.elements import Diagram, Element
from engine.errors import InvalidDefinition, Problem
from engine.forms import Form
from engine.forms.model import FILES, class_of

DIAGRAM = "process.bpmn"
MANIFEST = "process.yaml"
README = "README.md"
NOT_IN_DIGEST = (README, "scenarios/")


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

    def starts(self, event: str | None) -> list[Element]:
        """Start events of the process itself that this kind of event (None: a person) triggers."""
        return [
            part
            for e in self.elements.values()
            for part in e.each
            if (part.kind, part.event, part.parent) == ("startEvent", event, self.key)
        ]

    @cached_property
    def classed(self) -> Mapping[str, bool]:
        """Variable that a form asks for → whether any question for it has a class, or asks for a
        file, whose name may say whom it is about."""
        found: dict[str, bool] = {}
        for form in self.forms.values():
            for one in form.questions():
                found[one.key] = (
                    found.get(one.key, False) or class_of(one) is not None or one.kind == FILES
                )
        return found

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


def called_by(definition: Definition) -> list[str]:
    return sorted({e.called for e in definition.elements.values() if e.called})


def versions_called(definition: Definition) -> dict[str, int | None]:
    """Called process → the version that the call names; None: the newest when a case starts."""
    calls = (e for e in definition.elements.values() if e.called)
    return {e.called: e.version_called for e in calls if e.called}


@lru_cache(maxsize=64)
def root_of(source: bytes) -> etree._Element:
    return xml.read(source, DIAGRAM)
