"""What owners may set in a process's settings file, as texts; the rest of the file stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from engine.errors import InvalidInput

Rows = tuple[tuple[str, ...], ...]
# The rows of a setting: the name of each cell, those that must be there first.
ROWS: Final[dict[str, tuple[str, ...]]] = {
    "summary": ("field", "label"), "glossary": ("term", "text"),
    "contacts": ("name", "email", "how"),
}  # fmt: skip
WORDS: Final = ("title", "description", "label", "legal")
REASONS: Final = ("correct", "reassign")
_NEEDS: Final = {
    "summary": "Enter both the name of the answer and the words beside it.",
    "glossary": "Enter both the word and what it means.",
    "contacts": "Enter the name of whom to contact.",
}


@dataclass(frozen=True)
class Wording:
    """A process's words: `status_words` are (stage, words), `rows` those of `ROWS`."""

    words: Mapping[str, str]
    stages: tuple[str, ...]
    status_words: tuple[tuple[str, str], ...]
    rows: Mapping[str, Rows]
    reasons: Mapping[str, tuple[str, ...]]


def read_wording(source: str) -> Wording:
    """The words of a settings file; one that cannot be read has none."""
    manifest = _loaded(source)
    stages = tuple(str(name) for name in _list(manifest.get("stages")))
    said = _dict(manifest.get("status_words"))
    given = _dict(manifest.get("reasons"))
    return Wording(
        words={name: str(manifest.get(name) or "").strip() for name in WORDS},
        stages=stages,
        status_words=tuple((stage, str(said.get(stage) or "")) for stage in stages),
        rows={
            name: tuple(
                tuple(str(item.get(cell) or "").strip() for cell in cells)
                for item in _list(manifest.get(name))
                if isinstance(item, dict)
            )
            for name, cells in ROWS.items()
        },
        reasons={name: tuple(map(str, _list(given.get(name)))) for name in REASONS},
    )


def write_wording(source: str, wording: Wording) -> str:
    """The file with these words: only the settings that changed are written anew, everything else
    of it, comments too, stays. InvalidInput by setting when something is missing."""
    if wrong := _wrong(wording):
        raise InvalidInput(wrong)
    manifest, made, before = _loaded(source), source, read_wording(source)
    for name, value in _changes(manifest, before, wording).items():
        made = _put(made, name, value)
        manifest = {k: v for k, v in {**manifest, name: value}.items() if v not in ("", [], {})}
    if _loaded(made) == manifest:
        return made
    return _dumped(manifest)  # written in a way of its own: nothing is lost but its comments


def _changes(manifest: Mapping[str, Any], before: Wording, now: Wording) -> dict[str, Any]:
    """Setting → its new value, of those that are another than before."""
    found: dict[str, Any] = {n: now.words[n] for n in WORDS if now.words[n] != before.words[n]}
    if now.stages != before.stages:
        found["stages"] = list(now.stages)
    said = {stage: words for stage, words in now.status_words if words and stage in now.stages}
    if tuple(said.items()) != tuple((s, w) for s, w in before.status_words if w):
        found["status_words"] = said
    for name, cells in ROWS.items():
        if now.rows[name] != before.rows[name]:
            found[name] = _items(_list(manifest.get(name)), cells, now.rows[name])
    if now.reasons != before.reasons:
        kept = _dict(manifest.get("reasons"))
        given = {**kept, **{name: list(some) for name, some in now.reasons.items()}}
        found["reasons"] = {name: some for name, some in given.items() if some}
    return found


def _items(old: list[Any], cells: tuple[str, ...], rows: Rows) -> list[dict[str, Any]]:
    """Rows as the file holds them; what else stands in a row that was there is kept."""
    known = {str(item.get(cells[0])): item for item in old if isinstance(item, dict)}
    return [
        {
            **{k: v for k, v in known.get(row[0], {}).items() if k not in cells},
            **{cell: text for cell, text in zip(cells, row, strict=True) if text},
        }
        for row in rows
    ]


def _wrong(wording: Wording) -> dict[str, str]:
    found = {}
    if not wording.words["title"]:
        found["title"] = "Enter the title of the process."
    if len(set(wording.stages)) != len(wording.stages):
        found["stages"] = "Name each stage once."
    for name, rows in wording.rows.items():
        needed = slice(0, 1) if name == "contacts" else slice(0, 2)
        for number, row in enumerate(rows, 1):
            if not all(row[needed]):
                found[f"{name}-{number}-{ROWS[name][0]}"] = _NEEDS[name]
    return found


# --- the file


def _put(source: str, name: str, value: Any) -> str:
    """The file with one setting written anew in its place, added at the end, or taken out."""
    text = "" if value in ("", [], {}) else _dumped({name: value})
    lines = source.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    begins = _begins(source)
    if name not in begins:
        return "".join(lines) + text
    start = begins[name]
    end = min((line for line in begins.values() if line > start), default=len(lines))
    while end > start + 1 and _is_aside(lines[end - 1]):
        end -= 1  # what stands before the next setting belongs to that
    return "".join([*lines[:start], text, *lines[end:]])


def _begins(source: str) -> dict[str, int]:
    """Setting → the line it begins at."""
    node = yaml.compose(source, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): key.start_mark.line for key, _ in node.value}


def _is_aside(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _dumped(value: Mapping[str, Any]) -> str:
    text: str = yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, width=110)
    return text


def _loaded(source: str) -> dict[str, Any]:
    try:
        return _dict(yaml.safe_load(source))
    except yaml.YAMLError:
        return {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
