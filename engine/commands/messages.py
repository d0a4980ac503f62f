"""The inbox: messages between cases, each delivered to one subscription or starting one case."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from engine import clock, definitions, feel, sealing
from engine.access import SYSTEM
from engine.advance import Beginning, Step, advancing, begin
from engine.advance.writing import SIGNAL_START
from engine.commands.references import next_reference
from engine.database import Database, after_commit, insert_for
from engine.definitions import Definition
from engine.errors import Conflict
from engine.execution import run
from engine.execution.activities import write_all
from engine.faults import Faults
from engine.history import Event
from engine.models import account, message, message_subscription, process_instance

ONE_ROUND = 500
log = logging.getLogger("waymark.messages")


def deliver_soon(step: Step) -> None:
    """After a step that threw or opened something: look at the inbox once it is safe."""
    waiting = any(w.kind == "message" and t not in step.before for t, w in step.after.items())
    if step.case.journal.thrown or step.case.journal.signals or waiting:
        after_commit(step.db, deliver_pending)


def send(db: Connection, name: str, key: str, values: dict[str, Any], *, idempotency: str) -> bool:
    """Put a message into the inbox. The same idempotency key again changes nothing: False."""
    now = clock.now()
    statement = insert_for(db)(message).values(
        name=name,
        key=key,
        idempotency=idempotency,
        payload=sealing.MESSAGE.dump(
            {"from": None, "values": feel.to_json(values)}, name, idempotency
        ),
        sent_at=now,
        expires_at=now + timedelta(days=30),
    )
    statement = statement.on_conflict_do_nothing(index_elements=["name", "idempotency"])
    made = db.execute(statement.returning(message.c.id)).first()
    after_commit(db, deliver_pending)
    return made is not None


def deliver_pending(database: Database) -> int:
    """Deliver what can be delivered, each message in a transaction of its own; how many were.
    Faults as in timers.run_due."""
    delivered, faults = 0, Faults[int]()
    tried: set[int] = set()
    for _ in range(ONE_ROUND):
        with database.reading() as db:
            waiting = _deliverable(db, tried)
        if waiting is None:
            break
        tried.add(waiting)
        with faults.apart(waiting):
            try:
                with database.transaction() as db:
                    delivered += _deliver(db, waiting)
            except Conflict:  # its case is suspended or was faster: it stays in the inbox
                log.info("message %s waits on", waiting)
    faults.tell("messages that could not be delivered")
    return delivered


def _deliverable(db: Connection, tried: set[int]) -> int | None:
    """The oldest message that has a taker: a subscription, or a process that it starts."""
    c, s = message.c, message_subscription.c
    starting = sorted(_starts(db))
    signalled = c.key.startswith(SIGNAL_START, autoescape=True)
    rows = db.execute(
        select(c.id)
        .outerjoin(message_subscription, (s.name == c.name) & (s.key == c.key))
        .where(
            c.delivered_at.is_(None),
            c.expires_at > clock.now(),
            s.id.is_not(None) | c.name.in_(starting) | signalled,
        )
        .order_by(c.id)
        .limit(len(tried) + 1)
    )
    return next((row.id for row in rows if row.id not in tried), None)


def _starts(db: Connection) -> dict[str, Definition]:
    """Message name -> the newest version of the process that it starts."""
    found: dict[str, Definition] = {}
    for definition in definitions.started_by(db, "message"):
        found |= {e.message: definition for e in definition.starts("message") if e.message}
    return found


def _started(db: Connection, row: Row[Any]) -> tuple[Definition, str] | None:
    """The process that a message or signal starts, and at which start event."""
    if row.key.startswith(SIGNAL_START):
        found = definitions.started_by(db, "signal", row.name)
        definition = next((d for d in found if SIGNAL_START + d.key == row.key), None)
    else:
        definition = _starts(db).get(row.name)
    if definition is None:
        return None
    event = "signal" if row.key.startswith(SIGNAL_START) else "message"
    return definition, next(e.id for e in definition.starts(event) if e.message == row.name)


def _deliver(db: Connection, message_id: int) -> int:
    row = db.execute(select(message).where(message.c.id == message_id).with_for_update()).one()
    if row.delivered_at is not None:
        return 0
    s = message_subscription.c
    taker = db.execute(
        select(s.id, s.instance_id)
        .where(s.name == row.name, s.key == row.key)
        .order_by(s.created_at, s.id)
        .limit(1)
    ).first()
    if taker is not None:
        instance_id = _into(db, taker.instance_id, taker.id, row)
    else:
        instance_id = _start_by(db, row)
    if instance_id is None:
        return 0
    db.execute(
        update(message)
        .where(message.c.id == message_id)
        .values(delivered_at=clock.now(), delivered_to=instance_id)
    )
    return 1


def _into(db: Connection, instance_id: int, token: str, row: Row[Any]) -> int | None:
    payload = sealing.MESSAGE.load(row.payload, row.name, row.idempotency)
    with advancing(db, instance_id, actor=SYSTEM) as step:
        wait = step.before.get(token)
        if wait is None:
            return None
        step.events.append(Event("message.received", wait.element.id, token, {"name": row.name}))
        step.fired.add(token)
        write_all(wait.task, feel.from_json(payload["values"]))
        run.fire(step.case, wait.task)
    deliver_soon(step)
    return instance_id


def _start_by(db: Connection, row: Row[Any]) -> int | None:
    found = _started(db, row)
    if found is None:
        return None
    definition, start = found
    payload = sealing.MESSAGE.load(row.payload, row.name, row.idempotency)
    starter = None
    if row.account_id is not None:
        starter = db.execute(
            select(account.c.username).where(account.c.id == row.account_id)
        ).scalar()
    new = Beginning(
        key=definition.key,
        start_event=start,
        reference=next_reference(db, str(definition.manifest["reference"])),
        values=feel.from_json(payload["values"]),
        event=Event("case.started", start, details={"from": payload["from"]}),
        started_from=row.thrown_by,
        account_id=row.account_id,
        username=starter,
    )
    step = begin(db, new, actor=SYSTEM)
    deliver_soon(step)
    return int(step.row.id)


def thrown_from(db: Connection, instance_id: int) -> list[str]:
    """References of cases that this case's messages started."""
    c = process_instance.c
    rows = db.execute(select(c.reference).where(c.started_from == instance_id).order_by(c.id))
    return [row.reference for row in rows]
