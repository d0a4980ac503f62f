"""A form is edited question by question, beside the page that the caseworker will get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import drafts
from engine.errors import InvalidDefinition, InvalidInput, NotFound
from engine.forms import Choice, editing, settings
from engine.forms.settings import Settings
from engine.queries.studio import forms as queries
from engine.queries.studio.forms import FormPage
from web.auth import actor, database
from web.page import questions as drawing
from web.page.words import value_words
from web.posting import posted
from web.rules import rule
from web.studio import saving
from web.studio.blueprint import bp

KINDS = (
    ("textfield", "Short text"), ("textarea", "Long text"), ("yes_no", "Yes or no"),
    ("radio", "One of several choices"), ("checklist", "Any of several choices"),
    ("select", "One from a long list"), ("datetime", "Date"), ("number", "Number"),
    ("checkbox", "One box to tick"), ("filepicker", "File"), ("text", "Words to read, no question"),
    ("group", "Heading with questions under it"), ("dynamiclist", "List: the same questions again"),
)  # fmt: skip
SAVED = f"Form saved in the draft. {saving.NOT_LIVE}"
# What stands in a form's choice of somebody or something: no person's data comes to the studio.
OFFERED = {
    "person": (Choice("a", "Somebody"), Choice("b", "Somebody else")),
    "organisation": (Choice("a", "An organisation"), Choice("b", "Another organisation")),
    "case": (Choice("a", "A case"), Choice("b", "Another case")),
    "file": (),
}


@dataclass(frozen=True)
class Sample:
    """Answers given to the preview: as typed, what is wrong with them, or what would be taken."""

    typed: Mapping[str, list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, Any] | None = None


@bp.get("/<key>/draft/forms/<name>")
@rule("model")
def form(key: str, name: str) -> str:
    return _page(key, name)


@bp.post("/<key>/draft/forms")
@rule("model")
def new_form(key: str) -> ResponseReturnValue:
    """A form without questions for a step that has none."""
    name = request.form.get("step", "")
    with database().reading() as db:
        steps = dict(queries.without_form(drafts.draft_of(db, key)))
    if name not in steps:
        raise NotFound("step without a form", name)
    text = editing.dump(editing.empty(name))
    said = f"Form made for “{steps[name]}”. Add its questions."
    there = url_for("studio.form", key=key, name=name)
    return saving.save(key, {f"forms/{name}.form": text}, said, there)


@bp.post("/<key>/draft/forms/<name>")
@rule("model")
def change_form(key: str, name: str) -> ResponseReturnValue:
    """Moves or removes a question, adds one, or removes a form that no step uses."""
    page = _read(key, name)
    act, _, place = request.form.get("act", "").partition(":")
    there = url_for("studio.form", key=key, name=name)
    if act == "add":
        return _add(page)
    if act == "remove-form":
        if page.used_by:
            return _page(key, name, {"remove-form": "A step uses this form."}), 422
        gone = {page.path: None}
        return saving.save(key, gone, "The form was removed.", url_for("studio.draft", key=key))
    if act == "remove":
        data, at = editing.removed(page.data, place), ""
    else:
        data, at = editing.moved(page.data, place, -1 if act == "up" else 1)
    try:
        text = queries.checked(page.path, data)
    except InvalidDefinition as error:
        return _page(key, name, {"questions": str(error)}), 422
    return saving.save(key, {page.path: text}, SAVED, f"{there}#question-{at}" if at else there)


@bp.post("/<key>/draft/forms/<name>/try")
@rule("model")
def try_form(key: str, name: str) -> ResponseReturnValue:
    """The form's checks tried with sample answers; nothing is stored."""
    page = _read(key, name)
    if page.form is None:
        return _page(key, name), 422
    typed, act = page.form.keep_typed(posted()), request.form.get("wm-act", "try")
    if act.startswith((drawing.ADD, drawing.REMOVE)):
        typed, _ = drawing.change_rows(page.form, typed, act)
        return _page(key, name, sample=Sample(typed))
    try:
        taken = page.form.validate(posted(), {}, offered=OFFERED)
    except InvalidInput as error:
        return _page(key, name, sample=Sample(typed, error.messages)), 422
    return _page(key, name, sample=Sample(typed, taken=taken))


