"""DMN: decisions read from a file, checked, and decided."""

from __future__ import annotations

from .checks import check
from .model import Decision, Model, Outcome
from .reader import read

__all__ = ["Decision", "Model", "Outcome", "check", "read"]
