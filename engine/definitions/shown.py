"""What an open step is called to somebody who does not do it: a diagram may give other words
(`shownAs`), and then these are all that others read of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from engine import access
from engine.access import Actor
from engine.definitions.published import load
from engine.definitions.reading import Definition
from engine.models import user_task


def words(db: Connection, actor: Actor, row: Any) -> str | None:
    """The words instead, for a row of wm_user_task; None for who reads the task itself."""
    element = load(db, row.definition_id).elements.get(row.element_id)
    given = element.properties.get("shownAs") if element else None
    return None if not given or access.does_task(actor, row) else given


def title(db: Connection, actor: Actor, row: Any) -> str:
    return words(db, actor, row) or str(row.title)


def in_case(
    db: Connection, actor: Actor, known: Iterable[Definition], instance_id: int
) -> dict[str, str]:
    """Element → the words instead, for steps of a case that are open to others alone, or were."""
    given = [e.id for d in known for e in d.elements.values() if e.properties.get("shownAs")]
    if not given:
        return {}
    t = user_task.c
    rows = db.execute(
        select(user_task).where(t.instance_id == instance_id, t.element_id.in_(given))
    ).all()
    read = {row.element_id for row in rows if access.does_task(actor, row)}
    found = {row.element_id: words(db, actor, row) for row in rows if row.element_id not in read}
    return {element_id: said for element_id, said in found.items() if said}
