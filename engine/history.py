"""History events: what happened in a case, in the past tense, packed small. Rows only grow."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import zstandard

SMALL = 120
_PLAIN, _PACKED = b"\x00", b"\x01"


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


def pack(details: dict[str, Any] | None) -> bytes | None:
    if not details:
        return None
    plain = orjson.dumps(details)
    if len(plain) < SMALL:
        return _PLAIN + plain
    return _PACKED + _own.packer.compress(plain)


def unpack(stored: bytes | None) -> dict[str, Any]:
    if not stored:
        return {}
    body = bytes(stored[1:])
    if stored[:1] == _PACKED:
        body = _own.unpacker.decompress(body)
    found: dict[str, Any] = orjson.loads(body)
    return found
