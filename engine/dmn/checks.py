"""Findings about a model's tables: gaps, overlaps, rules never reached."""

from __future__ import annotations

from engine.errors import Problem

from .model import Model


def check(model: Model, *, file: str = "") -> list[Problem]:
    """All findings, in sentences."""
    return []
