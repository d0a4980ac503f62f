"""What a comparison is made of: one sentence a change, and where on the drawing it belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Files = Mapping[str, bytes]
Facts = dict[str, str]  # where it stands inside a thing -> its text
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Change:
    """One difference in words. `element` is the id of what it is about on the drawing."""

    words: str
    kind: str = CHANGED
    element: str = ""
    file: str = ""


def differences(old: Facts, new: Facts) -> Iterator[tuple[str, str | None, str | None]]:
    """(where, before, after) of every fact that is not the same; None where there is none."""
    for path in [*old, *(p for p in new if p not in old)]:
        if old.get(path) != new.get(path):
            yield path, old.get(path), new.get(path)


def in_another_order(old: list[str], new: list[str]) -> bool:
    """Whether what both have stands in another order; what one alone has does not count."""
    return [o for o in old if o in new] != [n for n in new if n in old]
