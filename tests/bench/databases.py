"""A measurement taken on both databases, each new and empty."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.postgres import running_server

Figures = TypeVar("Figures")


def on_both(measure: Callable[[str], Figures]) -> dict[str, Figures]:
    """What `measure` gives for the address of each."""
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as place:
        sqlite = measure(f"sqlite:///{place}/bench.db")
    with running_server(Path(tempfile.mkdtemp(prefix="waymark-pg-"))) as url:
        return {"sqlite": sqlite, "postgresql": measure(url)}
