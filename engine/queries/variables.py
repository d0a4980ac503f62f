"""A case's values with the words of its forms: labels, choices, and what an actor reads masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection, select

from engine import definitions, feel, values
from engine.access import Actor, is_masked
from engine.definitions import Definition
from engine.forms import Field
from engine.forms.model import FILES, class_of
from engine.models import account, organisation, variable

MASKED = "Masked"
NOT_ANSWERED = "Not answered"


@dataclass(frozen=True)
class Answer:
    """One question and its answer in words; a list holds rows of answers instead of a text."""

    name: str
    label: str
    text: str
    masked: bool = False
    rows: tuple[tuple[Answer, ...], ...] = ()

    @property
    def given(self) -> bool:
        return self.masked or bool(self.rows) or self.text != NOT_ANSWERED


def read(db: Connection, instance_id: int, scope: str = "root") -> dict[str, Any]:
    """Name → FEEL value as the element in this scope sees them."""
    c = variable.c
    rows = db.execute(
        select(c.scope, c.name, c.value).where(c.instance_id == instance_id).order_by(c.scope)
    ).all()
    seen = [r for r in rows if r.scope == "root"]
    seen += [r for r in rows if r.scope.startswith("s:")]
    seen += [r for r in rows if r.scope == scope and not scope.startswith("s:") and scope != "root"]
    return {r.name: from_stored(r.value, instance_id, r.scope, r.name) for r in seen}


def from_stored(stored: bytes, instance_id: int, scope: str, name: str) -> Any:
    """The FEEL value of a variable's row."""
    return feel.from_json(orjson.loads(values.text(stored, instance_id, scope, name)))


def bound_definitions(db: Connection, bound: Mapping[str, int]) -> tuple[Definition, ...]:
    return tuple(definitions.load(db, definition_id) for definition_id in bound.values())


def vocabulary(known: Iterable[Definition]) -> dict[str, Field]:
    """Variable name → a question that sets it, the item of a repeated step included (one row of
    its list). The strictest class of any wins."""
    found: dict[str, Field] = {}
    known = tuple(known)
    for definition in known:
        for form in definition.forms.values():
            for question in form.questions():
                before = found.get(question.key)
                if before is None or (class_of(question) and not class_of(before)):
                    found[question.key] = question
    for definition in known:
        for element in definition.elements.values():
            repeat = element.repeat
            if repeat and repeat.item and repeat.collection in found:
                found.setdefault(repeat.item, found[repeat.collection])
    return found


def question_of(words: Mapping[str, Field], name: str, value: Any) -> Field | None:
    """The question that a value answers: the one of this name; for a row that a step took out of a
    list by another name, the list whose columns it has."""
    if name in words or not isinstance(value, Mapping) or not value:
        return words.get(name)
    lists = (words[key] for key in sorted(words) if words[key].kind == "list")
    return next((one for one in lists if set(value) <= {f.key for f in one.fields}), None)


class Chosen:
    """Names of the people and organisations that a question may have chosen."""

    def __init__(self, db: Connection) -> None:
        people = db.execute(select(account.c.username, account.c.name))
        titles = db.execute(select(organisation.c.key, organisation.c.title))
        self.names = {
            "person": {row.username: row.name for row in people},
            "organisation": {row.key: row.title for row in titles},
        }

    def words(self, value: Any, question: Field | None) -> Any:
        """The name instead of the key, when the question chooses a person or organisation."""
        known = self.names.get((question and question.choose) or "", {})
        if not known:
            return value
        if isinstance(value, list):
            return [known.get(item, item) for item in value if isinstance(item, str)]
        return known.get(value, value) if isinstance(value, str) else value


def answer(
    name: str, value: Any, question: Field | None, chosen: Chosen, *, actor: Actor
) -> Answer:
    """The value in the words of its question; masked when the actor reads its class masked."""
    label = question.label if question else name.replace("_", " ").capitalize()
    if is_masked(question, actor):
        return Answer(name, label, MASKED, masked=True)
    if question is not None and question.kind == "list":
        rows = tuple(
            tuple(
                answer(f.key, row.get(f.key), f, chosen, actor=actor)
                for f in question.fields
                if f.answers
            )
            for row in ([value] if isinstance(value, Mapping) else value or ())
            if isinstance(row, Mapping)
        )
        return Answer(name, label, "" if rows else NOT_ANSWERED, rows=rows)
    if question is None and isinstance(value, Mapping):  # worked out: its parts are its names
        parts = (answer(str(key), part, None, chosen, actor=actor) for key, part in value.items())
        return Answer(name, label, "", rows=(tuple(parts),))
    text = in_words(chosen.words(value, question) if question else value, question)
    return Answer(name, label, text)


def _parts_in_words(value: Mapping[str, Any], question: Field | None) -> str:
    if question is not None and question.kind == FILES:
        return str(value.get("name"))
    return "; ".join(f"{key}: {in_words(item)}" for key, item in value.items())


def in_words(value: Any, question: Field | None = None) -> str:
    if value is None or value in ("", []):
        return NOT_ANSWERED
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(in_words(item, question) for item in value)
    choices = {c.value: c.label for c in question.choices} if question else {}
    if isinstance(value, str):
        return choices.get(value, value)
    if isinstance(value, datetime | date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, Mapping):
        return _parts_in_words(value, question)
    return str(value)
