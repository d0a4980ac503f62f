"""Problems: put a value right, and run the held element again; one, or a group alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from engine import access, feel
from engine.access import Actor
from engine.commands.cases import Advanced, advanced
from engine.commands.operations.kinds import Retry
from engine.commands.operations.performing import perform
from engine.commands.reasons import needs_reason
from engine.database import Database
from engine.errors import Conflict, EngineError, NotFound
from engine.models import account, incident, process_instance


def retry_incident(db: Connection, incident_id: int, *, actor: Actor, reason: str) -> Advanced:
    """Run again what was held at the problem's element."""
    return correct_and_retry(db, incident_id, {}, actor=actor, reason=reason)


def correct_and_retry(
    db: Connection, incident_id: int, values: Mapping[str, Any], *, actor: Actor, reason: str
) -> Advanced:
    """Put right the named variables (FEEL values) with a reason, then run the element again."""
    row = open_incident(db, incident_id, actor)
    return advanced(perform(db, row.instance_id, retry_of(row, values), actor=actor, reason=reason))


@dataclass(frozen=True)
class Retried:
    """What came of one problem of a group: `failed` says why it was not tried, or that it stopped
    again."""

    incident_id: int
    reference: str
    failed: str | None


def retry_group(
    database: Database, incident_ids: Iterable[int], *, actor: Actor, reason: str
) -> tuple[Retried, ...]:
    """Try each again in a transaction of its own: one that fails holds no other back."""
    needs_reason(reason)
    return tuple(_one_of_many(database, one, actor, reason) for one in incident_ids)


def _one_of_many(database: Database, incident_id: int, actor: Actor, reason: str) -> Retried:
    reference = ""
    try:
        with database.transaction() as db:
            row = open_incident(db, incident_id, actor)
            p = process_instance.c
            reference = db.execute(select(p.reference).where(p.id == row.instance_id)).scalar_one()
            step = perform(db, row.instance_id, retry_of(row, {}), actor=actor, reason=reason)
            failed = "It stopped again." if step.failed else None
    except EngineError as error:
        failed = str(error)
    return Retried(incident_id, reference, failed)


def retry_of(row: Row[Any], values: Mapping[str, Any]) -> Retry:
    """Only names that the case already has, or that the failed element reads, may be set."""
    stored = {name: feel.to_json(value) for name, value in values.items()}
    return Retry(row.token_id or "", stored, tuple(row.details.get("values") or ()))


def open_incident(db: Connection, incident_id: int, actor: Actor) -> Row[Any]:
    """NotFound as for a case one may not know of; Conflict, with who and when, once solved."""
    row = db.execute(select(incident).where(incident.c.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound("problem", incident_id)
    access.require_operate(db, actor, row.instance_id)
    if row.resolved_at is not None:
        by = db.execute(select(account.c.name).where(account.c.id == row.resolved_by)).scalar()
        raise Conflict("This problem was already solved.", by=by, at=row.resolved_at)
    return row
