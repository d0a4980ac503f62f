"""What owners do with published versions: give one a name, begin a draft from an old one."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from engine import access, audit, definitions
from engine.access import Actor
from engine.commands import drafts
from engine.errors import InvalidInput, NotFound
from engine.models import definition_draft, process_definition

LONGEST = 100


def name_version(db: Connection, key: str, version: int, *, actor: Actor, name: str) -> None:
    """What the studio calls this version besides its number; empty takes the name away."""
    access.require(actor, "model")
    words = " ".join(name.split())
    if len(words) > LONGEST:
        raise InvalidInput({"name": f"A name has at most {LONGEST} characters."})
    definition_id = _id_of(db, key, version)
    named = update(process_definition).where(process_definition.c.id == definition_id)
    db.execute(named.values(name=words or None))
    audit.record(
        db, actor=actor, chain="system", action="definition.name", subject=f"{key}:{version}"
    )


def draft_from(db: Connection, key: str, version: int, *, actor: Actor) -> None:
    """A new draft with the files of any version; refused while there is a draft already."""
    access.require(actor, "model")
    old = definitions.load(db, _id_of(db, key, version))
    drafted = select(definition_draft.c.id).where(definition_draft.c.key == key)
    if db.execute(drafted).first():
        words = "There is a draft of this process. Publish it or throw it away first."
        raise InvalidInput({"draft": words})
    files = {path: content.decode() for path, content in old.files.items()}
    drafts.save(db, key, files, 0, actor=actor)


def _id_of(db: Connection, key: str, version: int) -> int:
    found = definitions.version_id(db, key, version)
    if found is None:
        raise NotFound("version", f"{key}:{version}")
    return found
