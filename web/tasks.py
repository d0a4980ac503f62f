"""One task: its form, guidance and case summary; release, hand over, save for later, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Actor
from engine.bpmn.drawing import Mark, draw
from engine.commands import sent
from engine.commands import tasks as commands
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.queries import aftermath
from engine.queries.tasks import TaskPage, candidates, task_page
from engine.queries.worklist import next_task
from web.auth import actor, database, kept_when_late
from web.page import questions, task_files, words
from web.page.questions import FormView, Message
from web.page.reading import note_reading
from web.page.reasons import given_reason
from web.page.uploads import FIELD, make_room
from web.posting import Db, given_account, once, posted
from web.rules import SIGNED_IN, rule
from web.worklist import safe_back

bp = Blueprint("tasks", __name__, url_prefix="/tasks")
NO_ERRORS: Mapping[str, str] = {}
_BOXES = {"reason": "#wm-reason", FIELD: "#wm-file"}


@bp.url_value_preprocessor
def _room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "tasks.send":
        make_room()


@bp.get("/<task_id>")
@rule(SIGNED_IN)
def task(task_id: str) -> str:
    page = _read(task_id)
    note_reading(page.instance_id)
    return _show(page, page.filled)


@bp.post("/<task_id>")
@rule(SIGNED_IN)
def send(task_id: str) -> ResponseReturnValue:
    """One form, several buttons: complete, save for later, add or remove a row."""
    try:
        page = _read(task_id)
    except NotFound:  # it may have been closed to this person: the command says by whom and when
        return once(lambda db: _gone(db, task_id))
    g.form = page.form
    act = request.form.get("wm-act", "complete")
    if act.startswith((questions.ADD, questions.REMOVE)):
        return _change_rows(page, act)
    way = {"save": _save, "file": _only_file}.get(act, _complete)
    try:
        return way(page)
    except InvalidInput as error:
        page = _read(page.id) if task_files.kept(page) else page
        return _show(page, _typed(page), error.messages), 422


def _gone(db: Db, task_id: str) -> str:
    commands.complete_task(db, task_id, posted(), actor=actor())
    return url_for("worklist.tasks")


def _complete(page: TaskPage) -> ResponseReturnValue:
    def act(db: Db) -> str:
        task_files.add(db, page)
        commands.complete_task(db, page.id, posted(), actor=actor())
        return url_for("tasks.done", task_id=page.id, back=_back())

    return once(act)


def _save(page: TaskPage) -> ResponseReturnValue:
    def act(db: Db) -> str:
        task_files.add(db, page)
        commands.save_draft(db, page.id, posted(), _counter(), actor=actor())
        return f"{_list()}#task-{page.id}"

    return once(act, "What you typed is saved. The task is still yours.")


def _only_file(page: TaskPage) -> ResponseReturnValue:
    """The file is added, and what was typed is saved on the way."""

    def act(db: Db) -> str:
        if not task_files.add(db, page):
            raise InvalidInput({FIELD: "Choose the file to add."})
        commands.save_draft(db, page.id, posted(), _counter(), actor=actor())
        return url_for("tasks.task", task_id=page.id, back=_back(), _anchor="files")

    return once(act, "The file is with the task.")


def _change_rows(page: TaskPage, act: str) -> ResponseReturnValue:
    if page.form is None:
        return redirect(url_for("tasks.task", task_id=page.id), 303)
    typed, target = questions.change_rows(page.form, _typed(page), act)
    with database().transaction() as db:
        task_files.add(db, page)
        commands.save_draft(db, page.id, typed, _counter(), actor=actor())
    return redirect(url_for("tasks.task", task_id=page.id, back=_back(), _anchor=target), 303)


@bp.post("/<task_id>/draft")
@rule(SIGNED_IN)
def draft(task_id: str) -> ResponseReturnValue:
    """For the script: what was typed, every few seconds and on leaving."""
    with database().transaction() as db:
        saved = commands.save_draft(db, task_id, posted(), _counter(), actor=actor())
    return {"saved": words.a_time(saved), "counter": _counter()}


@bp.post("/<task_id>/release")
@rule(SIGNED_IN)
def release(task_id: str) -> ResponseReturnValue:
    keep = request.form.get("keep_draft") != "no"

    def act(db: Db) -> str:
        commands.release_task(db, task_id, actor=actor(), keep_draft=keep)
        return url_for("worklist.tasks", tab="unclaimed")

    return once(act, "The task is back with those who can take it.")


@bp.get("/<task_id>/hand-over")
@rule("operate", "work")
def hand_over(task_id: str) -> str:
    return _hand_over_page(task_id, NO_ERRORS)


@bp.post("/<task_id>/hand-over")
@rule("operate", "work")
def hand_over_now(task_id: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        to = given_account("Choose who takes the task")
        commands.reassign_task(db, task_id, to, given_reason(), actor=actor())
        return url_for("tasks.task", task_id=task_id, back=_back())

    try:
        return once(act, "The task was handed over.")
    except InvalidInput as error:
        return _hand_over_page(task_id, error.messages), 422


@bp.post("/<task_id>/typed")
@rule(SIGNED_IN)
def send_typed(task_id: str) -> ResponseReturnValue:
    """What came too late goes to the colleague who has the task."""

    def act(db: Db) -> str:
        withheld = sent.send_typed(db, task_id, posted(), actor=actor())
        flash("What you typed was sent to your colleague.")
        if withheld:
            flash(f"Not sent, because your colleague does not read it: {', '.join(withheld)}.")
        return url_for("worklist.tasks")

    return once(act)


@bp.post("/received/<int(max=999999999999):number>/dismiss")
@rule(SIGNED_IN)
def dismiss(number: int) -> ResponseReturnValue:
    def act(db: Db) -> str:
        return url_for("tasks.task", task_id=sent.dismiss(db, number, actor=actor()))

    return once(act, "What your colleague sent is put away.")


@bp.get("/<task_id>/done")
@rule(SIGNED_IN)
def done(task_id: str) -> str:
    with database().reading() as db:
        page = aftermath.aftermath(db, actor(), task_id)
        following = next_task(db, actor())
    return render_template("tasks/done.html", page=page, next=following, list=_list(), back=_back())


def _keep_late(db: Db, late: Actor) -> None:
    """Signed out meanwhile: what was typed becomes that account's draft."""
    task_id = (request.view_args or {})["task_id"]
    commands.save_draft(db, task_id, posted(), _counter(), actor=late)


