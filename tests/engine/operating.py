"""What tests of operations share: who does them, where a case waits, preview beside result."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select

from engine import access, clock
from engine.advance import Effect
from engine.commands import operations
from engine.commands.operations import Operation
from engine.models import incident, message_subscription, timer, user_task
from engine.testing import Scenario

REASON = "A good reason"
OPEN = {
    "task": (user_task, user_task.c.state.in_(("created", "claimed"))),
    "timer": (timer, True),
    "message": (message_subscription, True),
    "problem": (incident, incident.c.resolved_at.is_(None)),
}


def token(run: Scenario, element: str) -> str:
    """The token that rests at this element."""
    for table, is_open in OPEN.values():
        key = table.c.token_id if table is incident else table.c.id
        with run.database.reading() as db:
            found = db.execute(
                select(key).where(
                    table.c.instance_id == run.instance_id, table.c.element_id == element, is_open
                )
            ).scalar()
        if found:
            return str(found)
    raise AssertionError(f"the case does not rest at {element}")


def rests(run: Scenario) -> Counter[tuple[str, str]]:
    """(kind, element) of everything the case rests on, read from the rows."""
    found: Counter[tuple[str, str]] = Counter()
    with run.database.reading() as db:
        for kind, (table, is_open) in OPEN.items():
            rows = db.execute(
                select(table.c.element_id).where(table.c.instance_id == run.instance_id, is_open)
            )
            found.update((kind, row.element_id or "") for row in rows)
    return found


def previewed(run: Scenario, by: str, operation: Operation) -> Effect:
    with clock.at(run.now), run.database.reading() as db:
        actor = access.load_actor(db, run.people[by])
        return operations.preview(db, run.instance_id, operation, actor=actor)


def operate(run: Scenario, by: str, operation: Operation, **more: Any) -> Effect:
    """Preview, then do it: what the rows then say must be what the preview said."""
    before = rests(run)
    effect = previewed(run, by, operation)
    assert rests(run) == before, "a preview stores nothing"
    with clock.at(run.now), run.database.transaction() as db:
        actor = access.load_actor(db, run.people[by])
        more = {"reason": REASON, **more}
        operations.perform(db, run.instance_id, operation, actor=actor, **more)
    opened = Counter((c.kind, c.element_id) for c in effect.opened if c.kind != "condition")
    closed = Counter((c.kind, c.element_id) for c in effect.closed if c.kind != "condition")
    assert before - closed + opened == rests(run), effect
    run.expect_status(effect.status)
    return effect
