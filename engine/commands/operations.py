"""What a supervisor does to a case that is stuck: retry, correct a value and retry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from engine import access, audit, feel
from engine.access import Actor
from engine.advance import Step, advancing, opening
from engine.commands import messages
from engine.commands.cases import Advanced, advanced
from engine.commands.tasks import needs_reason
from engine.errors import Conflict, InvalidInput, NotFound
from engine.execution import run
from engine.history import Event
from engine.models import account, incident


def retry_incident(db: Connection, incident_id: int, *, actor: Actor, reason: str) -> Advanced:
    """Run again what was held at the problem's element."""
    return correct_and_retry(db, incident_id, {}, actor=actor, reason=reason)


def correct_and_retry(
    db: Connection, incident_id: int, values: Mapping[str, Any], *, actor: Actor, reason: str
) -> Advanced:
    """Put right the named variables (FEEL values) with a reason, then run the element again."""
    row = _open_incident(db, incident_id, actor)
    needs_reason(reason)
    with advancing(db, row.instance_id, actor=actor) as step:
        wait = step.before.get(row.token_id or "")
        if wait is None or wait.kind not in ("problem", "task"):
            raise Conflict("This problem no longer stands: the case has moved on.")
        _correct(step, row, values, reason)
        step.events.append(
            Event("problem.retried", row.element_id, row.token_id, {"reason": reason})
        )
        if wait.kind == "task":  # a setting of an open task, such as its due date
            opening.offer_again(step, wait)
        else:
            step.retried.add(wait.token_id)
            run.retry(step.case, wait.task)
    messages.deliver_soon(step)
    audit.record(
        db,
        actor=actor,
        chain=f"case:{row.instance_id}",
        action="problem.retry",
        subject=f"incident:{incident_id}",
        details={"names": sorted(values)},
    )
    return advanced(step)


def _open_incident(db: Connection, incident_id: int, actor: Actor) -> Row[Any]:
    row = db.execute(select(incident).where(incident.c.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound("problem", incident_id)
    access.require_operate(db, actor, row.instance_id)
    if row.resolved_at is not None:
        by = db.execute(select(account.c.name).where(account.c.id == row.resolved_by)).scalar()
        raise Conflict("This problem was already solved.", by=by, at=row.resolved_at)
    return row


def _correct(step: Step, row: Row[Any], values: Mapping[str, Any], reason: str) -> None:
    """Only names that the case already has, or that the failed element reads, may be set."""
    wait = step.before[row.token_id]
    key = step.case.scopes.key(wait.task)
    known = {*step.case.view(wait.task), *(row.details.get("values") or {})}
    unknown = {n: f"The case has no value “{n}”." for n in values if n not in known}
    if unknown:
        raise InvalidInput(unknown)
    for name, value in values.items():
        old = step.case.scopes.read(key, name)
        step.case.scopes.write(key, name, value, row.element_id)
        details = {
            "name": name,
            "old": feel.to_json(old),
            "new": feel.to_json(value),
            "reason": reason,
        }
        step.events.append(Event("value.corrected", row.element_id, details=details))
