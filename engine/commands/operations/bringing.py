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


@dataclass(frozen=True)
class Way:
    """How one case comes to the newest versions of its process and of those it calls."""

    reference: str
    instance_id: int
    operation: Migrate


def ways(
    db: Connection, references: Iterable[str], mapping: Mapped, redate: bool
) -> tuple[Way, ...]:
    """The newest versions are looked up once: whatever is published while the cases move, all of
    them come to those that were tried."""
    p = process_instance.c
    newest: dict[str, dict[str, int]] = {}
    found = []
    for reference in references:
        row = db.execute(select(p.id, p.key).where(p.reference == reference)).first()
        if row is None:
            raise NotFound("case", reference)
        if row.key not in newest:
            newest[row.key] = newest_for(db, row.key)
        found.append(Way(reference, row.id, Migrate(newest[row.key], mapping, redate)))
    return tuple(found)


def bring(
    database: Database, chosen: Iterable[Way], *, actor: Actor, reason: str
) -> tuple[Brought, ...]:
    """Migrate each in a transaction of its own: one that cannot move holds no other back, and
    what is stopped in the middle can be done again. Where something protected would end, a second
    person is asked."""
    needs_reason(reason)
    brought = []
    for way in chosen:
        try:
            brought.append(_one(database, way, actor=actor, reason=reason))
        except EngineError as error:
            brought.append(Brought(way.reference, failed=str(error)))
    return tuple(brought)


def _one(database: Database, way: Way, *, actor: Actor, reason: str) -> Brought:
    try:
        with database.transaction() as db:
            perform(db, way.instance_id, way.operation, actor=actor, reason=reason)
    except NeedsSecondPerson as protected:
        with database.transaction() as db:
            proposals.propose(db, way.instance_id, way.operation, actor=actor, reason=reason)
        return Brought(way.reference, asked=protected.waits)
    return Brought(way.reference)
