"""The files of a case, newest first: name, size, who added it, when, and beside which task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine import access, sealing
from engine.access import Actor
from engine.definitions import shown
from engine.models import account, case_file, user_task


@dataclass(frozen=True)
class FileLine:
    """`locked`: its name is shown, and it opens with a reason."""

    id: int
    name: str
    size: int
    by: str
    at: datetime
    task: str | None
    task_id: str | None
    locked: bool


def files_of(db: Connection, actor: Actor, instance_id: int) -> tuple[FileLine, ...]:
    """Of a case this actor may see: those they may read."""
    f, t = case_file.c, user_task.c
    rows = db.execute(
        select(
            f.id, f.name, f.size, f.account_id, f.at, f.task_id,
            account.c.name.label("by"), t.id.label("of_task"), t.title, t.definition_id,
            t.element_id, t.roles, t.organisation, t.assignee_id, t.ended_by,
        )
        .join(account, account.c.id == f.account_id)
        .outerjoin(user_task, user_task.c.id == f.task_id)
        .where(f.instance_id == instance_id, access.file_seen_by(db, actor, instance_id))
        .order_by(f.id.desc())
    ).all()  # fmt: skip
    if not rows:
        return ()
    locked = not access.reads_unmasked(db, actor, instance_id)
    return tuple(
        FileLine(
            row.id, sealing.FILE_NAME.read(row.name, instance_id, row.account_id, row.at),
            row.size, row.by, row.at,
            None if row.of_task is None else shown.title(db, actor, row), row.task_id, locked,
        )
        for row in rows
    )  # fmt: skip
