"""A form of a draft, as it is edited: its questions, what is found in it, who asks it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine import access
from engine.access import Actor
from engine.commands import drafts
from engine.commands.drafts import DefinitionDraft
from engine.definitions import form_path
from engine.errors import InvalidDefinition, NotFound, Problem
from engine.forms import Form, editing
from engine.forms.editing import Data, Question
from engine.queries.studio.parts import elements_of, form_users
from engine.queries.studio.reading import newest


@dataclass(frozen=True)
class FormPage:
    """A form on its page; `form` is None while it cannot be read."""

    draft: DefinitionDraft
    process: str
    name: str
    path: str
    title: str
    used_by: tuple[str, ...]
    data: Data
    questions: tuple[Question, ...]
    form: Form | None
    problems: tuple[Problem, ...]


def form_page(db: Connection, actor: Actor, key: str, name: str) -> FormPage:
    access.require(actor, "model")
    draft = drafts.draft_of(db, key)
    path = f"forms/{name}.form"
    if path not in draft.files:
        raise NotFound("form", name)
    source = draft.files[path]
    form, problems = _read(source, path)
    users = form_users(draft).get(path, [])
    data = editing.load(source) if form else editing.empty(name)
    told = [problem for problem in drafts.problems(db, draft) if problem.file == path]
    return FormPage(
        draft=draft,
        process=newest(db, key).title,
        name=name,
        path=path,
        title=users[0] if users else name,
        used_by=tuple(users),
        data=data,
        questions=editing.questions(data),
        form=form,
        problems=tuple(dict.fromkeys([*problems, *told])),
    )


def checked(path: str, data: Data) -> str:
    """The form as it is written into its file; InvalidDefinition says what the profile refuses."""
    text = editing.dump(data)
    Form.read(text.encode(), path)
    return text


def without_form(draft: DefinitionDraft) -> tuple[tuple[str, str], ...]:
    """(id, name) of the steps that could ask something and do not: tasks and a person's start."""
    return tuple(
        (one.id, one.name or one.id)
        for one in elements_of(draft)
        if form_path(one) == f"forms/{one.id}.form"
        and form_path(one) not in draft.files
        and (one.kind == "userTask" or (one.kind, one.event, one.parent) == (*_START, draft.key))
    )


_START = ("startEvent", None)


def _read(source: str, path: str) -> tuple[Form | None, list[Problem]]:
    try:
        return Form.read(source.encode(), path), []
    except InvalidDefinition as error:
        return None, error.problems
