"""Reading a case is recorded: one row a person, case and hour; polls write nothing."""

from __future__ import annotations

from engine import audit
from web.auth import actor, database, is_poll


def note_reading(instance_id: int) -> None:
    if is_poll():
        return
    with database().reading() as db:
        known = audit.has_read(db, actor(), instance_id)
    if not known:
        with database().transaction() as db:
            audit.read_case(db, actor(), instance_id)
