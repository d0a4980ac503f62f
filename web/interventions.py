"""What a supervisor does to a case: look at it, see what would happen, confirm, read it in the
story. A protected wait goes to a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import clock
from engine.commands import operations
from engine.commands.operations import Operation
from engine.errors import InvalidInput
from engine.queries import interventions as queries
from web.auth import actor, database
from web.page import questions
from web.page.questions import FormView, Message
from web.page.reading import note_reading
from web.page.reasons import given_reason
from web.posting import Db, once, posted
from web.rules import rule

bp = Blueprint("interventions", __name__, url_prefix="/cases/<reference>")
DONE = {
    "suspend": "The case is suspended. Nothing moves until it is resumed.",
    "resume": "The case goes on.",
    "end": "The case is ended.",
    "move": "The case was moved.",
    "skip": "The step was skipped.",
    "fire": "The date counts as reached.",
    "redate": "The date was changed.",
    "deliver": "The message was recorded.",
}
WITH_TOKEN = ("skip", "fire", "redate", "deliver")


@dataclass
class Page:
    """One operation on its way: what was asked, what it would do, what is wrong with it."""

    kind: str
    case: queries.Intervening
    standing: queries.Standing | None
    targets: tuple[queries.Target, ...] = ()
    asked: queries.Asked | None = None
    due_meanwhile: tuple[str, ...] = ()
    view: FormView | None = None
    effect: Any = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def messages(self) -> list[Message]:
        own = [Message(text, f"#wm-{name}") for name, text in self.errors.items() if name in _BOXES]
        more = [] if self.view is None else list(self.view.messages)
        rest = [
            Message(text, "#main-content")
            for name, text in self.errors.items()
            if name not in _BOXES and not (self.view and self.view.form.question(name))
        ]
        return own + more + rest


_BOXES = ("reason", "cause", "target", "alone", "due_at")


@bp.get("/intervene")
@rule("operate")
def index(reference: str) -> str:
    with database().reading() as db:
        case = queries.intervening(db, actor(), reference)
    note_reading(case.head.id)
    return render_template("cases/interventions.html", case=case, head=case.head)


@bp.get("/intervene/<kind>")
@rule("operate")
def ask(reference: str, kind: str) -> str:
    page = _read(reference, kind)
    note_reading(page.case.head.id)
    return _show(page, {})


@bp.post("/intervene/<kind>")
@rule("operate")
def act(reference: str, kind: str) -> ResponseReturnValue:
    """Shows what it would do; does it once that was confirmed."""
    page = _read(reference, kind)
    g.form = page.asked.form if page.asked else None
    step = request.form.get("wm-act", "preview")
    if g.form and step.startswith((questions.ADD, questions.REMOVE)):
        typed, _ = questions.change_rows(g.form, g.form.keep_typed(posted()), step)
        return _show(page, typed)
    try:
        if step == "confirm":
            return _perform(page)
        if step == "propose":
            return _propose(page)
        page.effect = _previewed(page)
    except InvalidInput as error:
        page.errors = error.messages
        return _show(page, _typed()), 422
    return _show(page, _typed())


@bp.get("/proposals/<int(max=999999999999):number>")
@rule("operate")
def proposal(reference: str, number: int) -> str:
    return _show_proposal(reference, number, {})


@bp.post("/proposals/<int(max=999999999999):number>")
@rule("operate")
def decide(reference: str, number: int) -> ResponseReturnValue:
    """A second person confirms; anybody who may operate declines."""
    confirms = request.form.get("wm-act") == "confirm"

    def act(db: Db) -> str:
        decision: Callable[..., Any] = operations.confirm if confirms else operations.decline
        decision(db, number, actor=actor(), reason=given_reason())
        return url_for("cases.case", reference=reference)

    try:
        return once(act, "Confirmed and done." if confirms else "Declined. Nothing was changed.")
    except InvalidInput as error:
        return _show_proposal(reference, number, error.messages), 422


def _perform(page: Page) -> ResponseReturnValue:
    def act(db: Db) -> str:
        operations.perform(
            db, page.case.head.id, _operation(page), actor=actor(), reason=given_reason(),
            seen=int(request.form.get("wm-seen", "0")),
        )  # fmt: skip
        return url_for("cases.case", reference=page.case.head.reference)

    return once(act, DONE[page.kind])


def _propose(page: Page) -> ResponseReturnValue:
    def act(db: Db) -> str:
        operations.propose(
            db, page.case.head.id, _operation(page), actor=actor(), reason=given_reason()
        )
        return url_for("interventions.index", reference=page.case.head.reference)

    return once(act, "Another person must confirm this. It stands on the board and on the case.")


def _previewed(page: Page) -> Any:
    operation = _operation(page)
    if len(given_reason()) < operations.REASON_LENGTH:
        raise InvalidInput({"reason": "Give a reason: it is told in the case’s story."})
    with database().reading() as db:
        return operations.preview(db, page.case.head.id, operation, actor=actor())


def _operation(page: Page) -> Operation:
    """What the page asks for, read from its form."""
    token, form = page.standing.token if page.standing else "", request.form
    answers = page.asked.form.keep_typed(posted()) if page.asked and page.asked.form else {}
    made: dict[str, Callable[[], Operation]] = {
        "suspend": operations.Suspend,
        "resume": operations.Resume,
        "end": lambda: operations.End(form.get("wm-cause", "").strip()),
        "move": lambda: operations.Move(_target(page), token, form.get("wm-alone") != "no"),
        "skip": lambda: operations.Skip(token, answers),
        "fire": lambda: operations.Fire(token),
        "redate": lambda: operations.Redate(token, _date()),
        "deliver": lambda: operations.Deliver(token, answers),
    }
    return made[page.kind]()


def _target(page: Page) -> str:
    target = request.form.get("wm-target", "")
    if target not in {one.element_id for one in page.targets}:
        raise InvalidInput({"target": "Choose the step that the case goes to."})
    return target


def _date() -> str:
    parts = [request.form.get(f"wm-due-{part}", "").strip() for part in ("year", "month", "day")]
    if not all(part.isdigit() for part in parts):
        raise InvalidInput({"due_at": "Enter the date with day, month and year."})
    year, month, day = map(int, parts)
    return f"{year:04d}-{month:02d}-{day:02d}T09:00:00"


def _read(reference: str, kind: str) -> Page:
    if kind not in DONE:
        abort(404)
    token = request.values.get("wm-token") or request.args.get("token", "")
    with database().reading() as db:
        case = queries.intervening(db, actor(), reference)
        page = Page(kind, case, case.of(token))
        fits = page.standing is not None and kind in page.standing.operations
        if (kind in WITH_TOKEN and not fits) or (token and not fits):
            abort(404)
        if kind == "move":
            page.targets = queries.targets(db, actor(), case.head, token)
        if kind in ("skip", "deliver") and page.standing is not None:
            page.asked = queries.asked(db, actor(), case.head, page.standing)
        if kind == "resume":
            page.due_meanwhile = queries.due_on_resuming(db, case.head, clock.now())
    return page


def _typed() -> Mapping[str, list[str]]:
    form = getattr(g, "form", None)
    typed: Mapping[str, list[str]] = form.keep_typed(posted()) if form else {}
    return typed


def _show(page: Page, typed: Mapping[str, list[str]]) -> str:
    if page.asked is not None and page.asked.form is not None:
        page.view = questions.view(
            page.asked.form, typed, page.asked.context, errors=page.errors,
            offered=page.asked.offered,
        )  # fmt: skip
    sent = {name: value for name, value in request.form.items() if name.startswith("wm-")}
    return render_template("cases/intervene.html", page=page, head=page.case.head, sent=sent)


def _show_proposal(reference: str, number: int, errors: Mapping[str, str]) -> str:
    with database().reading() as db:
        case = queries.intervening(db, actor(), reference)
    found = next((one for one in case.proposals if one.id == number), None)
    if found is None:
        abort(404)
    return render_template(
        "cases/proposal.html", case=case, head=case.head, proposal=found, errors=errors,
        sent=dict(request.form.items()),
    )  # fmt: skip
