"""The built-in functions, by family; importing this registers all of them."""

from __future__ import annotations

from . import contexts, days, intervals, lists, moments, numbers, statistics, texts
from .registry import BUILTINS, Builtin

__all__ = [
    "BUILTINS", "Builtin", "contexts", "days", "intervals", "lists", "moments", "numbers",
    "statistics", "texts",
]  # fmt: skip