for _endpoint in ("tasks.send", "tasks.draft"):
    kept_when_late(_endpoint, _keep_late)


def _read(task_id: str) -> TaskPage:
    with database().reading() as db:
        return task_page(db, actor(), task_id)


def _show(
    page: TaskPage, typed: Mapping[str, list[str]], errors: Mapping[str, str] = NO_ERRORS
) -> str:
    view = None
    if page.form is not None:
        view = questions.view(page.form, typed, page.context, errors=errors, offered=page.offered)
    return render_template(
        "tasks/task.html", page=page, view=view, list=_list(), back=_back(),
        messages=_messages(view, errors), errors=errors, counter=_next_counter(page),
        drawing=_drawing(page),
    )  # fmt: skip


def _drawing(page: TaskPage) -> str:
    """Nothing for who reads of the step only that it is open."""
    if not page.diagram:
        return ""
    return draw(page.diagram, marks={page.element_id: Mark(here=True)}, title=page.step)


def _messages(view: FormView | None, errors: Mapping[str, str]) -> tuple[Message, ...]:
    """Each leads to its question; the file's to its own box."""
    asked = view.messages if view else ()
    known = {message.text: message.href for message in asked}
    return tuple(
        Message(text, _BOXES.get(name) or known.get(text, "#main-content"))
        for name, text in errors.items()
    )


def _hand_over_page(task_id: str, errors: Mapping[str, str]) -> str:
    page = _read(task_id)
    if not (page.mine or page.may_reassign):
        raise NotAllowed("Only who holds a task, or a supervisor, gives it to somebody else.")
    with database().reading() as db:
        people = candidates(db, actor(), task_id)
    messages = tuple(Message(text, _BOXES.get(name, f"#{name}")) for name, text in errors.items())
    return render_template(
        "tasks/hand_over.html", page=page, people=people, errors=errors, messages=messages,
        chosen=request.form.get("account"), chosen_reason=request.form.get("wm-chosen"),
        words=request.form.get("wm-reason", ""), back=_back(),
    )  # fmt: skip


def _typed(page: TaskPage) -> dict[str, list[str]]:
    return page.form.keep_typed(posted()) if page.form else {}


def _counter() -> int:
    sent = request.form.get("wm-counter", "1")
    return min(int(sent), 10**9) if sent.isdigit() else 1


def _next_counter(page: TaskPage) -> int:
    return (page.draft.counter if page.draft else 0) + 1


def _back() -> str | None:
    return safe_back(request.values.get("back") or request.form.get("wm-back"))


def _list() -> str:
    return _back() or url_for("worklist.tasks")
