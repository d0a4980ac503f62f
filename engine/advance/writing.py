"""Variables, history and thrown messages of one step, as rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import delete, insert, or_, select

from engine import clock, definitions, feel, sealing, values
from engine.advance.step import Step
from engine.database import insert_on
from engine.execution.scopes import MISSING
from engine.execution.workflow import Thrown
from engine.history import Event, pack
from engine.models import history_event, message, message_subscription, variable
from engine.prepared import Prepared

TIME_TO_LIVE = timedelta(days=30)
SIGNAL_START = "start:"  # the key of a signal that is to start a case of the process named after it


def _upsert(database: str) -> Any:
    statement = insert_on(database)(variable)
    return statement.on_conflict_do_update(
        index_elements=["instance_id", "scope", "name"],
        set_={"value": statement.excluded.value},
    )


_SET = Prepared(_upsert)
_TELL = Prepared(insert(history_event))


def write_variables(step: Step, known_scopes: set[str]) -> None:
    """Changed values of scopes that live on; scopes that ended take their rows with them."""
    scopes = step.case.scopes
    changed = dict.fromkeys((w.scope, w.name) for w in scopes.log if w.scope in scopes.all)
    rows = []
    for key, name in changed:
        value = scopes.all[key].get(name)
        if value is not MISSING:
            stored = _stored(step, key, name, value)
            rows.append({"instance_id": step.row.id, "scope": key, "name": name, "value": stored})
    if rows:
        step.write(_SET, rows)
    gone = known_scopes - set(scopes.all)
    if gone:
        step.db.execute(
            delete(variable).where(
                variable.c.instance_id == step.row.id,
                or_(*(variable.c.scope == key for key in sorted(gone))),
            )
        )


def _stored(step: Step, scope: str, name: str, value: Any) -> bytes:
    """Sealed, unless a form asks for it and no form gives it a class: what is worked out, called
    something else or taken from a message may hold what is protected."""
    text = orjson.dumps(feel.to_json(value))
    bound = (step.bound or step.row.bound).values()
    classed = {step.definition(one).classed.get(name) for one in bound} - {None}
    return values.stored(text, step.row.id, scope, name, protected=classed != {False})


def write_history(step: Step, cut: list[list[Any]]) -> int:
    """One row an event; what every step leaves (elements passed, values, cut rows) rides on the
    first. Returns the last sequence number."""
    events = step.events or [Event("case.moved")]
    details = dict(events[0].details or {})
    details.update(_left_behind(step, cut))
    events = [
        Event(events[0].kind, events[0].element_id, events[0].task_id, details, events[0].at),
        *events[1:],
    ]
    now, first = clock.now(), int(step.row.history_seq) + 1
    step.write(
        _TELL,
        [
            {
                "instance_id": step.row.id,
                "seq": first + place,
                "at": event.at or now,
                "kind": event.kind,
                "element_id": event.element_id,
                "account_id": step.actor.account_id,
                "task_id": event.task_id,
                "details": pack(event.details, step.row.id, first + place),
            }
            for place, event in enumerate(events)
        ],
    )
    return first + len(events) - 1


def _left_behind(step: Step, cut: list[list[Any]]) -> dict[str, Any]:
    left: dict[str, Any] = {}
    if step.case.journal.passed:
        left["passed"] = step.case.journal.passed
    if step.case.scopes.log:
        left["writes"] = [
            [w.scope, w.name, feel.to_json(w.value), w.element_id] for w in step.case.scopes.log
        ]
    if cut:
        left["cut"] = cut
    return left


def write_thrown(step: Step) -> None:
    """Messages and signals on their way out: into the inbox, to be delivered after this step is
    safe. A signal goes to each that waits for it, so it becomes as many rows."""
    journal = step.case.journal
    rows = [_outgoing(step, t, t.key or step.row.reference, "") for t in journal.thrown]
    for thrown in journal.signals:
        rows += [_outgoing(step, thrown, key, f":{key}") for key in _hearers(step, thrown)]
    for kind, thrown in (
        *(("message.sent", t) for t in journal.thrown),
        *(("signal.sent", t) for t in journal.signals),
    ):
        step.events.append(Event(kind, thrown.element_id, details={"name": thrown.name}))
    for element_id in journal.unheard:
        step.events.append(Event("escalation.unheard", element_id))
    if rows:
        step.db.execute(insert(message), rows)


def _outgoing(step: Step, thrown: Thrown, key: str, one_of: str) -> dict[str, Any]:
    idempotency = f"{step.row.id}:{thrown.token_id}{one_of}"
    payload = {"from": step.row.reference, "values": feel.to_json(thrown.payload)}
    return {
        "name": thrown.name,
        "key": key,
        "idempotency": idempotency,
        "payload": sealing.MESSAGE.dump(payload, thrown.name, idempotency),
        "thrown_by": step.row.id,
        "account_id": step.row.started_by,
        "sent_at": clock.now(),
        "expires_at": clock.now() + TIME_TO_LIVE,
    }


def _hearers(step: Step, thrown: Thrown) -> list[str]:
    """The subscriptions of other cases to this signal, and the processes that it starts."""
    s = message_subscription.c
    waiting = step.db.execute(
        select(s.id)
        .where(s.name == thrown.name, s.key == s.id, s.instance_id != step.row.id)
        .order_by(s.id)
    )
    starting = definitions.started_by(step.db, "signal", thrown.name)
    return [*(row.id for row in waiting), *(SIGNAL_START + d.key for d in starting)]
