"""Case references: counted per prefix and year."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.database import insert_on
from engine.models import reference_counter
from engine.prepared import Prepared


def next_reference(db: Connection, prefix: str) -> str:
    """`PR-2026-0142`: counted per prefix and year, without gaps or repeats."""
    year = clock.today().year
    number = _COUNT.rows(db, {"prefix": prefix, "year": year, "last": 1})[0].last
    return f"{prefix}-{year}-{number:04d}"


def _count(database: str) -> Any:
    c = reference_counter.c
    counted = insert_on(database)(reference_counter).on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": c.last + 1}
    )
    return counted.returning(c.last)


_COUNT = Prepared(_count)
