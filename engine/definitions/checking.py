"""What the rules say about a folder, or about a diagram alone."""

from __future__ import annotations

from collections.abc import Mapping

from engine import connectors, dmn
from engine.bpmn import elements, rules, xml
from engine.definitions import building, naming, racing
from engine.definitions.deciding import decided
from engine.definitions.reading import DIAGRAM, Definition, called_by, root_of
from engine.errors import Problem
from engine.forms.model import FILES


def subject(
    definition: Definition, known: Mapping[str, Definition], roles: set[str] | None
) -> rules.Subject:
    """What the rules look at, for a whole folder."""
    return rules.Subject(
        key=definition.key,
        source=definition.files[DIAGRAM],
        root=root_of(definition.files[DIAGRAM]),
        diagram=definition.diagram,
        files=set(definition.files),
        decisions=set(definition.decisions),
        known={k: rules.Known(tuple(called_by(d)), _rests(d)) for k, d in known.items()},
        roles=roles,
        default_role=definition.manifest.get("role"),
        connectors=connectors.declared(),
    )


def lint_diagram(source: bytes, file: str = DIAGRAM) -> list[Problem]:
    """Every finding about a lone diagram, without its folder. Raises when it cannot be read."""
    root = xml.read(source, file)
    diagram = elements.elements_of(root)
    return rules.check(
        rules.Subject(
            key=next(iter(diagram.processes), ""),
            source=source,
            root=root,
            diagram=diagram,
            file=file,
            connectors=connectors.declared(),
        )
    )


def _rests(definition: Definition) -> bool:
    kinds = {e.kind for e in definition.elements.values()}
    return bool(
        kinds & {"userTask", "manualTask", "receiveTask", "intermediateCatchEvent", "serviceTask"}
    )


def findings(
    definition: Definition, known: Mapping[str, Definition], roles: set[str] | None
) -> list[Problem]:
    """Every finding of a folder that could be read: its diagram and its tables."""
    looked_at = subject(definition, known, roles)
    found = rules.check(looked_at) + racing.told(definition, looked_at)
    found += naming.unknown(definition, known)
    found += decided(definition, known)
    found += _files_elsewhere(definition)
    if not any(problem.severity == "error" for problem in found):
        found += _cannot_be_built(definition)
    for model in {id(m): m for m, _ in definition.decisions.values()}.values():
        found += dmn.check(model)
    return found


def _files_elsewhere(definition: Definition) -> list[Problem]:
    """A file is added to a case by whoever holds a task of it."""
    return [
        Problem(
            "form.file_place",
            f"“{one.label}” asks for a file, which only the form of a user task can.",
            file=form.file,
            element_id=element_id,
            repair="Ask for it in the first task instead.",
        )
        for element_id, form in definition.forms.items()
        if definition.elements[element_id].kind not in ("userTask", "manualTask")
        for one in form.questions()
        if one.kind == FILES
    ]


def _cannot_be_built(definition: Definition) -> list[Problem]:
    """What no rule has foreseen is still said before a case could stop on it."""
    if definition.key not in definition.diagram.processes:
        return []  # told as another finding
    fault = building.fault_of(definition)
    words = f"This diagram cannot be run: {fault}"
    return [Problem("bpmn.cannot_run", words, file=DIAGRAM)] if fault else []
