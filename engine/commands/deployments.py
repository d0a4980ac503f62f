"""Publish process folders, and take over the roles and organisations they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy import Connection, insert, select

from engine import audit, clock, definitions
from engine.access import Actor
from engine.bpmn import rules
from engine.commands import dated_starts
from engine.database import insert_for, inserted_id
from engine.definitions import Definition
from engine.errors import InvalidDefinition, Problem
from engine.models import (
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
    return findings(definition, known, roles)


def findings(
    definition: Definition, known: Mapping[str, Definition], roles: set[str] | None
) -> list[Problem]:
    """Every finding about a folder that could be read, given the other processes."""
    found, key = definitions.findings(definition, known, roles), definition.key
    found += definitions.unprotected(definition, known.get(key))
    if key not in definition.diagram.processes:
        words = f"This is another process: none in the file has the id “{key}”."
        repair = f"Give the process the id “{key}”, or take the file of the process {key}."
        found.insert(0, Problem("folder.other_process", words, file="process.bpmn", repair=repair))
    return found


def unpublished(db: Connection, definition: Definition) -> list[Problem]:
    """Calls that name a version which nobody has published."""
    missing = {
        key: version
        for key, version in definitions.versions_called(definition).items()
        if version is not None and definitions.version_id(db, key, version) is None
    }
    return [
        Problem(
            "bpmn.called_version",
            f"“{element.label}” calls version {missing[element.called]} of “{element.called}”, "
            "which is not published.",
            element_id=element.id,
            element_name=element.name,
            line=element.line,
            repair="Name a version that is, or leave it empty for the newest.",
        )
        for element in definition.elements.values()
        if element.called in missing
    ]


def deploy(
    db: Connection, folders: Mapping[str, Files], *, actor: Actor, reason: str
) -> list[Published]:
    """Publish folders together: all, or none with every finding. Unchanged ones make no version."""
    given = {key: definitions.read(files, key=key) for key, files in folders.items()}
    known = {**newest(db), **given}
    roles = known_roles(db)
    problems = [
        problem
        for key, definition in given.items()
        for problem in (*findings(definition, known, roles), *unpublished(db, definition))
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
        select(c.id, c.version).where(c.key == definition.key).order_by(c.version.desc()).limit(1)
    ).first()
    if last is not None and unchanged(definitions.load(db, last.id), definition.files):
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


def unchanged(live: Definition, files: Files) -> bool:
    """A folder runs as this version does. The read-me is no part of what runs, and still a change
    that people are to read."""
    same_words = files.get(definitions.README) == live.files.get(definitions.README)
    return same_words and definitions.digest(files) == live.digest


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


def newest(db: Connection) -> dict[str, Definition]:
    return {key: definitions.load(db, id_) for key, id_ in definitions.newest(db).items()}


def folder_of(files: Mapping[str, Any]) -> dict[str, bytes]:
    """Uploaded or read files as a folder: text becomes bytes."""
    return {p: c.encode() if isinstance(c, str) else bytes(c) for p, c in files.items()}
