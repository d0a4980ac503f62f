"""Case references: counted per prefix and year."""

from __future__ import annotations

from sqlalchemy import Connection

from engine import clock
from engine.database import insert_for
from engine.models import reference_counter


def next_reference(db: Connection, prefix: str) -> str:
    """`PR-2026-0142`: counted per prefix and year, without gaps or repeats."""
    year = clock.today().year
    c = reference_counter.c
    build = insert_for(db)(reference_counter)
    statement = build.values(prefix=prefix, year=year, last=1).on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": c.last + 1}
    )
    number = db.execute(statement.returning(c.last)).scalar_one()
    return f"{prefix}-{year}-{number:04d}"
