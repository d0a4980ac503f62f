"""A decision table of a draft, as it is edited: its texts, what is found in it, what it asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine import access, dmn
from engine.access import Actor
from engine.commands import drafts
from engine.commands.drafts import DefinitionDraft
from engine.dmn import texts, trying, writing
from engine.dmn.editing import TableText
from engine.dmn.trying import Asked, Tried
from engine.errors import ExpressionError, InvalidDefinition, InvalidInput, NotFound, Problem
from engine.forms import Form
from engine.forms.editing import name_for
from engine.queries.studio.reading import newest


@dataclass(frozen=True)
class Remark:
    """A finding in words, and where in the table it is: “rule-2-in-1”, “in-1”, or nowhere."""

    text: str
    place: str
    is_error: bool
    repair: str


@dataclass(frozen=True)
class TablePage:
    """A table on a page; `model` is None while it cannot be read."""

    draft: DefinitionDraft
    process: str
    name: str
    title: str
    path: str
    table: TableText
    remarks: tuple[Remark, ...]
    asked: tuple[Asked, ...]
    model: dmn.Model | None
    is_alone: bool  # no other decision lies in its file

    def tried(self, typed: Mapping[str, str]) -> Tried | str:
        """What an example comes to, or why it cannot be tried."""
        if self.model is None:
            return "The table cannot be tried yet: put right what is wrong with it first."
        try:
            return trying.tried(self.model, self.name, self.asked, typed)
        except ExpressionError as error:
            return f"The example could not be worked out: {error}"


def table_page(
    db: Connection, actor: Actor, key: str, name: str, table: TableText | None = None
) -> TablePage:
    """The table as it is in the draft, or with these texts in its place."""
    access.require(actor, "model")
    draft = drafts.draft_of(db, key)
    path, source = _file(draft, name)
    if table is not None:
        source = writing.write(source, name, table)
    shown = table or texts.table_of(source, name)
    assert shown is not None  # noqa: S101 — `_file` has found it
    model, remarks = _looked_at(source, path, name)
    return TablePage(
        draft=draft,
        process=newest(db, key).title,
        name=name,
        title=texts.title_of(source, name),
        path=path,
        table=shown,
        remarks=remarks,
        asked=_in_words(draft, trying.asked(model, name)) if model else (),
        model=model,
        is_alone=texts.is_alone(source),
    )


def written(db: Connection, key: str, name: str, table: TableText) -> tuple[str, str]:
    """(path, text) of the file with this table; InvalidInput by place when it cannot be read."""
    path, source = _file(drafts.draft_of(db, key), name)
    if wrong := table.incomplete():
        raise InvalidInput(wrong)
    made = writing.write(source, name, table)
    _, remarks = _looked_at(made, path, name)
    wrong = {remark.place or "table": remark.text for remark in remarks if remark.is_error}
    if wrong:
        raise InvalidInput(wrong)
    return path, made.decode()


def new_table(draft: DefinitionDraft, title: str) -> tuple[str, str, str]:
    """(name, path, text) of a table with this title and no rules, in a file of its own."""
    taken = {name for name, _ in tables_of(draft)}
    taken |= {path.removesuffix(".dmn") for path in draft.files}
    name = name_for(title, taken)
    return name, f"{name}.dmn", writing.empty(name, title).decode()


def table_files(draft: DefinitionDraft) -> dict[str, str]:
    """File → the name of the first decision table in it."""
    found = {path: _tables_in(text.encode()) for path, text in draft.files.items()
             if path.endswith(".dmn")}  # fmt: skip
    return {path: names[0] for path, names in found.items() if names}


def tables_of(draft: DefinitionDraft) -> tuple[tuple[str, str], ...]:
    """(name, title) of every decision table of a draft; a file that cannot be read has none."""
    found = []
    for path in sorted(draft.files):
        if path.endswith(".dmn"):
            source = draft.files[path].encode()
            found += [(one, texts.title_of(source, one)) for one in _tables_in(source)]
    return tuple(found)


_KINDS = {
    "number": "number", "date": "date", "checkbox": "boolean", "textfield": "string",
    "textarea": "string", "radio": "string", "select": "string",
}  # fmt: skip


def _in_words(draft: DefinitionDraft, asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """What a form of the draft asks is tried in the form's own words and with its choices."""
    questions = {q.key: q for form in _forms(draft) for q in form.questions()}
    found = []
    for one in asked:
        q = questions.get(one.name)
        if q is not None:
            kind = "boolean" if q.yes_no else _KINDS.get(q.kind, "")
            no_choice = q.yes_no or q.kind == "checklist"
            choices = () if no_choice else tuple((c.value, c.label) for c in q.choices)
            one = replace(one, label=q.label, kind=kind or one.kind, choices=choices)
        found.append(one)
    return tuple(found)


def _forms(draft: DefinitionDraft) -> Iterator[Form]:
    for path in sorted(draft.files):
        if path.endswith(".form"):
            with suppress(InvalidDefinition):
                yield Form.read(draft.files[path].encode(), path)


def _tables_in(source: bytes) -> list[str]:
    try:
        return texts.tables_in(source)
    except InvalidDefinition:
        return []


def _file(draft: DefinitionDraft, name: str) -> tuple[str, bytes]:
    """Where in the draft the decision of this name is, when it is a table."""
    for path in sorted(draft.files):
        source = draft.files[path].encode()
        if path.endswith(".dmn") and name in _tables_in(source):
            return path, source
    raise NotFound("decision table", name)


def _looked_at(source: bytes, path: str, name: str) -> tuple[dmn.Model | None, tuple[Remark, ...]]:
    places = texts.places(source, name)
    try:
        model: dmn.Model | None = dmn.read(source, file=path)
        problems = dmn.check(model) if model else []
    except InvalidDefinition as error:
        model, problems = None, error.problems
    return model, tuple(
        _remark(problem, places.get(problem.element_id or "", ""))
        for problem in problems
        if problem.severity == "error" or problem.element_id in places
    )


def _remark(problem: Problem, place: str) -> Remark:
    return Remark(problem.message, place, problem.severity == "error", problem.repair or "")
