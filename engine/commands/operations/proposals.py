"""Two people together may end a protected wait: one proposes with a reason, another confirms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from engine import access, audit, clock, sealing
from engine.access import Actor
from engine.advance import Step
from engine.commands.operations.kinds import KINDS, Operation
from engine.commands.operations.migrating import Migrate
from engine.commands.operations.performing import perform, preview
from engine.commands.reasons import needs_reason
from engine.commands.tasks import tell
from engine.database import inserted_id
from engine.errors import Conflict, NotAllowed, NotFound
from engine.history import Event
from engine.models import account, proposal


def _from_json(kind: str, stored: Mapping[str, Any]) -> Operation:
    made: type[Operation] = {**KINDS, Migrate.kind: Migrate}[kind]
    return made(**{k: tuple(v) if k == "reads" else v for k, v in stored.items()})


def propose(
    db: Connection, instance_id: int, operation: Operation, *, actor: Actor, reason: str
) -> int:
    """Ask a second person to confirm an operation that would end a protected wait; its id. What
    would be refused, or needs nobody else, is refused here."""
    effect = preview(db, instance_id, operation, actor=actor)
    needs_reason(reason)
    if not effect.protected:
        raise Conflict("This needs no second person: nothing protected would end.")
    row = {
        "instance_id": instance_id,
        "proposed_by": actor.account_id,
        "proposed_at": clock.now(),
    }
    made = db.execute(
        insert(proposal).values(
            **row,
            kind=operation.kind,
            operation=sealing.OPERATION.dump(operation.to_json(), *row.values()),
            reason=sealing.REASON.write(reason.strip(), *row.values()),
            waits=list(effect.protected),
        )
    )
    details = {"kind": operation.kind, "waits": list(effect.protected), "reason": reason}
    tell(db, instance_id, actor, Event("operation.proposed", details=details))
    return inserted_id(made)


def confirm(db: Connection, proposal_id: int, *, actor: Actor, reason: str) -> Step:
    """Do what another person proposed; both names and reasons are told."""
    row = _open(db, proposal_id, actor)
    if row.proposed_by == actor.account_id:
        raise NotAllowed(
            "You proposed this, so another person must confirm it.",
            action="confirm",
            rule="second person",
        )
    which = row.instance_id, row.proposed_by, row.proposed_at
    said = sealing.REASON.read(row.reason, *which)
    confirms = {"proposed_by": row.proposer, "proposal_reason": said}
    operation = _from_json(row.kind, sealing.OPERATION.load(row.operation, *which))
    step = perform(db, row.instance_id, operation, actor=actor, reason=reason, confirms=confirms)
    _decide(db, row, actor, "confirmed")
    return step


def decline(db: Connection, proposal_id: int, *, actor: Actor, reason: str) -> None:
    """Nothing is done. Who proposed it may take it back in the same way."""
    row = _open(db, proposal_id, actor)
    needs_reason(reason)
    _decide(db, row, actor, "declined")
    details = {"kind": row.kind, "waits": row.waits, "reason": reason, "by": row.proposer}
    tell(db, row.instance_id, actor, Event("operation.declined", details=details))


def _open(db: Connection, proposal_id: int, actor: Actor) -> Row[Any]:
    row = db.execute(
        select(proposal, account.c.name.label("proposer"))
        .join(account, account.c.id == proposal.c.proposed_by)
        .where(proposal.c.id == proposal_id)
        .with_for_update(of=proposal)
    ).first()
    if row is None:
        raise NotFound("proposal", proposal_id)
    access.require_operate(db, actor, row.instance_id)
    if row.decided_at is not None:
        by = db.execute(select(account.c.name).where(account.c.id == row.decided_by)).scalar()
        raise Conflict(f"This proposal was already {row.decision}.", by=by, at=row.decided_at)
    return row


def _decide(db: Connection, row: Row[Any], actor: Actor, decision: str) -> None:
    db.execute(
        update(proposal)
        .where(proposal.c.id == row.id)
        .values(decided_by=actor.account_id, decided_at=clock.now(), decision=decision)
    )
    audit.record(
        db,
        actor=actor,
        chain=f"case:{row.instance_id}",
        action=f"proposal.{decision}",
        subject=f"proposal:{row.id}",
    )
