"""Start a case, and say that something happened to one (a case action)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine import access, choices, definitions
from engine.access import Actor
from engine.advance import Beginning, Step, advancing, begin
from engine.commands import messages, starts
from engine.commands.references import next_reference
from engine.definitions import Definition
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from engine.execution import run
from engine.execution.activities import write_all
from engine.forms import Form
from engine.history import Event
from engine.models import account, message_subscription
from engine.prepared import together

Posted = Mapping[str, list[str]]


@dataclass(frozen=True)
class Started:
    instance_id: int
    reference: str


@dataclass(frozen=True)
class NextTask:
    """A task that the step opened: for “what happens next”."""

    id: str
    title: str
    who: str | None  # the holder's name, when somebody has it
    roles: tuple[str, ...]
    due_at: datetime | None


@dataclass(frozen=True)
class Advanced:
    """What a step led to. `problem`: a later step could not be run; what was sent is kept."""

    instance_id: int
    reference: str
    next: tuple[NextTask, ...]
    ended: bool
    problem: bool


def start_case(
    db: Connection,
    key: str,
    posted: Posted,
    *,
    actor: Actor,
    start_event: str | None = None,
) -> Started:
    """Begin a case of the newest version, with the answers of its start form."""
    known, stopped = together(db, [(definitions.NEWEST, {}), (starts.STOPPED, {})])
    newest_known = definitions.newest_of(known.rows)
    definition = _known(db, newest_known, key)
    if not access.may_start(actor, definition.manifest):
        raise NotAllowed("Your role does not start this process.", action="start", rule="start")
    if (why := next((row.reason for row in stopped.rows if row.key == key), None)) is not None:
        raise Conflict(f"No new case of “{definition.title}” can be started now: {why}")
    element = start_of(definition, start_event)
    form = definition.form(element)
    values = checked(db, form, posted, {}, actor=actor)
    new = Beginning(
        key=key,
        start_event=element,
        reference=next_reference(db, str(definition.manifest["reference"])),
        values=values,
        event=Event("case.started", element),
        account_id=actor.account_id,
        username=actor.username,
        newest=newest_known,
    )
    step = begin(db, new, actor=actor, audited="case.start")
    messages.deliver_soon(step)
    return Started(step.row.id, new.reference)


def newest(db: Connection, key: str) -> Definition:
    return _known(db, definitions.newest(db), key)


def _known(db: Connection, known: Mapping[str, int], key: str) -> Definition:
    if key not in known:
        raise NotFound("process", key)
    return definitions.load(db, known[key])


def start_of(definition: Definition, wanted: str | None) -> str:
    """The plain start event to begin at: the wanted one, or the only one."""
    plain = [
        e.id
        for e in definition.elements.values()
        if e.kind == "startEvent" and e.event is None and e.parent == definition.key
    ]
    if wanted in plain:
        return str(wanted)
    if wanted is not None or not plain:
        raise NotFound("start", wanted)
    if len(plain) > 1:
        raise InvalidInput({"start": "Choose how this case starts."})
    return plain[0]


def perform_action(
    db: Connection, subscription_id: str, posted: Posted, *, actor: Actor
) -> Advanced:
    """A person of the right role says that something happened which the diagram waits for."""
    c = message_subscription.c
    row = db.execute(select(message_subscription).where(c.id == subscription_id)).one_or_none()
    if row is None:
        raise Conflict("The case no longer waits for this.")
    if not access.may_see_case(db, actor, row.instance_id) or not row.roles:
        raise NotFound("action", subscription_id)
    if not actor.roles & set(row.roles):
        raise NotAllowed("Your role does not do this.", action="perform", rule="roles")
    told = ("case.action", row.element_id)
    with advancing(db, row.instance_id, actor=actor, audited=told) as step:
        wait = step.before.get(subscription_id)
        if wait is None:
            raise Conflict("The case no longer waits for this.")
        form = step.definition(wait.definition_id).form(wait.element.id)
        context = step.case.view(wait.task)
        values = checked(db, form, posted, context, row.instance_id, actor=actor)
        step.events.append(Event("action.performed", wait.element.id, subscription_id))
        write_all(wait.task, values)
        run.fire(step.case, wait.task)
    messages.deliver_soon(step)
    return advanced(step)


def advanced(step: Step) -> Advanced:
    """What to tell the person who moved the case."""
    holders = [row["assignee_id"] for row in step.new_tasks if row["assignee_id"]]
    names: dict[int, str] = {}
    if holders:
        rows = step.db.execute(
            select(account.c.id, account.c.name).where(account.c.id.in_(holders))
        )
        names = {row.id: row.name for row in rows}
    following = tuple(
        NextTask(
            id=row["id"],
            title=row["title"],
            who=names.get(row["assignee_id"]),
            roles=tuple(row["roles"]),
            due_at=row["due_at"],
        )
        for row in step.new_tasks
    )
    return Advanced(step.row.id, step.row.reference, following, step.ended, step.failed)


def checked(
    db: Connection,
    form: Form | None,
    posted: Posted,
    context: Mapping[str, Any],
    instance_id: int | None = None,
    *,
    actor: Actor,
) -> dict[str, Any]:
    """The form's values; what is chosen must be among what this person was offered."""
    if form is None:
        return {}
    offered = choices.offered(db, form, actor, instance_id)
    return form.validate(posted, context, offered=offered)
