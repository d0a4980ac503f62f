"""Bytes packed small, for what is stored often and read seldom: history, variables."""

from __future__ import annotations

import threading

import zstandard

SMALL = 120  # shorter texts only grow
PLAIN, PACKED = b"\x00", b"\x01"  # neither begins a JSON text


class _Own(threading.local):
    """A packer for each thread: making one costs more than packing, and it is not to be shared."""

    def __init__(self) -> None:
        self.packer = zstandard.ZstdCompressor(level=3)
        self.unpacker = zstandard.ZstdDecompressor()


_own = _Own()


def packed(text: bytes) -> bytes | None:
    """The text behind the mark `PACKED`; None when it would not be smaller."""
    if len(text) < SMALL:
        return None
    small: bytes = _own.packer.compress(text)
    return PACKED + small if len(small) + 1 < len(text) else None


def unpacked(stored: bytes) -> bytes:
    """The text behind either mark; what has none is the text."""
    if stored[:1] == PACKED:
        text: bytes = _own.unpacker.decompress(stored[1:])
        return text
    return stored[1:] if stored[:1] == PLAIN else stored
