"""What owners have not yet published: one draft of a process, saved and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from engine import access, clock, definitions
from engine.access import Actor
from engine.commands import deployments
from engine.database import insert_for
from engine.definitions import Definition
from engine.errors import ConcurrentUpdate, InvalidDefinition, NotFound, Problem
from engine.models import account, approval, definition_draft, deployment, process_definition

Texts = Mapping[str, str]


@dataclass(frozen=True)
class DefinitionDraft:
    """An owner's unpublished change: its files as text, and the counter a save must name."""

    key: str
    files: dict[str, str]
    counter: int
    base_version: int | None

    @property
    def exists(self) -> bool:
        """Somebody has saved a change; otherwise this is the live version."""
        return self.counter > 0


def draft_of(db: Connection, key: str) -> DefinitionDraft:
    """The draft of a process, or one that begins from the newest version (counter 0)."""
    row = db.execute(select(definition_draft).where(definition_draft.c.key == key)).one_or_none()
    if row is not None:
        return DefinitionDraft(key, row.files, row.counter, row.base_version)
    known = definitions.newest(db)
    if key not in known:
        raise NotFound("process", key)
    live = definitions.load(db, known[key])
    files = {path: content.decode() for path, content in live.files.items()}
    return DefinitionDraft(key, files, 0, live.version)


def save(
    db: Connection, key: str, files: Texts, counter: int, base: int | None = None, *, actor: Actor
) -> int:
    """Keep a draft; `counter` and `base` are those it was read with. Returns the new counter.

    A draft that someone else saved meanwhile is a ConcurrentUpdate that says who and when. A
    request to have it published is withdrawn: nobody approves what they have not seen."""
    access.require(actor, "model")
    row = saved_draft(db, key, counter)
    withdraw_request(db, key, actor)
    saved = {"counter": counter + 1, "saved_at": clock.now(), "saved_by": actor.account_id}
    if row is not None:
        changed = update(definition_draft).where(definition_draft.c.key == key)
        db.execute(changed.values(files=dict(files), **saved))
        return counter + 1
    live = draft_of(db, key).base_version
    if counter or base not in (None, live):
        raise _gone(db, key)
    made = db.execute(
        insert_for(db)(definition_draft)
        .values(key=key, base_version=live, files=dict(files), **saved)
        .on_conflict_do_nothing(index_elements=["key"])
    )
    if made.rowcount == 0:  # someone else's first save was a moment faster
        saved_draft(db, key, counter)
    return counter + 1


def withdraw_request(db: Connection, key: str, actor: Actor) -> bool:
    """Close the open request about this draft, when there is one."""
    a = approval.c
    closed = {"decision": "withdrawn", "decided_at": clock.now(), "decided_by": actor.account_id}
    open_one = update(approval).where(a.key == key, a.decided_at.is_(None))
    return db.execute(open_one.values(**closed)).rowcount > 0


def saved_draft(db: Connection, key: str, counter: int | None) -> Row[Any] | None:
    """The draft's row, held; None when nobody saved one. Another counter is a conflict."""
    row = db.execute(
        select(definition_draft, account.c.name)
        .join(account, account.c.id == definition_draft.c.saved_by)
        .where(definition_draft.c.key == key)
        .with_for_update(of=definition_draft)
    ).one_or_none()
    if row is not None and counter is not None and row.counter != counter:
        raise ConcurrentUpdate(
            f"{row.name} saved this draft in the meantime.", by=row.name, at=row.saved_at
        )
    return row


def _gone(db: Connection, key: str) -> ConcurrentUpdate:
    """The draft that was open is gone: published, or thrown away."""
    row = db.execute(
        select(deployment.c.at, account.c.name, process_definition.c.version)
        .join(process_definition, process_definition.c.deployment_id == deployment.c.id)
        .outerjoin(account, account.c.id == deployment.c.account_id)
        .where(process_definition.c.key == key)
        .order_by(process_definition.c.version.desc())
        .limit(1)
    ).one()
    return ConcurrentUpdate(
        f"The draft you had open is gone: version {row.version} was published by "
        f"{row.name or 'Waymark'}, or the draft was thrown away.",
        by=row.name,
        at=row.at,
    )


def discard(db: Connection, key: str, counter: int | None = None, *, actor: Actor) -> None:
    """Throw the draft away; naming its counter, only when nobody saved it since."""
    access.require(actor, "model")
    saved_draft(db, key, counter)
    withdraw_request(db, key, actor)
    db.execute(delete(definition_draft).where(definition_draft.c.key == key))


def problems(db: Connection, draft: DefinitionDraft) -> list[Problem]:
    """Every finding about a draft, warnings included."""
    return looked_at(db, draft)[1]


def looked_at(db: Connection, draft: DefinitionDraft) -> tuple[Definition | None, list[Problem]]:
    """The draft as a definition, when it can be read, and every finding about it."""
    try:
        read = definitions.read(deployments.folder_of(draft.files), key=draft.key)
    except InvalidDefinition as error:
        return None, error.problems
    known, roles = deployments.newest(db), deployments.known_roles(db)
    found = deployments.findings(read, known, roles)
    return read, found + deployments.unpublished(db, read)
