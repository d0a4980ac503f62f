"""One problem: read it in plain words, correct a value with a reason, try again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import operations
from engine.errors import InvalidInput
from engine.queries.problems import ProblemPage, problem_page
from web.auth import actor, database
from web.page import questions
from web.page.questions import Message
from web.page.reasons import given_reason
from web.posting import Db, once, posted
from web.rules import rule

bp = Blueprint("problems", __name__, url_prefix="/board/problems")


@bp.post("/retry")
@rule("operate")
def retry_group() -> ResponseReturnValue:
    """First asks for the count to be confirmed with a reason; then tries each, a result a case."""
    numbers = [int(n) for n in request.form.getlist("incident") if n.isdigit() and len(n) < 13]
    confirmed = request.form.get("wm-act") == "confirm"
    errors: dict[str, str] = {}
    results: tuple[operations.Retried, ...] = ()
    if confirmed and request.form.get("wm-count", "").strip() != str(len(numbers)):
        errors["count"] = f"Type the number of cases to confirm: {len(numbers)}."
    elif confirmed:
        try:
            results = operations.retry_group(
                database(), numbers, actor=actor(), reason=given_reason()
            )
        except InvalidInput as error:
            errors = error.messages
    page = render_template(
        "board/retry.html", numbers=numbers, results=results, errors=errors,
        sent=dict(request.form.items()),
    )  # fmt: skip
    return page, 422 if errors else 200


@bp.get("/<int(max=999999999999):incident_id>")
@rule("operate")
def problem(incident_id: int) -> str:
    page = _read(incident_id)
    return _show(page, page.typed, {})


@bp.post("/<int(max=999999999999):incident_id>")
@rule("operate")
def retry(incident_id: int) -> ResponseReturnValue:
    """Corrects the values that were changed on the page (none: simply tries again)."""
    page = _read(incident_id)
    g.form = page.form
    typed = page.form.keep_typed(posted())

    def act(db: Db) -> str:
        operations.correct_and_retry(
            db, incident_id, _changed(page), actor=actor(), reason=given_reason()
        )
        return url_for("cases.case", reference=page.reference)

    try:
        return once(act, "Tried again. The story says what happened.")
    except InvalidInput as error:
        return _show(page, typed, error.messages), 422


def _changed(page: ProblemPage) -> dict[str, Any]:
    """Values of the questions whose answer differs from what the case holds."""
    values = page.form.validate(posted(), {}, offered=page.offered)
    before = page.form.validate(page.typed, {}, offered=page.offered)
    return {name: value for name, value in values.items() if value != before.get(name)}


def _read(incident_id: int) -> ProblemPage:
    with database().reading() as db:
        return problem_page(db, actor(), incident_id)


def _show(page: ProblemPage, typed: Mapping[str, list[str]], errors: Mapping[str, str]) -> str:
    drawn = questions.view(page.form, typed, {}, errors=errors, offered=page.offered)
    view = replace(drawn, says_optional=False)  # here none must be answered
    messages = [m for m in view.messages if m.href != "#reason"]
    messages += [Message(errors["reason"], "#wm-reason")] if "reason" in errors else []
    return render_template(
        "board/problem.html", page=page, view=view, messages=messages, errors=errors,
        chosen=request.form.get("wm-chosen"), words=request.form.get("wm-reason", ""),
    )  # fmt: skip
