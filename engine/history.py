"""History events: what happened in a case, in the past tense, packed small. Rows only grow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson

from engine import sealing
from engine.packing import PLAIN, packed, unpacked


class Packed(Protocol):
    """What is read of a history row to open it."""

    @property
    def instance_id(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def details(self) -> bytes | None: ...


@dataclass(frozen=True)
class Event:
    """`kind` says what (`task.completed`); `details` hold its words, values and ids."""

    kind: str
    element_id: str | None = None
    task_id: str | None = None
    details: dict[str, Any] | None = None
    at: datetime | None = None


def pack(details: dict[str, Any] | None, instance_id: int, seq: int) -> bytes | None:
    """The details of this row as it is stored: small, then sealed."""
    if not details:
        return None
    text = orjson.dumps(details)
    return sealing.HISTORY.seal(packed(text) or PLAIN + text, instance_id, seq)


def unpack(row: Packed) -> dict[str, Any]:
    if not row.details:
        return {}
    opened = sealing.HISTORY.open(row.details, row.instance_id, row.seq)
    found: dict[str, Any] = orjson.loads(unpacked(opened))
    return found


def writes(details: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, str | None]]:
    """Scope, name, value as JSON and element of each variable that the event set, in order. What it
    was before is the write before; older rows repeat it."""
    for scope, name, *_before, value, element_id in details.get("writes", ()):
        yield scope, name, value, element_id
