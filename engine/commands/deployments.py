"""Publish process folders, and keep what owners have not yet published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy import Connection, Row, delete, insert, select, update

from engine import access, audit, clock, definitions
from engine.access import Actor
from engine.bpmn import rules
from engine.commands import dated_starts
from engine.database import insert_for, inserted_id
from engine.definitions import Definition
from engine.errors import ConcurrentUpdate, InvalidDefinition, InvalidInput, NotFound, Problem
from engine.models import (
    account,
    definition_draft,
    definition_file,
    deployment,
    organisation,
    process_definition,
    role,
)

Files = Mapping[str, bytes]
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Published:
    key: str
    version: int
    new: bool  # False: the content was published before, nothing changed


def check(
    files: Files, *, key: str, known: Mapping[str, Definition], roles: set[str] | None = None
) -> list[Problem]:
    """Every finding about a folder, given the other processes; errors stop its publishing."""
    try:
        definition = definitions.read(files, key=key)
    except InvalidDefinition as error:
        return error.problems
    return _findings(definition, known, roles)


def _findings(
    definition: Definition, known: Mapping[str, Definition], roles: set[str] | None
) -> list[Problem]:
    found, key = definitions.findings(definition, known, roles), definition.key
    found += definitions.unprotected(definition, known.get(key))
    if key not in definition.diagram.processes:
        words = f"This is another process: none in the file has the id “{key}”."
        repair = f"Give the process the id “{key}”, or take the file of the process {key}."
        found.insert(0, Problem("folder.other_process", words, file="process.bpmn", repair=repair))
    return found


def deploy(
    db: Connection, folders: Mapping[str, Files], *, actor: Actor, reason: str
) -> list[Published]:
    """Publish folders together: all, or none with every finding. Unchanged ones make no version."""
    given = {key: definitions.read(files, key=key) for key, files in folders.items()}
    known = {**_newest(db), **given}
    roles = known_roles(db)
    problems = [
        problem
        for key, definition in given.items()
        for problem in _findings(definition, known, roles)
        if problem.severity == "error"
    ]
    if problems:
        raise InvalidDefinition(problems)
    published = {}
    deployed = _Deployment(db, actor, reason)
    calls = {key: definitions.called_by(d) for key, d in given.items()}
    for key in rules.callees_first(calls):
        published[key] = _publish(deployed, given[key])
    return [published[key] for key in folders]


class _Deployment:
    """One act of publishing; its row is made with the first new version."""

    def __init__(self, db: Connection, actor: Actor, reason: str) -> None:
        self.db, self.actor, self.reason = db, actor, reason
        self._id: int | None = None

    @property
    def id(self) -> int:
        if self._id is None:
            made = self.db.execute(
                insert(deployment).values(
                    at=clock.now(), account_id=self.actor.account_id, reason=self.reason
                )
            )
            self._id = inserted_id(made)
        return self._id


def _publish(deployed: _Deployment, definition: Definition) -> Published:
    db, c = deployed.db, process_definition.c
    last = db.execute(
        select(c.version, c.digest)
        .where(c.key == definition.key)
        .order_by(c.version.desc())
        .limit(1)
    ).first()
    if last is not None and last.digest == definition.digest:
        return Published(definition.key, last.version, new=False)
    version = 1 if last is None else last.version + 1
    definition_id = _insert(deployed, definition, version)
    dated_starts.schedule(db, definition, definition_id)
    db.execute(
        insert(definition_file),
        [
            {"definition_id": definition_id, "path": path, "content": content}
            for path, content in sorted(definition.files.items())
        ],
    )
    audit.record(
        db,
        actor=deployed.actor,
        chain="system",
        action="definition.publish",
        subject=f"{definition.key}:{version}",
    )
    return Published(definition.key, version, new=True)


def _insert(deployed: _Deployment, definition: Definition, version: int) -> int:
    starting = [e.message for e in definition.starts("message") if e.message]
    made = deployed.db.execute(
        insert(process_definition).values(
            key=definition.key,
            version=version,
            digest=definition.digest,
            title=definition.title[:300],
            manifest=definition.manifest,
            messages=starting,
            deployment_id=deployed.id,
        )
    )
    return inserted_id(made)


def set_roles(db: Connection, roles_file: bytes, organisations_file: bytes) -> None:
    """Take over what roles.yaml and organisations.yaml say."""
    roles = yaml.safe_load(roles_file) or {}
    for key, details in roles.items():
        statement = insert_for(db)(role).values(key=key, details=details)
        db.execute(
            statement.on_conflict_do_update(
                index_elements=["key"], set_={"details": statement.excluded.details}
            )
        )
    for key, details in (yaml.safe_load(organisations_file) or {}).items():
        statement = insert_for(db)(organisation).values(
            key=key, title=details["title"], kind=details["kind"]
        )
        changed = {n: statement.excluded[n] for n in ("title", "kind")}
        db.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed))


def known_roles(db: Connection) -> set[str] | None:
    """Role keys, or None when no roles have been set up yet."""
    return {row.key for row in db.execute(select(role.c.key))} or None


def _newest(db: Connection) -> dict[str, Definition]:
    return {key: definitions.load(db, id_) for key, id_ in definitions.newest(db).items()}


# --- drafts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DefinitionDraft:
    """An owner's unpublished change: its files as text, and the counter a save must name."""

    key: str
    files: dict[str, str]
    counter: int
    base_version: int | None


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


def save_definition_draft(
    db: Connection, key: str, files: Texts, counter: int, base: int | None = None, *, actor: Actor
) -> int:
    """Keep a draft; `counter` and `base` are those it was read with. Returns the new counter.

    A draft that someone else saved meanwhile is a ConcurrentUpdate that says who and when."""
    access.require(actor, "model")
    row = _saved_draft(db, key, counter)
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
        _saved_draft(db, key, counter)
    return counter + 1


def _saved_draft(db: Connection, key: str, counter: int | None) -> Row[Any] | None:
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


def discard_definition_draft(
    db: Connection, key: str, counter: int | None = None, *, actor: Actor
) -> None:
    """Throw the draft away; naming its counter, only when nobody saved it since."""
    access.require(actor, "model")
    _saved_draft(db, key, counter)
    db.execute(delete(definition_draft).where(definition_draft.c.key == key))


def draft_problems(db: Connection, draft: DefinitionDraft) -> list[Problem]:
    """Every finding about a draft, warnings included."""
    files = folder_of(draft.files)
    return check(files, key=draft.key, known=_newest(db), roles=known_roles(db))


def publish_draft(
    db: Connection, key: str, counter: int | None = None, *, actor: Actor, reason: str
) -> Published:
    """Make the draft the newest version; the draft is then gone. Running cases keep theirs."""
    access.require(actor, "model")
    if _saved_draft(db, key, counter) is None:
        draft_of(db, key)
        raise InvalidInput({"reason": "There is no draft to publish. Save a change first."})
    if len(reason.strip()) < 5:
        raise InvalidInput({"reason": "Say why this version is published."})
    files = folder_of(draft_of(db, key).files)
    published = deploy(db, {key: files}, actor=actor, reason=reason.strip()[:2000])[0]
    if not published.new:
        raise InvalidInput({"reason": f"The draft runs just as version {published.version} does."})
    db.execute(delete(definition_draft).where(definition_draft.c.key == key))
    return published


def folder_of(files: Mapping[str, Any]) -> dict[str, bytes]:
    """Uploaded or read files as a folder: text becomes bytes."""
    return {p: c.encode() if isinstance(c, str) else bytes(c) for p, c in files.items()}
