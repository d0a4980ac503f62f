"""Cases that begin by themselves: the dates of start events, kept as rows beside the definitions.

Firing a row makes the case and moves the row on in one transaction, so that no date starts two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from engine import clock, definitions
from engine.access import SYSTEM
from engine.advance import Beginning, begin
from engine.bpmn.elements import Element
from engine.commands import messages, starts
from engine.commands.references import next_reference
from engine.database import Database
from engine.definitions import Definition
from engine.errors import Conflict
from engine.execution import dates
from engine.faults import in_turn
from engine.history import Event
from engine.models import start_timer

BATCH = 50
Start = tuple[str, str]  # a process and the event in it


def schedule(db: Connection, definition: Definition, definition_id: int) -> None:
    """The dates of a new version in place of the old one's; a date that is drawn as before stays
    as it is."""
    c = start_timer.c
    rows_before = db.execute(select(start_timer).where(c.key == definition.key))
    known = {row.element_id: row for row in rows_before}
    db.execute(delete(start_timer).where(c.key == definition.key))
    rows = list(_rows(definition, definition_id, known))
    if rows:
        db.execute(insert(start_timer), rows)


def _rows(
    definition: Definition, definition_id: int, known: dict[str, Row[Any]]
) -> Iterator[dict[str, Any]]:
    for element in definition.starts("timer"):
        before = known.get(element.id)
        if before is not None and before.text == _text(element):
            due, left = before.due_at, before.left
        else:
            due, left = _first(element)
            if due <= clock.now():
                continue  # it was over before this version was published
        yield {
            "key": definition.key,
            "element_id": element.id,
            "definition_id": definition_id,
            "text": _text(element),
            "due_at": due,
            "left": left,
        }


def _first(element: Element) -> tuple[datetime, int | None]:
    """When it starts a case first, and how often after that (None: always)."""
    kind, text = element.timer or ("", "")
    if kind != "timeCycle":
        return dates.instant_of(kind, text, element.label, {}), 0
    times, period = dates.read_repeat(text, element.label, {})
    return dates.later(clock.local_now(), period), None if times is None else times - 1


def _text(element: Element) -> str:
    return " ".join(element.timer or ())


def run_due(database: Database) -> int:
    """Begin every case whose date has come, each in a transaction; how many began. Faults as in
    timers.run_due."""

    def due(failed: list[Start]) -> list[Start]:
        with database.reading() as db:
            return _due(db, failed)

    return in_turn(due, lambda one: _begin_one(database, *one), "starts that could not be made")


def _due(db: Connection, but: list[Start]) -> list[Start]:
    c = start_timer.c
    failed, stopped = tuple_(c.key, c.element_id).in_(but), list(starts.stopped(db))
    rows = db.execute(
        select(c.key, c.element_id)
        .where(c.due_at <= clock.now(), ~failed, c.key.not_in(stopped))
        .order_by(c.due_at, c.key, c.element_id)
        .limit(BATCH)
    )
    return [(row.key, row.element_id) for row in rows]


def _begin_one(database: Database, key: str, element_id: str) -> bool:
    """False when somebody else was faster."""
    try:
        with database.transaction() as db:
            return _begin(db, key, element_id)
    except Conflict:
        return False


def _begin(db: Connection, key: str, element_id: str) -> bool:
    c = start_timer.c
    here = (c.key == key) & (c.element_id == element_id)
    row = db.execute(select(start_timer).where(here).with_for_update()).one_or_none()
    if row is None or row.due_at > clock.now():
        return False
    _move_on(db, row)
    definition = definitions.load(db, row.definition_id)
    new = Beginning(
        key=key,
        start_event=element_id,
        reference=next_reference(db, str(definition.manifest["reference"])),
        values={},
        event=Event("case.started", element_id, details={"due": row.due_at.isoformat()}),
    )
    messages.deliver_soon(begin(db, new, actor=SYSTEM))
    return True


def _move_on(db: Connection, row: Row[Any]) -> None:
    """To the next date that still lies ahead, or away."""
    c = start_timer.c
    here = (c.key == row.key) & (c.element_id == row.element_id) & (c.due_at == row.due_at)
    if row.left == 0:
        moved = db.execute(delete(start_timer).where(here))
    else:
        _, period = dates.read_repeat(row.text.partition(" ")[2], row.element_id, {})
        due = dates.next_after(row.due_at, period)
        left = None if row.left is None else row.left - 1
        moved = db.execute(update(start_timer).where(here).values(due_at=due, left=left))
    if moved.rowcount != 1:
        raise Conflict("This date has already begun its case.")
