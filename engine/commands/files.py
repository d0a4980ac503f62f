"""Files of a case: added by whoever is on it, opened by whoever may read them. They only grow."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from engine import access, audit, clock, sealing
from engine.access import Actor
from engine.commands.file_kinds import is_accepted, kind_of, safe_name
from engine.database import inserted_id
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.models import case_file, file_content, user_task

LARGEST = 10 * 1024 * 1024
TAKEN = "a PDF, a photo (JPEG, PNG or HEIC), a Word, Excel or PowerPoint file, or plain text"


@dataclass(frozen=True)
class Upload:
    """A file as a browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Opened:
    name: str
    media_type: str
    content: bytes


def add_file(
    db: Connection,
    instance_id: int,
    given: Upload,
    *,
    actor: Actor,
    task_id: str | None = None,
    accept: str = "",
) -> int:
    """Its id. `accept` narrows what is taken, as the question of a form does. NotFound as for a
    case one may not know of; what is not taken is said in words."""
    access.require_case(db, actor, instance_id)
    if task_id is not None:
        access.require_task(db, actor, task_id)
        _must_be_of(db, task_id, instance_id)
    if not given.content:
        raise InvalidInput({"file": "The file is empty. Choose another file."})
    if len(given.content) > LARGEST:
        raise InvalidInput({"file": "The file must be smaller than 10 MB."})
    kind = kind_of(given.content)
    if kind is None:
        raise InvalidInput({"file": f"The file must be {TAKEN}, without macros."})
    if not is_accepted(kind, accept):
        raise InvalidInput({"file": f"The file must be one of these kinds: {accept}."})
    row = {"instance_id": instance_id, "account_id": actor.account_id, "at": clock.now()}
    made = db.execute(
        insert(case_file).values(
            **row,
            task_id=task_id,
            name=sealing.FILE_NAME.write(safe_name(given.name, kind), *row.values()),
            media_type=kind.media_type,
            size=len(given.content),
            digest=hashlib.sha256(given.content).hexdigest(),
        )
    )
    number = inserted_id(made)
    sealed = sealing.FILE.seal(given.content, number)
    db.execute(insert(file_content).values(file_id=number, content=sealed))
    _record(db, actor, instance_id, "file.add", number)
    return number


def open_file(db: Connection, instance_id: int, number: int, *, actor: Actor) -> Opened:
    """The bytes; that they were read is recorded. What a class of answers may hide from a role, a
    file may hold as well: who opens masked values with a reason opens files with it too."""
    access.require_case(db, actor, instance_id)
    f, seen = case_file.c, access.file_seen_by(db, actor, instance_id)
    row = db.execute(
        select(f.account_id, f.at, f.name, f.media_type, file_content.c.content)
        .join(file_content, file_content.c.file_id == f.id)
        .where(f.id == number, f.instance_id == instance_id, seen)
    ).first()
    if row is None:
        raise NotFound("file", number)
    if not access.reads_unmasked(db, actor, instance_id):
        raise NotAllowed(
            "Open the masked values of this case with a reason first.",
            action="open",
            rule="masked",
        )
    _record(db, actor, instance_id, "file.open", number)
    name = sealing.FILE_NAME.read(row.name, instance_id, row.account_id, row.at)
    return Opened(name, row.media_type, sealing.FILE.open(row.content, number))


def _must_be_of(db: Connection, task_id: str, instance_id: int) -> None:
    t = user_task.c
    found = db.execute(select(t.id).where(t.id == task_id, t.instance_id == instance_id)).first()
    if found is None:
        raise NotFound("task", task_id)


def _record(db: Connection, actor: Actor, instance_id: int, action: str, number: int) -> None:
    audit.record(db, actor=actor, chain=f"case:{instance_id}", action=action, subject=str(number))
