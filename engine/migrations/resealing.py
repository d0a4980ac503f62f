"""Rows sealed anew, a batch at a time: those that were stored plain, or under an older key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, column, inspect, select, table, tuple_, update

from engine import sealing
from engine.database import Database
from engine.sealing import Sealed

BATCH = 500
Key = tuple[Any, ...]


def reseal(database: Database) -> int:
    """Seal with the newest key whatever an older one sealed; how many values. Each batch is kept
    as it is done: after a break it is run again."""
    changed = 0
    for where in sealing.EVERY:
        after: Key | None = None
        while True:
            with database.transaction() as db:
                after, number = rewrite(db, where, _renewed(where), after=after)
            changed += number
            if after is None:
                break
    return changed


def _renewed(where: Sealed) -> Callable[[bytes, Key], bytes | None]:
    def renew(stored: bytes, row: Key) -> bytes | None:
        if not sealing.is_sealed(stored) or sealing.is_current(stored):
            return None
        return where.seal(where.open(stored, *row), *row)

    return renew


def rewrite(
    db: Connection,
    where: Sealed,
    change: Callable[[Any, Key], bytes | None],
    *,
    into: str | None = None,
    after: Key | None = None,
) -> tuple[Key | None, int]:
    """One batch of a column's values in the order of the primary key, each changed (None: it
    stays), `into` another column if one is named. The last key, None at the end; how many."""
    names = inspect(db).get_pk_constraint(where.table)["constrained_columns"]
    wanted = dict.fromkeys((*names, *where.row, where.column, into or where.column))
    t = table(where.table, *(column(name) for name in wanted))
    key = tuple_(*(t.c[name] for name in names))
    statement = select(t).order_by(*(t.c[name] for name in names)).limit(BATCH)
    if after is not None:
        statement = statement.where(key > tuple_(*after))
    rows = db.execute(statement).mappings().all()
    changes = []
    for row in rows:
        stored = row[where.column]
        new = None if stored is None else change(stored, tuple(row[name] for name in where.row))
        if new is not None:
            changes.append({"new": new, **{f"k_{name}": row[name] for name in names}})
    if changes:
        here = (t.c[name] == bindparam(f"k_{name}") for name in names)
        db.execute(update(t).where(*here).values({into or where.column: bindparam("new")}), changes)
    last = tuple(rows[-1][name] for name in names) if len(rows) == BATCH else None
    return last, len(changes)
