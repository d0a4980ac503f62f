"""A whole folder compared: every file that differs has at least one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.bpmn import elements, xml
from engine.comparing import decisions, diagram, forms, manifest, texts
from engine.comparing.changes import ADDED, CHANGED, REMOVED, Change, Files
from engine.comparing.texts import FileChange
from engine.comparing.words import listed, quoted
from engine.definitions.reading import DIAGRAM, MANIFEST, form_path
from engine.errors import InvalidDefinition

PARTS = (
    ("Steps and ways", DIAGRAM), ("Forms", ".form"), ("Decision tables", ".dmn"),
    ("Settings of the process", MANIFEST), ("Texts and scenarios", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """All that differs. Marks are keyed by element id: added, removed or changed."""

    changes: tuple[Change, ...]
    files: tuple[FileChange, ...]

    @property
    def parts(self) -> tuple[tuple[str, tuple[Change, ...]], ...]:
        """The sentences under their headings, empty ones left out."""
        found: dict[str, list[Change]] = {heading: [] for heading, _ in PARTS}
        for change in self.changes:
            found[_part_of(change.file)].append(change)
        return tuple((heading, tuple(some)) for heading, some in found.items() if some)

    def marks(self, *, old: bool) -> Mapping[str, str]:
        """What is marked on the older drawing, or on the newer one."""
        found: dict[str, str] = {}
        for change in self.changes:
            kind = change.kind if change.file == DIAGRAM else CHANGED
            if change.element and kind != (ADDED if old else REMOVED):
                found.setdefault(change.element, kind)
        return found


def compare(old: Files, new: Files) -> Comparison:
    """Two folders (path → bytes). Nothing is refused: what cannot be read is said."""
    paths = sorted(p for p in {*old, *new} if old.get(p) != new.get(p))
    labels = _labels(old) | _labels(new)
    found = []
    for path in paths:
        told = list(_file(path, old.get(path), new.get(path), labels)) or [texts.rewritten(path)]
        found += [replace(change, file=path) for change in told]
    lines = tuple(texts.in_lines(path, old.get(path), new.get(path)) for path in paths)
    return Comparison(tuple(_with_steps(found, old, new)), lines)


def _file(
    path: str, old: bytes | None, new: bytes | None, labels: Mapping[str, str]
) -> Iterator[Change]:
    if old is None or new is None:
        yield _whole(path, old, new, labels)
        return
    told = _read(path, old, new, labels)
    if told is None:
        words = f"The file {quoted(path)} cannot be read in one of the two; its lines are below."
        yield Change(words)
        return
    yield from told


def _read(path: str, old: bytes, new: bytes, labels: Mapping[str, str]) -> Iterator[Change] | None:
    if path == DIAGRAM:
        try:
            return iter(list(diagram.changes(old, new)))
        except InvalidDefinition:
            return None
    if path == MANIFEST:
        return manifest.changes(old, new)
    if path.endswith(".form"):
        return forms.changes(labels.get(path, quoted(path)), old, new)
    if path.endswith(".dmn"):
        return decisions.changes(old, new)
    return iter([texts.whole(path, old, new)])


def _whole(path: str, old: bytes | None, new: bytes | None, labels: Mapping[str, str]) -> Change:
    if not path.endswith(".form"):
        return texts.whole(path, old, new)
    words = (
        f"The form of {labels.get(path, quoted(path))} is {'added' if old is None else 'removed'}."
    )
    return Change(words, ADDED if old is None else REMOVED)


def _labels(files: Files) -> dict[str, str]:
    """Form file → the steps that ask it: “Look at it” and “Look again”."""
    found: dict[str, list[str]] = {}
    for element in _elements(files):
        found.setdefault(form_path(element), []).append(quoted(element.label))
    return {path: listed(steps) for path, steps in found.items()}


def _elements(files: Files) -> list[elements.Element]:
    try:
        return list(elements.elements_of(xml.read(files.get(DIAGRAM, b""))).elements.values())
    except InvalidDefinition:
        return []


def _with_steps(changes: list[Change], old: Files, new: Files) -> Iterator[Change]:
    """A changed form or table marks the step on the drawing that asks it."""
    steps: dict[str, str] = {}
    for element in [*_elements(old), *_elements(new)]:
        steps.setdefault(form_path(element), element.id)
        for path in (p for p in {*old, *new} if p.endswith(".dmn") and element.decision):
            if f'id="{element.decision}"'.encode() in new.get(path, old.get(path, b"")):
                steps.setdefault(path, element.id)
    for change in changes:
        yield replace(change, element=change.element or steps.get(change.file, ""))


def _part_of(path: str) -> str:
    return next(heading for heading, ending in PARTS if path.endswith(ending))
