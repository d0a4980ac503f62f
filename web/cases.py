"""Cases: the list, and the pages of one case (story, answers, diagram, case actions)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine import audit
from engine.bpmn.drawing import Mark, draw
from engine.commands import cases as commands
from engine.commands import notes as commands_of_notes
from engine.commands import openings
from engine.errors import InvalidInput
from engine.queries import caselist, cases, kept, notes
from engine.queries.cases import ActionPage, CaseHead, Drawing
from web.auth import actor, database
from web.page import questions, sheets
from web.page.reading import note_reading
from web.page.reasons import given_reason
from web.page.tabs import Tab
from web.posting import Db, once, posted
from web.rules import SIGNED_IN, rule

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.get("")
@rule(SIGNED_IN)
def index() -> str:
    wanted = {name: request.args.get(name, "") for name in caselist.FILTERS}
    with database().reading() as db:
        page = caselist.case_list(db, actor(), wanted, request.args.get("after"))
    kept: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    return render_template(
        "cases/index.html", page=page, wanted=wanted,
        next_page=url_for("cases.index", **{**kept, "after": page.next}),
    )  # fmt: skip


@bp.post("/export")
@rule("operate", "see_all")
def export() -> ResponseReturnValue:
    """What the list shows, as a file for a spreadsheet; that it was taken is recorded."""
    wanted = {name: request.form.get(name, "") for name in caselist.FILTERS}
    with database().transaction() as db:
        lines = caselist.export(db, actor(), wanted)
        audit.record(
            db, actor=actor(), chain="system", action="cases.export", subject="cases",
            details={"lines": len(lines)},
        )  # fmt: skip
    return sheets.download("cases.csv", caselist.CaseLine, lines)


@bp.get("/find")
@rule(SIGNED_IN)
def find() -> ResponseReturnValue:
    wanted = request.args.get("reference", "")
    with database().reading() as db:
        found = cases.find(db, actor(), wanted)
    if found:
        return redirect(url_for("cases.case", reference=found), 303)
    return redirect(url_for("cases.index", reference=wanted), 303)


@bp.get("/<reference>")
@rule(SIGNED_IN)
def case(reference: str) -> str:
    every = request.args.get("all") == "1"
    with database().reading() as db:
        head = cases.case_head(db, actor(), reference)
        story = cases.case_story(db, actor(), head, every=every)
        drafts = kept.kept_drafts(db, actor(), head)
    note_reading(head.id)
    return show_part("story", head, story=story, every=every, drafts=drafts)


@bp.get("/<reference>/answers")
@rule(SIGNED_IN)
def answers(reference: str) -> str:
    with database().reading() as db:
        head = cases.case_head(db, actor(), reference)
        steps = cases.case_answers(db, actor(), head)
    note_reading(head.id)
    return show_part("answers", head, steps=steps)


@bp.get("/<reference>/open")
@rule(SIGNED_IN)
def ask_open(reference: str) -> str:
    return _show_open(reference, {})


@bp.post("/<reference>/open")
@rule(SIGNED_IN)
def open_masked(reference: str) -> ResponseReturnValue:
    """Opens what is masked to this person, for a quarter of an hour, with a reason."""

    def act(db: Db) -> str:
        head = cases.case_head(db, actor(), reference)
        openings.open_masked(db, head.id, actor=actor(), reason=given_reason())
        return url_for("cases.answers", reference=reference)

    try:
        return once(act, "Masked values are open to you for 15 minutes. The story tells it.")
    except InvalidInput as error:
        return _show_open(reference, error.messages), 422


def _show_open(reference: str, errors: Mapping[str, str]) -> str:
    with database().reading() as db:
        head = cases.case_head(db, actor(), reference)
    if not head.can_open:
        abort(404)
    note_reading(head.id)
    words = request.form.get("wm-reason", "")
    return render_template("cases/open.html", head=head, errors=errors, words=words)


@bp.get("/<reference>/notes")
@rule(SIGNED_IN)
def read_notes(reference: str) -> str:
    return _notes(reference, {})


@bp.post("/<reference>/notes")
@rule(SIGNED_IN)
def write_note(reference: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        head = cases.case_head(db, actor(), reference)
        commands_of_notes.write_note(db, head.id, request.form.get("note", ""), actor=actor())
        return url_for("cases.read_notes", reference=reference)

    try:
        return once(act, "Your note is on the case.")
    except InvalidInput as error:
        return _notes(reference, error.messages), 422


def _notes(reference: str, errors: Mapping[str, str]) -> str:
    with database().reading() as db:
        head = cases.case_head(db, actor(), reference)
        found = notes.notes(db, actor(), head)
    if not head.whole:
        abort(404)
    note_reading(head.id)
    typed = request.form.get("note", "")
    return show_part("notes", head, notes=found, errors=errors, typed=typed)


@bp.get("/<reference>/diagram")
@rule(SIGNED_IN)
def diagram(reference: str) -> str:
    with database().reading() as db:
        head = cases.case_head(db, actor(), reference)
        drawings = cases.case_drawings(db, head)
        versions = cases.case_versions(db, head)
    note_reading(head.id)
    drawn = [(drawing, draw_case(drawing)) for drawing in drawings]
    return show_part("diagram", head, drawings=drawn, versions=versions)


@bp.get("/<reference>/do/<action_id>")
@rule(SIGNED_IN)
def action(reference: str, action_id: str) -> str:
    page = _read_action(reference, action_id)
    note_reading(page.head.id)
    return _show_action(page, {}, {})


@bp.post("/<reference>/do/<action_id>")
@rule(SIGNED_IN)
def perform(reference: str, action_id: str) -> ResponseReturnValue:
    page = _read_action(reference, action_id)
    g.form = page.form
    act = request.form.get("wm-act", "send")
    if page.form and act.startswith((questions.ADD, questions.REMOVE)):
        typed, _ = questions.change_rows(page.form, page.form.keep_typed(posted()), act)
        return _show_action(page, typed, {})
    return _perform(page)


def _perform(page: ActionPage) -> ResponseReturnValue:
    def act(db: Db) -> str:
        done = commands.perform_action(db, page.id, posted(), actor=actor())
        if done.problem:
            flash("What you sent is kept. A later step has a problem and is being looked into.")
        still = cases.find(db, actor(), page.head.reference)
        return url_for("cases.case", reference=still) if still else url_for("worklist.tasks")

    try:
        return once(act, f"Recorded: {page.title}.")
    except InvalidInput as error:
        typed = page.form.keep_typed(posted()) if page.form else {}
        return _show_action(page, typed, error.messages), 422


def draw_case(drawing: Drawing) -> Markup:
    """The diagram the case runs on, its present steps outlined; '' when it has no drawing data."""
    marks = {name: Mark(passed=True) for name in drawing.passed}
    for element_id, kind in drawing.here.items():
        marks[element_id] = Mark(here=True, problems=1 if kind == "problem" else 0)
    title = f"{drawing.title}: {', '.join(drawing.words) or 'nothing open here'}"
    return Markup(draw(drawing.source, marks=marks, title=title, plane=drawing.plane))  # noqa: S704 — escaped by draw


def show_part(part: str, head: CaseHead, **more: object) -> str:
    """A page of the case with its tabs; `part` names its template."""
    tabs = [
        Tab(name, url_for(endpoint, reference=head.reference), part == key)
        for key, name, endpoint in (
            ("story", "Story", "cases.case"),
            ("answers", "Answers", "cases.answers"),
            ("notes", "Notes", "cases.read_notes"),
            ("files", "Files", "files.index"),
            ("diagram", "Diagram", "cases.diagram"),
        )
        if key != "notes" or head.whole
    ]
    return render_template(f"cases/{part}.html", head=head, tabs=tabs, **more)


def _read_action(reference: str, action_id: str) -> ActionPage:
    with database().reading() as db:
        return cases.action_page(db, actor(), reference, action_id)


def _show_action(
    page: ActionPage, typed: Mapping[str, list[str]], errors: Mapping[str, str]
) -> str:
    view = None
    if page.form is not None:
        view = questions.view(page.form, typed, page.context, errors=errors, offered=page.offered)
    messages = view.messages if view else ()
    return render_template("cases/action.html", page=page, view=view, messages=messages)
