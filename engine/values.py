"""A variable's value as its row holds it: JSON, packed when long, sealed when protected."""

from __future__ import annotations

from engine import sealing
from engine.packing import packed, unpacked


def stored(text: bytes, instance_id: int, scope: str, name: str, *, protected: bool) -> bytes:
    small = packed(text) or text
    return sealing.VARIABLE.seal(small, instance_id, scope, name) if protected else small


def text(stored: bytes, instance_id: int, scope: str, name: str) -> bytes:
    """The JSON of what `stored` gave; CannotOpen when it was sealed for another row."""
    return unpacked(sealing.VARIABLE.opened(stored, instance_id, scope, name))
