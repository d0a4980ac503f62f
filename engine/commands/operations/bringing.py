"""Bring many running cases to the newest versions, each by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.access import Actor
from engine.commands.operations import proposals
from engine.commands.operations.migrating import Mapped, Migrate, newest_for
from engine.commands.operations.performing import NeedsSecondPerson, perform
from engine.commands.reasons import needs_reason
from engine.database import Database
from engine.errors import EngineError, NotFound
from engine.models import process_instance


@dataclass(frozen=True)
class Brought:
    """What came of one case: `failed` says why it stays on its version; `asked` names the
    protected waits that a second person is now asked about."""

    reference: str
    failed: str | None = None
    asked: tuple[str, ...] = ()


def bring(
    database: Database,
    references: Iterable[str],
    mapping: Mapped,
    *,
    actor: Actor,
    reason: str,
    redate: bool = False,
) -> tuple[Brought, ...]:
    """Migrate each in a transaction of its own: one that cannot move holds no other back. Where
    something protected would end, a second person is asked."""
    needs_reason(reason)
    brought = []
    for reference in references:
        try:
            brought.append(_one(database, reference, mapping, redate, actor=actor, reason=reason))
        except EngineError as error:
            brought.append(Brought(reference, failed=str(error)))
    return tuple(brought)


def _one(
    database: Database, reference: str, mapping: Mapped, redate: bool, *, actor: Actor, reason: str
) -> Brought:
    try:
        with database.transaction() as db:
            instance_id, operation = migration_of(db, reference, mapping, redate)
            perform(db, instance_id, operation, actor=actor, reason=reason)
    except NeedsSecondPerson as protected:
        with database.transaction() as db:
            instance_id, operation = migration_of(db, reference, mapping, redate)
            proposals.propose(db, instance_id, operation, actor=actor, reason=reason)
        return Brought(reference, asked=protected.waits)
    return Brought(reference)


def migration_of(
    db: Connection, reference: str, mapping: Mapped, redate: bool
) -> tuple[int, Migrate]:
    """A case's id, and its way to the newest versions of its process and of those it calls."""
    p = process_instance.c
    row = db.execute(select(p.id, p.key).where(p.reference == reference)).first()
    if row is None:
        raise NotFound("case", reference)
    return row.id, Migrate(newest_for(db, row.key), mapping, redate)
