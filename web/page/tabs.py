"""A part of a page as a link."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    text: str
    href: str
    active: bool
    count: str | int | None = None
