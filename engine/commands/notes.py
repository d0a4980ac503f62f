"""Notes on a case: read by everybody who reads the case whole. They only grow."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from engine import access, audit, clock, sealing
from engine.access import Actor
from engine.database import inserted_id
from engine.errors import InvalidInput, NotAllowed
from engine.models import case_note

LONGEST = 5000


def write_note(db: Connection, instance_id: int, text: str, *, actor: Actor) -> int:
    """Its id. NotFound as for a case one may not know of; who sees their own part of the case
    alone writes on their tasks instead."""
    access.require_case(db, actor, instance_id)
    if not access.reads_whole_case(db, actor, instance_id):
        raise NotAllowed("You see your own part of this case only.", action="note", rule="whole")
    kept = text.replace("\r\n", "\n").strip()
    if not kept:
        raise InvalidInput({"note": "Write the note before you send it."})
    if len(kept) > LONGEST:
        raise InvalidInput({"note": f"A note has at most {LONGEST:,} characters."})
    row = {"instance_id": instance_id, "account_id": actor.account_id, "at": clock.now()}
    sealed = sealing.NOTE.write(kept, *row.values())
    made = db.execute(insert(case_note).values(**row, text=sealed))
    number = inserted_id(made)
    audit.record(
        db, actor=actor, chain=f"case:{instance_id}", action="case.note", subject=str(number)
    )
    return number