@bp.get("/<key>/draft/forms/<name>/questions/<question>")
@rule("model")
def question(key: str, name: str, question: str) -> str:
    page = _read(key, name)
    return _question(page, question, settings.read(editing.component(page.data, question)))


@bp.post("/<key>/draft/forms/<name>/questions/<question>")
@rule("model")
def change_question(key: str, name: str, question: str) -> ResponseReturnValue:
    page = _read(key, name)
    one = editing.as_kind(editing.component(page.data, question), request.form.get("kind", ""))
    sent = _sent(editing.kind_of(one))
    act = request.form.get("act", "save")
    if act != "save":
        return _question(page, question, settings.with_choices(sent, act))
    try:
        data = editing.replaced(page.data, question, settings.write(one, sent))
        text = queries.checked(page.path, data)
    except InvalidInput as error:
        return _question(page, question, sent, error.messages), 422
    except InvalidDefinition as error:
        wrong = {settings.about(each.code): each.message for each in error.problems}
        return _question(page, question, sent, wrong), 422
    there = url_for("studio.form", key=key, name=name) + f"#question-{question}"
    return saving.save(key, {page.path: text}, SAVED, there)


def _add(page: FormPage) -> ResponseReturnValue:
    """A new question at the end of the form or of a group; then its own page."""
    key, name, label = page.draft.key, page.name, request.form.get("new-label", "").strip()
    kind = request.form.get("new-kind", "")
    wrong = {}
    if not label:
        wrong["new-label"] = "Enter what is asked."
    if kind not in dict(KINDS):
        wrong["new-kind"] = "Choose the kind of answer."
    if wrong:
        return _page(key, name, wrong), 422
    try:
        data, at = editing.added(page.data, kind, label, request.form.get("new-inside", ""))
        text = queries.checked(page.path, data)
    except InvalidDefinition as error:
        return _page(key, name, {"new-kind": str(error)}), 422
    there = url_for("studio.question", key=key, name=name, question=at)
    return saving.save(key, {page.path: text}, "Question added. Set the rest here.", there)


def _read(key: str, name: str) -> FormPage:
    with database().reading() as db:
        return queries.form_page(db, actor(), key, name)


def _page(
    key: str,
    name: str,
    messages: Mapping[str, str] | None = None,
    sample: Sample | None = None,
) -> str:
    page, view, tried = _read(key, name), None, sample or Sample()
    if page.form is not None:
        view = drawing.view(page.form, tried.typed, {}, errors=tried.errors, offered=OFFERED)
    return render_template(
        "studio/form.html",
        page=page,
        view=view,
        messages=messages or {},
        taken=None if tried.taken is None else _in_words(tried.taken),
        kinds=KINDS,
        sent={name: request.form.get(f"new-{name}", "") for name in ("label", "kind", "inside")},
    )


def _in_words(taken: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value_words(value)) for name, value in taken.items())


def _question(
    page: FormPage, place: str, shown: Settings, messages: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "studio/question.html",
        page=page,
        place=place,
        question=next(q for q in page.questions if q.place == place),
        given=shown,
        offered=settings.offered(shown.kind),
        ticks=settings.ticks(shown.kind),
        messages=messages or {},
        kinds=dict(KINDS),
        alike=editing.alike(shown.kind),
    )


def _sent(kind: str) -> Settings:
    """The settings as the page sent them."""
    form = request.form
    words = {name: form.get(name, "").replace("\r\n", "\n") for name in settings.offered(kind)}
    ticked = frozenset(name for name in settings.ticks(kind) if form.get(name) == "yes")
    values, labels = form.getlist("choice-value"), form.getlist("choice-label")
    pairs = ((value.strip(), label.strip()) for value, label in zip(values, labels, strict=False))
    return Settings(kind, words, ticked, tuple(pairs))
