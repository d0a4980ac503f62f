"""What a supervisor can do about a case: all it rests on, with what may be done about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine import access, definitions, sealing
from engine.access import Actor
from engine.advance import Step, preview
from engine.advance.effect import is_protected
from engine.choices import offered
from engine.commands.operations.kinds import optional
from engine.definitions import shown
from engine.execution import moves
from engine.execution.waits import Wait
from engine.forms import Choice, Form
from engine.models import (
    account,
    incident,
    job,
    message_subscription,
    process_instance,
    proposal,
    timer,
    user_task,
)
from engine.queries import people, variables
from engine.queries.cases import CaseHead, case_head
from engine.queries.waiting import job_words, offered_to

BY_KIND = {
    "task": ("move", "skip"),
    "timer": ("fire", "redate", "move"),
    "message": ("deliver", "move"),
    "signal": ("deliver", "move"),
    "condition": ("skip", "move"),
    "job": ("skip", "move"),
    "problem": ("skip", "move"),
}


@dataclass(frozen=True)
class Standing:
    """One thing the case rests on. `origin` is the text in the diagram that a date came from;
    `operations` what may be done about it; `incident_id` the problem, when it is one."""

    token: str
    kind: str
    element_id: str
    title: str
    process: str
    since: datetime | None
    due_at: datetime | None
    who: str
    key: str | None
    origin: str | None
    protected: bool
    beside: bool
    operations: tuple[str, ...]
    incident_id: int | None


@dataclass(frozen=True)
class Target:
    """A step that the case can be moved to."""

    element_id: str
    label: str
    process: str


@dataclass(frozen=True)
class Proposal:
    """An operation that waits for a second person."""

    id: int
    kind: str
    waits: tuple[str, ...]
    reason: str
    by: str
    own: bool
    at: datetime
    reference: str


@dataclass(frozen=True)
class Intervening:
    """`seen` is the history number of the case as it is shown: what is done names it, so that the
    second of two people is told that the first was faster."""

    head: CaseHead
    seen: int
    standings: tuple[Standing, ...]
    causes: tuple[str, ...]
    reasons: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    outdated: str | None  # its process, when that or one it calls has a newer version

    def of(self, token: str) -> Standing | None:
        return next((s for s in self.standings if s.token == token), None)


@dataclass(frozen=True)
class Asked:
    """The form of the step that is skipped or the message that is delivered, nothing required."""

    form: Form | None
    context: Mapping[str, Any]
    offered: Mapping[str, tuple[Choice, ...]]


def intervening(db: Connection, actor: Actor, reference: str) -> Intervening:
    """NotFound as for a case one may not know of; NotAllowed without the right to operate."""
    head = case_head(db, actor, reference)
    access.require_operate(db, actor, head.id)
    row = db.execute(
        select(process_instance.c.history_seq, process_instance.c.definition_id,
               process_instance.c.key, process_instance.c.bound)
        .where(process_instance.c.id == head.id)
    ).one()  # fmt: skip
    given = definitions.load(db, row.definition_id).manifest.get("reasons") or {}
    standings: tuple[Standing, ...] = ()
    if head.status not in ("completed", "cancelled"):
        with preview(db, head.id, actor=actor) as step:
            rows, titles = _rows(db, head.id), people.titles(db)
            found = [_standing(step, w, rows, titles, actor) for w in step.before.values()]
            standings = tuple(sorted(found, key=lambda s: (s.beside, s.kind != "problem")))
    return Intervening(
        head=head, seen=row.history_seq, standings=standings,
        causes=tuple(map(str, given.get("end") or ())),
        reasons=tuple(map(str, given.get("intervene") or ())),
        proposals=proposals(db, actor, head.id),
        outdated=row.key if dict(row.bound) != definitions.bind(db, row.key) else None,
    )  # fmt: skip


def targets(db: Connection, actor: Actor, head: CaseHead, token: str) -> tuple[Target, ...]:
    """Where the case can be moved to from this token, its own diagram first."""
    access.require_operate(db, actor, head.id)
    with preview(db, head.id, actor=actor) as step:
        wait = step.before.get(token)
        found = moves.targets(step.case, wait.task if wait else None)
        known = [step.definition(i) for i in step.row.bound.values()]
    places: dict[str, Target] = {}
    for element_id in found:
        for definition in known:
            element = definition.elements.get(element_id)
            here = wait is None or element_id != wait.element.id
            if element is not None and element_id not in places and here:
                places[element_id] = Target(element_id, element.label, definition.title)
    return tuple(places.values())


def asked(db: Connection, actor: Actor, head: CaseHead, standing: Standing) -> Asked:
    """The questions of the step at this token, as an operation takes them."""
    access.require_operate(db, actor, head.id)
    with preview(db, head.id, actor=actor) as step:
        wait = step.before[standing.token]
        form = step.definition(wait.definition_id).form(wait.element.id)
    if form is not None and standing.kind not in ("message", "signal"):
        form = optional(form)
    choices = offered(db, form, actor, head.id) if form else {}
    return Asked(form, variables.read(db, head.id), choices)


def due_on_resuming(db: Connection, head: CaseHead, now: datetime) -> tuple[str, ...]:
    """Names of the dates that fell due while the case was suspended."""
    rows = db.execute(
        select(timer.c.title)
        .where(timer.c.instance_id == head.id, timer.c.due_at <= now)
        .order_by(timer.c.due_at)
    )
    return tuple(row.title for row in rows)


def proposals(db: Connection, actor: Actor, instance_id: int | None = None) -> tuple[Proposal, ...]:
    """What waits for a second person, oldest first: of one case, or of all this actor may see."""
    p = proposal.c
    statement = (
        select(proposal, account.c.name, process_instance.c.reference)
        .join(account, account.c.id == p.proposed_by)
        .join(process_instance, process_instance.c.id == p.instance_id)
        .where(p.decided_at.is_(None), access.case_seen_by(actor))
        .order_by(p.id)
    )
    if instance_id is not None:
        statement = statement.where(p.instance_id == instance_id)
    return tuple(
        Proposal(
            row.id, row.kind, tuple(row.waits),
            sealing.REASON.read(row.reason, row.instance_id, row.proposed_by, row.proposed_at),
            row.name,
            row.proposed_by == actor.account_id, row.proposed_at, row.reference,
        )
        for row in db.execute(statement)
    )  # fmt: skip


def _rows(db: Connection, instance_id: int) -> dict[str, Row[Any]]:
    """Token -> the row of what rests there."""
    t, found = user_task.c, {}
    tasks = db.execute(
        select(user_task, account.c.name)
        .select_from(user_task.outerjoin(account, account.c.id == t.assignee_id))
        .where(t.instance_id == instance_id, t.state.in_(("created", "claimed")))
    )
    found.update({row.id: row for row in tasks})
    jobs = db.execute(select(job).where(job.c.instance_id == instance_id, job.c.state == "waiting"))
    found.update({row.id: row for row in jobs})
    for table in (timer, message_subscription):
        rows = db.execute(select(table).where(table.c.instance_id == instance_id))
        found.update({row.id: row for row in rows})
    problems = db.execute(
        select(incident).where(
            incident.c.instance_id == instance_id, incident.c.resolved_at.is_(None)
        )
    )
    for row in problems:
        found.setdefault(row.token_id or "", row)
    return found


def _standing(
    step: Step, wait: Wait, rows: Mapping[str, Any], titles: Mapping[str, str], actor: Actor
) -> Standing:
    row = rows.get(wait.token_id)
    veil = shown.words(step.db, actor, row) if wait.kind == "task" and row is not None else None
    allowed = BY_KIND.get(wait.kind, ())
    if wait.beside:
        allowed = tuple(one for one in allowed if one != "move")
    named = wait.kind in ("message", "signal")
    return Standing(
        token=wait.token_id,
        kind=wait.kind,
        element_id=wait.element.id,
        title=veil or getattr(row, "title", None) or wait.element.label,
        process=step.definition(wait.definition_id).title,
        since=getattr(row, "created_at", None) or getattr(row, "opened_at", None),
        due_at=None if veil else getattr(row, "due_at", None),
        who="" if row is None else _who(wait, row, titles, veiled=veil is not None),
        key=f"{row.name}, key {row.key}" if named and row is not None else None,
        origin=wait.element.timer[1] if wait.element.timer else None,
        protected=is_protected(wait),
        beside=wait.beside,
        operations=allowed,
        incident_id=row.id if wait.kind == "problem" and row is not None else None,
    )


def _who(wait: Wait, row: Any, titles: Mapping[str, str], *, veiled: bool) -> str:
    """Whose turn it is: who holds a task, else to whom it is offered; who may record a message;
    the attempt that a job is at."""
    if wait.kind == "job":
        return job_words(row)
    if wait.kind == "task" and (row.name or not veiled):
        return row.name or offered_to(row, titles)
    return people.any_of(getattr(row, "roles", None) or (), titles)
