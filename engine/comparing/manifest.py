"""Sentences about a process's settings (process.yaml): scalars, lists of words, lists of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from engine.comparing.changes import ADDED, REMOVED, Change, in_another_order
from engine.comparing.words import begin, listed, quoted, told, unused

NAMES = {
    "title": "title", "description": "description", "reference": "reference's letters",
    "start": "list of who may start it", "role": "role of steps without a lane",
    "label": "words for a case", "summary": "summary of a case", "stages": "list of stages",
    "glossary": "glossary", "contacts": "list of contacts", "legal": "legal basis",
    "reasons": "list of reasons", "message_ttl": "time an early message is kept",
    "status_words": "list of words for who raised it", "figures": "figures",
}  # fmt: skip
KEYS = ("field", "term", "name", "id", "key", "label", "title")


def changes(old: bytes, new: bytes) -> Iterator[Change] | None:
    """None when one of the two cannot be read."""
    try:
        before, after = yaml.safe_load(old), yaml.safe_load(new)
    except yaml.YAMLError:
        return None
    before, after = {} if before is None else before, {} if after is None else after
    if not isinstance(before, dict) or not isinstance(after, dict):
        return None
    return _mapping(before, after, "")


def _mapping(old: Mapping[Any, Any], new: Mapping[Any, Any], inside: str) -> Iterator[Change]:
    for name in [*old, *(n for n in new if n not in old)]:
        was, now = old.get(name), new.get(name)
        if was != now or type(was) is not type(now):
            yield from _value(was, now, _subject(str(name), inside))


def _subject(name: str, inside: str) -> str:
    if not inside:
        return f"the {NAMES[name]}" if name in NAMES else f"the setting “{name}”"
    return f"“{name}” in {inside}"


def _value(was: Any, now: Any, said: str) -> Iterator[Change]:
    both = (was, now)
    if all(isinstance(one, dict | None) for one in both) and any(both):
        yield from _mapping(was or {}, now or {}, said)
    elif all(isinstance(one, list | None) for one in both) and any(both):
        yield from _list(was or [], now or [], said)
    else:
        before, after = (None if one is None else _text(one) for one in both)
        if before == after:  # true and “true”, 5 and “5”: the same to read, not to run
            kinds = [type(one).__name__ for one in both]
            yield Change(f"{begin(said)} is read as {kinds[1]} instead of {kinds[0]}.")
        else:
            yield Change(told(begin(said), before, after))


def _list(old: list[Any], new: list[Any], said: str) -> Iterator[Change]:
    before, after = _named(old), _named(new)
    for name, (label, _) in before.items():
        if name not in after:
            yield Change(f"{begin(said)} loses {label}.", REMOVED)
    for name, (label, value) in after.items():
        if name not in before:
            yield Change(f"{begin(said)} gains {label}.", ADDED)
        elif before[name][1] != value:
            yield from _value(before[name][1], value, f"{label} in {said}")
    if in_another_order(list(before), list(after)):
        order = listed([label for label, _ in after.values()])
        yield Change(f"{begin(said)} stands in another order: {order}.")


def _named(values: list[Any]) -> dict[str, tuple[str, Any]]:
    """Each of a list under the name that it keeps when it changes, and what it is called."""
    found: dict[str, tuple[str, Any]] = {}
    for one in values:
        key = next((k for k in KEYS if isinstance(one, dict) and k in one), None)
        name = str(one[key]) if key else _text(one)
        label = quoted(str(one.get("label") or name) if key and key == "field" else name)
        found[unused(name, found)] = (label, one)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return str(yaml.safe_dump(value, default_flow_style=True, allow_unicode=True)).strip()
    return str(value)
