"""Files without a form of their own: a read-me, scenarios, and every file as lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from engine.comparing.changes import ADDED, CHANGED, REMOVED, Change
from engine.comparing.words import begin, counted, quoted
from engine.definitions.reading import README

CONTEXT, MOST_LINES = 3, 4000


@dataclass(frozen=True)
class Line:
    """One line of a comparison. `kind`: added, removed, same, or gap (lines left out)."""

    kind: str
    text: str


@dataclass(frozen=True)
class FileChange:
    """One file that is not the same; `left_out` lines were too many to show."""

    path: str
    kind: str
    lines: tuple[Line, ...]
    left_out: int = 0


def name_of(path: str, content: bytes) -> str:
    """What a sentence calls a file: “the read-me”, “the scenario “An adult””, “the file “x””."""
    if path == README:
        return "the read-me"
    if path.startswith("scenarios/"):
        return f"the scenario {quoted(_title(content) or path.removeprefix('scenarios/'))}"
    return f"the file {quoted(path)}"


def _title(content: bytes) -> str:
    try:
        found = yaml.safe_load(content)
    except yaml.YAMLError:
        return ""
    return str(found.get("title") or "") if isinstance(found, dict) else ""


def whole(path: str, old: bytes | None, new: bytes | None) -> Change:
    """A sentence about a file that is new, gone, or changed somewhere inside."""
    said = name_of(path, (new if old is None else old) or b"")
    if old is None:
        return Change(f"{begin(said)} is added.", ADDED)
    if new is None:
        return Change(f"{begin(said)} is removed.", REMOVED)
    return Change(f"{begin(said)} changes: {_extent(old, new)}.", CHANGED)


def _extent(old: bytes, new: bytes) -> str:
    kinds = [line.kind for line in _lines(old, new)]
    added, removed = kinds.count(ADDED), kinds.count(REMOVED)
    said = [f"{counted(added, 'line')} added"] if added else []
    said += [f"{counted(removed, 'line')} removed"] if removed else []
    return " and ".join(said) or "its line endings alone"


def rewritten(path: str) -> Change:
    """When the bytes differ and nothing that is said in them does."""
    words = f"The file {quoted(path)} is written another way (spaces, order or line ends)"
    return Change(f"{words}; nothing it says changes.")


def in_lines(path: str, old: bytes | None, new: bytes | None) -> FileChange:
    kind = ADDED if old is None else REMOVED if new is None else CHANGED
    lines = tuple(_shown(list(_lines(old or b"", new or b""))))
    return FileChange(path, kind, lines[:MOST_LINES], max(0, len(lines) - MOST_LINES))


def _text(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines()


def _lines(old: bytes, new: bytes) -> Iterator[Line]:
    before, after = _text(old), _text(new)
    many = len(before) + len(after) > MOST_LINES  # matched exactly, they would keep a page waiting
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=many)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            yield from (Line("same", text) for text in before[i:j])
            continue
        yield from (Line(REMOVED, text) for text in before[i:j])
        yield from (Line(ADDED, text) for text in after[k:m])


def _shown(lines: list[Line]) -> Iterator[Line]:
    """What differs, with a few lines around it."""
    near = {
        at
        for number, line in enumerate(lines)
        if line.kind != "same"
        for at in range(number - CONTEXT, number + CONTEXT + 1)
    }
    gap = False
    for number, line in enumerate(lines):
        if number in near:
            yield line
        elif not gap:
            yield Line("gap", "")
        gap = number not in near
