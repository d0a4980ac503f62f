"""A database for faults that leave its tables behind as no other test wants them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.database import Database


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/waymark.db")
    yield database
    database.close()
