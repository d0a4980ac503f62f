"""Drafts whose task has gone: what somebody had typed stays readable to them on the case."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from engine import definitions, sealing
from engine.access import Actor, is_masked
from engine.forms import Field, Form
from engine.forms.answers import DATE_PARTS, row_numbers
from engine.forms.model import FILES
from engine.models import account, draft, process_instance, user_task
from engine.queries import openings, variables
from engine.queries.cases import CaseHead
from engine.queries.variables import MASKED, Answer, Chosen

Typed = Mapping[str, list[str]]


@dataclass(frozen=True)
class KeptDraft:
    """`ended_why` is what the diagram says of a task that is no longer needed; `left` means that
    the task is open and these are answers to questions it no longer asks."""

    task_id: str
    title: str
    by: str
    saved_at: datetime
    state: str
    ended_by: str | None
    ended_at: datetime | None
    ended_why: str | None
    answers: tuple[Answer, ...]

    @property
    def left(self) -> bool:
        return self.ended_at is None


def kept_drafts(db: Connection, actor: Actor, head: CaseHead) -> tuple[KeptDraft, ...]:
    """The newest first: this person's own, and what was handed over to them with a task that was
    then cancelled. Masked as answers are."""
    rows = _rows(db, actor, head.id)
    if not rows:
        return ()
    bound = db.execute(
        select(process_instance.c.bound).where(process_instance.c.id == head.id)
    ).scalar_one()
    words = variables.vocabulary(variables.bound_definitions(db, bound))
    reader, chosen = openings.reading(db, actor, head.id), Chosen(db)
    found = [(row, _answers(db, row, words, chosen, actor=reader)) for row in rows]
    return tuple(
        KeptDraft(
            row.id, row.title, row.author, row.saved_at, row.state, row.ender, row.ended_at,
            row.ended_why, answers,
        )
        for row, answers in found
        if answers
    )  # fmt: skip


def _rows(db: Connection, actor: Actor, instance_id: int) -> list[Row[Any]]:
    t, d = user_task.c, draft.c
    author, ender = account.alias("author"), account.alias("ender")
    inherited = and_(t.state == "cancelled", t.assignee_id == actor.account_id)
    return list(
        db.execute(
            select(
                user_task, draft.c["values"].label("typed"), d.account_id.label("author_id"),
                d.saved_at,
                author.c.name.label("author"), ender.c.name.label("ender"),
            )
            .select_from(draft)
            .join(user_task, t.id == d.task_id)
            .join(author, author.c.id == d.account_id)
            .outerjoin(ender, ender.c.id == t.ended_by)
            .where(t.instance_id == instance_id, or_(d.account_id == actor.account_id, inherited))
            .order_by(d.saved_at.desc(), t.id)
        )
    )  # fmt: skip


def _answers(
    db: Connection, row: Row[Any], words: Mapping[str, Field], chosen: Chosen, *, actor: Actor
) -> tuple[Answer, ...]:
    """The questions of the task's form that were answered; of an open task, whose form shows the
    draft, only what a new version no longer asks."""
    form = definitions.load(db, row.definition_id).form(row.element_id)
    typed: Typed = sealing.DRAFT.load(row.typed, row.id, row.author_id)
    asked = form.keep_typed(typed) if form else {}
    unasked = {name: values for name, values in typed.items() if name not in asked}
    found = list(answers_of(form, asked, chosen, actor=actor)) if form else []
    if row.ended_at is None:
        found = []
    return (*found, *_unasked(unasked, words, actor))


def answers_of(form: Form, typed: Typed, chosen: Chosen, *, actor: Actor) -> tuple[Answer, ...]:
    """What was typed into a form, in its words and unchecked; masked as answers are."""
    return tuple(_of(form.questions(), typed, "", chosen, actor=actor))


def _of(
    questions: Iterable[Field], typed: Typed, prefix: str, chosen: Chosen, *, actor: Actor
) -> Iterator[Answer]:
    for one in questions:
        name = prefix + one.key
        if one.kind == "list":
            yield from _rows_of(one, typed, name, chosen, actor=actor)
        elif one.answers and (text := _text(one, typed, name, chosen)):
            masked = is_masked(one, actor)
            yield Answer(name, one.label, MASKED if masked else text, masked)


def _rows_of(
    one: Field, typed: Typed, name: str, chosen: Chosen, *, actor: Actor
) -> Iterator[Answer]:
    rows = tuple(
        cells
        for number in row_numbers(typed, name)
        if (cells := tuple(_of(one.fields, typed, f"{name}-{number}-", chosen, actor=actor)))
    )
    if rows and is_masked(one, actor):
        yield Answer(name, one.label, MASKED, masked=True)
    elif rows:
        yield Answer(name, one.label, "", rows=rows)


def _text(one: Field, typed: Typed, name: str, chosen: Chosen) -> str:
    """What was typed, in the words of its question; nothing was checked yet."""
    if one.kind == "date":
        return _date([(typed.get(f"{name}-{part}") or [""])[0] for part in DATE_PARTS])
    values = [value for value in typed.get(name) or () if value.strip()]
    if not values:
        return ""
    if one.kind == "checkbox":
        return "Yes"
    if one.kind == FILES:
        return "A file, on the case" if len(values) == 1 else f"{len(values)} files, on the case"
    return variables.in_words(chosen.words(values, one), one)


def _date(parts: list[str]) -> str:
    day, month, year = (part.strip() for part in parts)
    if month.isascii() and month.isdigit() and 1 <= int(month[:3]) <= 12:
        month = month_name[int(month[:3])]
    return " ".join(part for part in (day, month, year) if part)


def _unasked(typed: Typed, words: Mapping[str, Field], actor: Actor) -> Iterator[Answer]:
    """Answers to questions that the version in use has no more. What nobody can say the class of
    is masked to whoever reads any class masked."""
    for name, values in typed.items():
        text = ", ".join(value for value in values if value.strip())
        if not text:
            continue
        question = words.get(name.split("-")[0])
        masked = bool(actor.masks) if question is None else is_masked(question, actor)
        label = question.label if question else name.replace("_", " ").capitalize()
        yield Answer(name, label, MASKED if masked else text, masked)
