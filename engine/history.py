"""History events: what happened in a case, in the past tense, packed small. Rows only grow."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson
import zstandard

from engine import sealing

SMALL = 120
_PLAIN, _PACKED = b"\x00", b"\x01"


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


class _Own(threading.local):
    """A packer for each thread: making one costs more than packing, and it is not to be shared."""

    def __init__(self) -> None:
        self.packer = zstandard.ZstdCompressor(level=3)
        self.unpacker = zstandard.ZstdDecompressor()


_own = _Own()


def pack(details: dict[str, Any] | None, instance_id: int, seq: int) -> bytes | None:
    """The details of this row as it is stored: small, then sealed."""
    if not details:
        return None
    plain = orjson.dumps(details)
    small = _PLAIN + plain
    if len(plain) >= SMALL:
        small = _PACKED + _own.packer.compress(plain)
    return sealing.HISTORY.seal(small, instance_id, seq)


def unpack(row: Packed) -> dict[str, Any]:
    if not row.details:
        return {}
    opened = sealing.HISTORY.open(row.details, row.instance_id, row.seq)
    body = opened[1:]
    if opened[:1] == _PACKED:
        body = _own.unpacker.decompress(body)
    found: dict[str, Any] = orjson.loads(body)
    return found
