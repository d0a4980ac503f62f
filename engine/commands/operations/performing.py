"""The one way an operation is previewed and performed: rights, reason, race, protection, story."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from engine import access, audit
from engine.access import Actor
from engine.advance import ENDED, Effect, Step, advancing, effect_of
from engine.advance import preview as in_memory
from engine.commands import messages
from engine.commands.operations.kinds import Operation
from engine.commands.reasons import needs_reason
from engine.errors import Conflict, NotAllowed
from engine.history import Event
from engine.models import account, history_event


class NeedsSecondPerson(NotAllowed):
    """A protected wait would end: another person must confirm. `waits` are their names."""

    def __init__(self, waits: tuple[str, ...]) -> None:
        names = " and ".join(f"“{name}”" for name in waits)
        super().__init__(
            f"{names} is protected: ask a second person to confirm this.",
            action="operate",
            rule="protected",
        )
        self.waits = waits


def preview(db: Connection, instance_id: int, operation: Operation, *, actor: Actor) -> Effect:
    """What the operation would do, worked out in memory; refused in words where it would be."""
    _require(db, actor, instance_id, operation)
    with in_memory(db, instance_id, actor=actor) as step:
        if step.row.status in ENDED:
            raise Conflict(f"The case {step.row.reference} is closed.", at=step.row.changed_at)
        operation.apply(step)
        return effect_of(step)


def perform(
    db: Connection,
    instance_id: int,
    operation: Operation,
    *,
    actor: Actor,
    reason: str,
    seen: int | None = None,
    confirms: dict[str, Any] | None = None,
) -> Step:
    """Do it, with a reason. `seen` is the history number of the case as the person saw it: when
    somebody was faster, `Conflict` says who and what. `confirms` holds the account, name and
    reason of the person who proposed it."""
    _require(db, actor, instance_id, operation)
    needs_reason(reason)
    with advancing(db, instance_id, actor=actor, suspended=True) as step:
        if seen is not None:
            _must_be_as_seen(step, seen)
        done = operation.apply(step)
        protected = effect_of(step).protected
        if protected and confirms is None:
            raise NeedsSecondPerson(protected)
        told = {**(done.details or {}), "reason": reason, **(confirms or {})}
        step.events.insert(0, replace(done, details=told))
        step.events[1:] = [_with_reason(e, reason) for e in step.events[1:]]
    messages.deliver_soon(step)
    audit.record(
        db,
        actor=actor,
        chain=f"case:{instance_id}",
        action=f"operation.{operation.kind}",
        subject=getattr(operation, "token", "") or step.row.reference,
    )
    return step


def _require(db: Connection, actor: Actor, instance_id: int, operation: Operation) -> None:
    if not (operation.for_owners and "model" in actor.rights):
        access.require_operate(db, actor, instance_id)


def _with_reason(event: Event, reason: str) -> Event:
    if event.kind != "value.corrected":
        return event
    return replace(event, details={**(event.details or {}), "reason": reason})


def _must_be_as_seen(step: Step, seen: int) -> None:
    if step.row.history_seq <= seen:
        return
    h = history_event.c
    last = step.db.execute(
        select(h.kind, h.at, account.c.name)
        .select_from(history_event.outerjoin(account, account.c.id == h.account_id))
        .where(h.instance_id == step.row.id)
        .order_by(h.seq.desc())
        .limit(1)
    ).one()
    raise Conflict(
        "This case has changed since you opened it. Look at it again before you act.",
        by=last.name or "Waymark",
        at=last.at,
    )
