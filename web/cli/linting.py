"""Findings about a path: a process folder, a folder of them, a diagram, a form, a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from engine import definitions, dmn
from engine.bpmn import elements, xml
from engine.commands import deployments
from engine.definitions import Definition
from engine.errors import EngineError, InvalidDefinition, Problem
from engine.forms import Form
from web.cli import folders


def check(path: Path) -> list[Problem]:
    """Every finding, each with the path of its file as it was given."""
    if path.is_dir():
        return [
            problem
            for folder in folders.process_folders(path)
            for problem in _folder(folder, _siblings(folder))
        ] or _nothing(path)
    if path.name == folders.DIAGRAM and (path.parent / "process.yaml").is_file():
        found = _folder(path.parent, _siblings(path.parent))
        return [problem for problem in found if problem.file == str(path)]
    reader = _FILES.get(path.suffix)
    if reader is None:
        return [Problem("file.unknown", "This kind of file is not checked.", file=str(path))]
    try:
        found = reader(path.read_bytes(), path.name)
    except InvalidDefinition as error:
        found = error.problems
    except EngineError as error:
        found = [Problem("file.unreadable", str(error))]
    return [replace(problem, file=str(path)) for problem in found]


def _nothing(path: Path) -> list[Problem]:
    if any(folders.process_folders(path)):
        return []
    words = f"There is no process folder here: one holds a {folders.DIAGRAM}."
    return [Problem("folder.no_diagram", words, file=str(path))]


def _folder(folder: Path, known: Mapping[str, Definition]) -> list[Problem]:
    found = deployments.check(
        folders.read_folder(folder), key=folder.name, known=known, roles=_roles(folder.parent)
    )
    return [replace(p, file=str(folder / (p.file or folders.DIAGRAM))) for p in found]


def _siblings(folder: Path) -> dict[str, Definition]:
    """The other processes beside this one, which it may call; broken ones are not known."""
    found = {}
    for other in folders.process_folders(folder.parent):
        try:
            found[other.name] = definitions.read(folders.read_folder(other), key=other.name)
        except EngineError:
            continue
    return found


def _roles(root: Path) -> set[str] | None:
    source, _ = folders.read_people(root)
    return set(yaml.safe_load(source) or {}) or None if source else None


def _diagram(source: bytes, name: str) -> list[Problem]:
    """A diagram by itself: who does its tasks is a matter of the folder it will lie in."""
    diagram = elements.elements_of(xml.read(source, name))
    key = next(iter(diagram.processes), "")
    files = {folders.DIAGRAM: source, "process.yaml": b"{role: anyone}"}
    return deployments.check(files, key=key, known={})


def _form(source: bytes, name: str) -> list[Problem]:
    Form.read(source, name)
    return []


def _table(source: bytes, name: str) -> list[Problem]:
    return dmn.check(dmn.read(source, file=name))


_FILES: dict[str, Callable[[bytes, str], list[Problem]]] = {
    ".bpmn": _diagram,
    ".form": _form,
    ".dmn": _table,
}
