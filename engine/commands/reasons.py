"""Words that people must give with what they do."""

from __future__ import annotations

from engine.errors import InvalidInput

SHORTEST, LONGEST = 5, 2000  # characters


def given(text: str, field: str, missing: str) -> str:
    """The words, without space round them and not longer than is kept. InvalidInput says beside
    the field what is missing."""
    words = text.strip()[:LONGEST]
    if len(words) < SHORTEST:
        raise InvalidInput({field: missing})
    return words


def needs_reason(reason: str) -> None:
    given(reason, "reason", "Give a reason: it is told in the case’s story.")
