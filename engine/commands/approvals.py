"""A draft becomes the live version: one person asks, another approves it or sends it back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine import access, audit, clock, definitions
from engine.access import Actor
from engine.commands import deployments, drafts
from engine.commands.deployments import Published
from engine.commands.drafts.coverage import coverage
from engine.commands.reasons import given
from engine.errors import (
    ConcurrentUpdate,
    InvalidDefinition,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from engine.models import account, approval, definition_draft


def ask(
    db: Connection,
    key: str,
    counter: int | None = None,
    *,
    actor: Actor,
    reason: str,
    untested_why: str | None = None,
) -> None:
    """Ask for this state of the draft to be published. InvalidDefinition while it has errors.
    `untested_why` is why it may be although scenarios leave something untested; None: not said."""
    access.require(actor, "model")
    row = drafts.saved_draft(db, key, counter)
    draft = drafts.draft_of(db, key)
    if row is None:
        raise InvalidInput({"reason": "There is no draft to publish. Save a change first."})
    words = given(reason, "reason", "Say why this version is to be published.")
    if errors := [p for p in drafts.problems(db, draft) if p.severity == "error"]:
        raise InvalidDefinition(errors)
    live = definitions.load(db, definitions.newest(db)[key])
    if deployments.unchanged(live, deployments.folder_of(draft.files)):
        raise InvalidInput({"reason": f"The draft runs just as version {live.version} does."})
    gaps = coverage(db, draft).gaps
    why = _untested(untested_why) if gaps else None
    drafts.withdraw_request(db, key, actor)
    db.execute(
        insert(approval).values(
            key=key, counter=draft.counter, asked_by=actor.account_id, asked_at=clock.now(),
            reason=words, untested=list(gaps) or None, untested_why=why,
        )
    )  # fmt: skip
    _record(db, actor, "ask", key)


def _untested(why: str | None) -> str:
    if why is None:
        words = "Not everything is tested. Play the scenarios, or tick that it may be published so."
        raise InvalidInput({"untested": words})
    return given(why, "untested_why", "Say why it may be published untested.")


def withdraw(db: Connection, key: str, *, actor: Actor) -> None:
    """Take the request back; the draft stays."""
    access.require(actor, "model")
    if not drafts.withdraw_request(db, key, actor):
        raise _decided(db, key)
    _record(db, actor, "withdraw", key)


def approve(db: Connection, request_id: int, *, actor: Actor, note: str) -> Published:
    """Publish the draft as it was when it was asked; it is then gone. Nobody approves their own:
    neither who asked nor who saved it last."""
    request = _open_request(db, request_id, actor)
    words = given(note, "note", "Say what you looked at, or why it may be published.")
    files = deployments.folder_of(drafts.draft_of(db, request.key).files)
    published = deployments.deploy(db, {request.key: files}, actor=actor, reason=request.reason)[0]
    if not published.new:
        same = f"The draft runs just as version {published.version} does: send it back."
        raise InvalidInput({"note": same})
    db.execute(delete(definition_draft).where(definition_draft.c.key == request.key))
    _decide(db, request, actor, "approved", words, published.version)
    return published


def send_back(db: Connection, request_id: int, *, actor: Actor, note: str) -> str:
    """Refuse it with a note for the owner, who keeps the draft. Returns the process's key."""
    request = _open_request(db, request_id, actor)
    words = given(note, "note", "Say what has to change before it may be published.")
    _decide(db, request, actor, "sent back", words, None)
    return str(request.key)


def own_part(request: Row[Any], saved_by: int | None, account_id: int | None) -> str | None:
    """What somebody has done to a draft that keeps them from approving it, in words."""
    if request.asked_by == account_id:
        return "You asked for this"
    return "You changed this draft last" if saved_by == account_id else None


def _open_request(db: Connection, request_id: int, actor: Actor) -> Row[Any]:
    """The request, held, when this person may decide it and it is still about the draft."""
    access.require(actor, "approve")
    a = approval.c
    row = db.execute(select(approval).where(a.id == request_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("request", request_id)
    if row.decided_at is not None:
        raise _decided(db, row.key)
    draft = drafts.saved_draft(db, row.key, row.counter)
    if own := own_part(row, draft.saved_by if draft else None, actor.account_id):
        words = f"{own}: another person decides."
        raise NotAllowed(words, action="approve", rule="another person")
    return row


def _decided(db: Connection, key: str) -> ConcurrentUpdate:
    """Somebody was faster: who, and what they decided."""
    a = approval.c
    row = db.execute(
        select(a.decision, a.decided_at, account.c.name)
        .outerjoin(account, account.c.id == a.decided_by)
        .where(a.key == key, a.decided_at.is_not(None))
        .order_by(a.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return ConcurrentUpdate("Nobody asks for approval of this draft.", by=None, at=clock.now())
    done = {"approved": "approved and published", "sent back": "sent back"}
    words = f"This request was {done.get(row.decision, 'withdrawn')} by {row.name}."
    return ConcurrentUpdate(words, by=row.name, at=row.decided_at)


def _decide(
    db: Connection, request: Row[Any], actor: Actor, decision: str, note: str, version: int | None
) -> None:
    db.execute(
        update(approval)
        .where(approval.c.id == request.id)
        .values(
            decision=decision, decided_by=actor.account_id, decided_at=clock.now(), note=note,
            version=version,
        )
    )  # fmt: skip
    _record(db, actor, decision.replace(" ", "_"), request.key)


def _record(db: Connection, actor: Actor, what: str, key: str) -> None:
    action = f"definition.{what}"
    audit.record(db, actor=actor, chain="system", action=action, subject=key)
