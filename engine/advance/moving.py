"""Locking, restoring, storing: the frame round every step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.engine import Row

from engine import clock, definitions, state
from engine.access import Actor
from engine.advance import finding, rebinding, recording, writing
from engine.advance.step import ENDED, Step
from engine.database import inserted_id
from engine.errors import ConcurrentUpdate, Conflict, ExecutionFailed, NotFound
from engine.execution import evaluation, run
from engine.execution.waits import waits
from engine.execution.workflow import CaseWorkflow, Facts
from engine.history import Event
from engine.models import account, process_instance, variable


@contextmanager
def advancing(
    db: Connection, instance_id: int, *, actor: Actor, suspended: bool = False
) -> Iterator[Step]:
    """Lock, restore, yield, record. A case that is ended, or suspended (unless `suspended`), is a
    `Conflict`."""
    row = _row(db, instance_id, lock=True)
    _must_be_open(row, suspended)
    case = restore(db, row)
    step = Step(db, actor, row, case, waits(case), stage=row.stage)
    yield step
    _store(step)


@contextmanager
def preview(db: Connection, instance_id: int, *, actor: Actor) -> Iterator[Step]:
    """As `advancing`, in memory: nothing is locked and nothing stored."""
    row = _row(db, instance_id, lock=False)
    case = restore(db, row)
    yield Step(db, actor, row, case, waits(case), stage=row.stage)


def _must_be_open(row: Row[Any], suspended: bool) -> None:
    if row.status in ENDED or (row.status == "suspended" and not suspended):
        words = "suspended" if row.status == "suspended" else "closed"
        raise Conflict(f"The case {row.reference} is {words}.", at=row.changed_at)


# Statements of the path that completes a task are built once: building costs more than running.
_READ = (
    select(process_instance, account.c.username, account.c.organisation)
    .select_from(process_instance.outerjoin(account, account.c.id == process_instance.c.started_by))
    .where(process_instance.c.id == bindparam("instance_id"))
)
_LOCK = _READ.with_for_update(of=process_instance)
_VARIABLES = select(variable.c.scope, variable.c.name, variable.c.value).where(
    variable.c.instance_id == bindparam("instance_id")
)
_STORE = update(process_instance).where(
    process_instance.c.id == bindparam("row_id"),
    process_instance.c.version == bindparam("row_version"),
)


def _row(db: Connection, instance_id: int, *, lock: bool) -> Row[Any]:
    found = db.execute(_LOCK if lock else _READ, {"instance_id": instance_id})
    row = found.one_or_none()
    if row is None:
        raise NotFound("case", instance_id)
    return row


def restore(db: Connection, row: Row[Any]) -> CaseWorkflow:
    """The case in memory as its row (with its starter's `username`) and variables say."""
    specs = definitions.specs(db, row.bound, row.key, state.start_event_of(row.state))
    return rebuild(db, row, row.state, specs)


def rebuild(db: Connection, row: Row[Any], blob: bytes, specs: Any) -> CaseWorkflow:
    """As `restore`, from a state and specs in hand: those of other versions, say."""
    stored = db.execute(_VARIABLES, {"instance_id": row.id}).all()
    started_on = row.started_at.astimezone(clock.LONDON).date()
    facts = Facts(row.reference, row.key, row.username, started_on, row.organisation)
    return state.load(blob, specs, facts, [(r.scope, r.name, r.value) for r in stored])


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


def begin(db: Connection, new: Beginning, *, actor: Actor) -> Step:
    """Make a case, run it to its first rest and store it."""
    bound = definitions.bind(db, new.key)
    specs = definitions.specs(db, bound, new.key, new.start_event)
    row = _row(db, _insert_row(db, new, bound), lock=False)
    facts = Facts(new.reference, new.key, new.username, clock.today(), row.organisation)
    case = run.begin(*specs, facts)
    case.start_event = new.start_event
    for name, value in new.values.items():
        case.scopes.write("root", name, value, new.start_event)
    step = Step(db, actor, row, case, {}, events=[new.event])
    run.settle(case)
    _store(step)
    return step


def _insert_row(db: Connection, new: Beginning, bound: dict[str, int]) -> int:
    now = clock.now()
    made = db.execute(
        insert(process_instance).values(
            reference=new.reference,
            definition_id=bound[new.key],
            key=new.key,
            bound=bound,
            status="active",
            version=0,
            history_seq=0,
            state=b"",
            started_at=now,
            started_by=new.account_id,
            started_from=new.started_from,
            changed_at=now,
        )
    )
    return inserted_id(made)


def _store(step: Step) -> None:
    """Everything that changed, in a handful of statements."""
    recording.record(step)
    writing.write_thrown(step)
    known_scopes = set(step.case.scopes.all)
    blob, cut = state.dump(step.case)
    writing.write_variables(step, known_scopes)
    finding.write_lookups(step)
    sequence = writing.write_history(step, cut)
    now = clock.now()
    changed = step.db.execute(
        _STORE,
        {
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
        },
    )
    if changed.rowcount != 1:
        raise ConcurrentUpdate("Someone else changed this case at the same moment. Try again.")
    if step.bound is not None:
        rebinding.rebind(step)


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
