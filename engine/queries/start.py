"""What a person may start, the page of one such process, and what they have raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine import access, definitions
from engine.access import Actor
from engine.choices import offered
from engine.commands import starts
from engine.definitions import Definition
from engine.errors import NotFound
from engine.forms import Choice, Form
from engine.models import process_instance

RECEIVED = "We have it."
CLOSED = "Closed."


@dataclass(frozen=True)
class Startable:
    key: str
    title: str
    description: str
    stopped: str | None  # why no case of it can be started now


@dataclass(frozen=True)
class Contact:
    name: str
    email: str
    how: str


@dataclass(frozen=True)
class Term:
    term: str
    text: str


@dataclass(frozen=True)
class Raised:
    """W40: a reference, a date and a minimal status; nothing else of the case."""

    reference: str
    process: str
    started_at: datetime
    status: str


@dataclass(frozen=True)
class StartPage:
    key: str
    title: str
    description: str
    readme: str
    contacts: tuple[Contact, ...]
    glossary: tuple[Term, ...]
    legal: str
    starts: tuple[tuple[str, str], ...]  # element id, name: more than one is a choice
    start_event: str
    guidance: str | None
    form: Form | None
    stopped: str | None
    offered: Mapping[str, tuple[Choice, ...]]


def startable(db: Connection, actor: Actor) -> tuple[Startable, ...]:
    stopped = starts.stopped(db)
    found = [
        Startable(d.key, d.title, str(d.manifest.get("description") or ""), stopped.get(d.key))
        for d in _newest(db)
        if access.may_start(actor, d.manifest)
    ]
    return tuple(sorted(found, key=lambda one: one.title))


def _newest(db: Connection) -> list[Definition]:
    return [definitions.load(db, i) for i in definitions.newest(db).values()]


def start_page(db: Connection, actor: Actor, key: str, start_event: str | None) -> StartPage:
    """NotFound for a process that this actor may not start."""
    known = definitions.newest(db)
    definition = definitions.load(db, known[key]) if key in known else None
    if definition is None or not access.may_start(actor, definition.manifest):
        raise NotFound("process", key)
    ways = _plain_starts(definition)
    chosen = start_event or (ways[0][0] if ways else "")
    if chosen not in dict(ways):
        raise NotFound("start", start_event)
    form = definition.form(chosen)
    manifest = definition.manifest
    return StartPage(
        key=key, title=definition.title, description=str(manifest.get("description") or ""),
        readme=definition.files.get(definitions.README, b"").decode(errors="replace"),
        contacts=contacts_of(manifest), glossary=glossary_of(manifest),
        legal=str(manifest.get("legal") or ""), starts=ways, start_event=chosen,
        guidance=definition.elements[chosen].guidance, form=form,
        stopped=starts.stopped(db).get(key),
        offered=offered(db, form, actor, None) if form else {},
    )  # fmt: skip


def _plain_starts(definition: Definition) -> tuple[tuple[str, str], ...]:
    return tuple(
        (e.id, e.label)
        for e in definition.elements.values()
        if e.kind == "startEvent" and e.event is None and e.parent == definition.key
    )


def contacts_of(manifest: Mapping[str, Any]) -> tuple[Contact, ...]:
    return tuple(
        Contact(*(str(item.get(name) or "") for name in ("name", "email", "how")))
        for item in manifest.get("contacts") or ()
    )


def glossary_of(manifest: Mapping[str, Any]) -> tuple[Term, ...]:
    return tuple(
        Term(str(item.get("term")), str(item.get("text")))
        for item in manifest.get("glossary") or ()
    )


def raised(db: Connection, actor: Actor) -> tuple[Raised, ...]:
    """Cases this person started, newest first, in the words that the process has for them. What
    only follows from one, and has no words for them (a review of its records), is not told."""
    p = process_instance.c
    rows = db.execute(
        select(p.reference, p.definition_id, p.started_at, p.stage, p.ended_at)
        .where(p.started_by == actor.account_id)
        .order_by(p.id.desc())
        .limit(100)
    ).all()
    found = []
    for row in rows:
        definition = definitions.load(db, row.definition_id)
        words = definition.manifest.get("status_words") or {}
        if not words and "start" not in definition.manifest:
            continue
        said = words.get(row.stage) or RECEIVED
        if row.ended_at is not None:
            said = words.get("Closed") or CLOSED
        found.append(Raised(row.reference, definition.title, row.started_at, str(said)))
    return tuple(found)


def raised_one(db: Connection, actor: Actor, reference: str) -> Raised:
    for one in raised(db, actor):
        if one.reference == reference:
            return one
    raise NotFound("case", reference)


@dataclass(frozen=True)
class Words:
    """Glossary, contacts and legal basis of all published processes."""

    glossary: tuple[Term, ...]
    contacts: tuple[Contact, ...]
    legal: tuple[tuple[str, str], ...]


def words(db: Connection) -> Words:
    """Each term and contact once, terms in alphabetical order."""
    terms: dict[str, Term] = {}
    contacts: dict[tuple[str, str], Contact] = {}
    legal = []
    for definition in _newest(db):
        for term in glossary_of(definition.manifest):
            terms.setdefault(term.term.lower(), term)
        for contact in contacts_of(definition.manifest):
            contacts.setdefault((contact.name, contact.email), contact)
        if basis := definition.manifest.get("legal"):
            legal.append((definition.title, str(basis)))
    ordered = tuple(terms[key] for key in sorted(terms))
    return Words(ordered, tuple(contacts.values()), tuple(legal))
