"""Locking, restoring, storing: the frame round every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import audit, clock, definitions, state, values
from engine.access import Actor
from engine.advance import finding, rebinding, recording, writing
from engine.advance.step import ENDED, Step
from engine.errors import Conflict, ExecutionFailed, NotFound
from engine.execution import evaluation, run
from engine.execution.waits import waits
from engine.execution.workflow import CaseWorkflow, Facts
from engine.history import Event
from engine.models import account, process_instance, variable
from engine.prepared import Prepared, together


@contextmanager
def advancing(
    db: Connection,
    instance_id: int,
    *,
    actor: Actor,
    suspended: bool = False,
    audited: tuple[str, str] | None = None,
) -> Iterator[Step]:
    """Lock, restore, yield, record. A case that is ended, or suspended (unless `suspended`), is a
    `Conflict`. `audited`: action and subject of the audit entry that is written with the step."""
    of: dict[str, Any] = {"instance_id": instance_id}
    asked: list[tuple[Prepared, dict[str, Any]]] = [(_LOCK, of), (_VARIABLES, of)]
    if audited is not None:
        asked.append((audit.END, {"of": f"case:{instance_id}"}))
    answers = together(db, asked)
    row = _one(answers[0].rows, instance_id)
    _must_be_open(row, suspended)
    case = restore(db, row, answers[1].rows)
    step = Step(db, actor, row, case, waits(case), stage=row.stage)
    yield step
    _store(step, (*audited, answers[2].rows) if audited else None)


@contextmanager
def preview(db: Connection, instance_id: int, *, actor: Actor) -> Iterator[Step]:
    """As `advancing`, in memory: nothing is locked and nothing stored."""
    row = _one(_READ.rows(db, {"instance_id": instance_id}), instance_id)
    case = restore(db, row)
    yield Step(db, actor, row, case, waits(case), stage=row.stage)


def _must_be_open(row: Any, suspended: bool) -> None:
    if row.status in ENDED or (row.status == "suspended" and not suspended):
        words = "suspended" if row.status == "suspended" else "closed"
        raise Conflict(f"The case {row.reference} is {words}.", at=row.changed_at)


_STARTED = select(process_instance, account.c.username, account.c.organisation).select_from(
    process_instance.outerjoin(account, account.c.id == process_instance.c.started_by)
)
_WITH_STARTER = _STARTED.where(process_instance.c.id == bindparam("instance_id"))
_READ = Prepared(_WITH_STARTER)
_LOCK = Prepared(_WITH_STARTER.with_for_update(of=process_instance))
_VARIABLES = Prepared(
    select(variable.c.scope, variable.c.name, variable.c.value).where(
        variable.c.instance_id == bindparam("instance_id")
    )
)
_STORE = Prepared(
    update(process_instance).where(
        process_instance.c.id == bindparam("row_id"),
        process_instance.c.version == bindparam("row_version"),
    )
)
_INSERT = Prepared(insert(process_instance).returning(process_instance.c.id))
_READ_NEW = Prepared(_STARTED.where(process_instance.c.reference == bindparam("reference")))


def _one(rows: list[Any], instance_id: int) -> Any:
    if not rows:
        raise NotFound("case", instance_id)
    return rows[0]


def restore(db: Connection, row: Any, variables: list[Any] | None = None) -> CaseWorkflow:
    """The case in memory as its row (with its starter's `username`) and variables say."""
    specs = definitions.specs(db, row.bound, row.key, state.start_event_of(row.state))
    return rebuild(db, row, row.state, specs, variables)


def rebuild(
    db: Connection, row: Any, blob: bytes, specs: Any, variables: list[Any] | None = None
) -> CaseWorkflow:
    """As `restore`, from a state and specs in hand: those of other versions, say."""
    stored = _VARIABLES.rows(db, {"instance_id": row.id}) if variables is None else variables
    started_on = row.started_at.astimezone(clock.LONDON).date()
    facts = Facts(row.reference, row.key, row.username, started_on, row.organisation)
    raw = [
        (r.scope, r.name, partial(values.text, r.value, row.id, r.scope, r.name)) for r in stored
    ]
    return state.load(blob, specs, facts, raw)


@dataclass(frozen=True)
class Beginning:
    """What a new case starts from."""

    key: str
    start_event: str
    reference: str
    values: dict[str, Any]
    event: Event
    started_from: int | None = None
    account_id: int | None = None  # who counts as its starter
    username: str | None = None
    newest: Mapping[str, int] | None = None  # the newest versions, when they are at hand


def begin(db: Connection, new: Beginning, *, actor: Actor, audited: str | None = None) -> Step:
    """Make a case, run it to its first rest and store it, with an audit entry of this action."""
    bound = definitions.bind(db, new.key, new.newest)
    specs = definitions.specs(db, bound, new.key, new.start_event)
    row = _insert_row(db, new, bound)
    facts = Facts(new.reference, new.key, new.username, clock.today(), row.organisation)
    case = run.begin(*specs, facts)
    case.start_event = new.start_event
    for name, value in new.values.items():
        case.scopes.write("root", name, value, new.start_event)
    step = Step(db, actor, row, case, {}, events=[new.event])
    run.settle(case)
    _store(step, (audited, new.reference, []) if audited else None)
    return step


def _insert_row(db: Connection, new: Beginning, bound: dict[str, int]) -> Any:
    now = clock.now()
    values = {
        "reference": new.reference,
        "definition_id": bound[new.key],
        "key": new.key,
        "bound": bound,
        "status": "active",
        "version": 0,
        "history_seq": 0,
        "state": b"",
        "started_at": now,
        "started_by": new.account_id,
        "started_from": new.started_from,
        "changed_at": now,
    }
    read: dict[str, Any] = {"reference": new.reference}
    return together(db, [(_INSERT, values), (_READ_NEW, read)])[1].rows[0]


def _store(step: Step, audited: tuple[str, str, list[Any]] | None = None) -> None:
    """Everything that changed, in a handful of statements and one trip."""
    recording.record(step)
    writing.write_thrown(step)
    known_scopes = set(step.case.scopes.all)
    blob, cut = state.dump(step.case)
    writing.write_variables(step, known_scopes)
    finding.write_lookups(step)
    sequence = writing.write_history(step, cut)
    now = clock.now()
    values = {
        "row_id": step.row.id,
        "row_version": step.row.version,
        "state": blob,
        "version": step.row.version + 1,
        "history_seq": sequence,
        "status": step.status,
        "stage": step.stage,
        "label": _label(step),
        "end_event": step.case.end_event,
        "changed_at": now,
        "ended_at": now if step.ended else None,
    }
    faster = "Someone else changed this case at the same moment. Try again."
    step.write(_STORE, values, unless=faster)
    if audited is not None:
        _send_audited(step, *audited)
    else:
        step.send()
    if step.bound is not None:
        rebinding.rebind(step)


def _send_audited(step: Step, action: str, subject: str, end: list[Any]) -> None:
    told: dict[str, Any] = {
        "actor": step.actor, "chain": f"case:{step.row.id}", "action": action, "subject": subject,
    }  # fmt: skip
    step.write(audit.ADD, audit.entry(end, **told))
    if step.send()[-1].changed == 0:  # somebody's reading of the case was written meanwhile
        audit.record(step.db, **told)


def _label(step: Step) -> str | None:
    """The case's label: text of the manifest, FEEL when it starts with `=`."""
    text = step.own_definition.manifest.get("label")
    if not isinstance(text, str):
        return None
    try:
        return evaluation.text_or_expression(step.case.task_tree, text)[:300]
    except ExecutionFailed:
        label: str | None = step.row.label
        return label  # one that cannot be worked out never stops a case
