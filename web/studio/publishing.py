"""Before publishing: what changes, what live cases do; asked by one person, decided by another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import approvals
from engine.errors import InvalidDefinition, InvalidInput
from engine.queries.studio import effect
from engine.queries.studio import publishing as queries
from web.auth import actor, database
from web.posting import Db, once
from web.rules import rule
from web.studio.blueprint import bp, sent_counter
from web.studio.comparing import pictures

ASKED = "You asked for approval. Nothing is live until another person approves it."
PUBLISHED = "Approved and published. New cases run on it; open cases keep their version."
SENT_BACK = "Sent back with your note. The draft stays as it is."
WITHDRAWN = "The request was withdrawn. The draft stays as it is."
NOT_YET = {"findings": "Put the errors right first."}


@bp.get("/<key>/publish")
@rule("model", "approve")
def publish(key: str) -> str:
    return _page(key)


@bp.post("/<key>/publish")
@rule("model")
def ask(key: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        given = request.form
        approvals.ask(
            db,
            key,
            sent_counter(),
            actor=actor(),
            reason=given.get("reason", ""),
            untested_why=given.get("untested_why", "") if given.get("untested") else None,
        )
        return url_for("studio.publish", key=key)

    return _once(key, act, ASKED)


@bp.post("/<key>/publish/withdraw")
@rule("model")
def withdraw(key: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        approvals.withdraw(db, key, actor=actor())
        return url_for("studio.draft", key=key)

    return _once(key, act, WITHDRAWN)


@bp.post("/<key>/publish/<int:number>")
@rule("approve")
def decide(key: str, number: int) -> ResponseReturnValue:
    """Approves, or sends back: which of the two buttons was pressed."""
    approving = request.form.get("decision") == "approve"
    decided = approvals.approve if approving else approvals.send_back

    def act(db: Db) -> str:
        decided(db, number, actor=actor(), note=request.form.get("note", ""))
        return url_for("studio.process", key=key)

    return _once(key, act, PUBLISHED if approving else SENT_BACK)


def _once(key: str, act: Callable[[Db], str], said: str) -> ResponseReturnValue:
    try:
        return once(act, said)
    except InvalidInput as error:
        return _page(key, error.messages), 422
    except InvalidDefinition:
        return _page(key, NOT_YET), 422


def _page(key: str, messages: Mapping[str, str] | None = None) -> str:
    with database().reading() as db:
        most = None if request.args.get("tried") == "all" else effect.MOST
        page = queries.publish_page(db, actor(), key, most)
    return render_template(
        "studio/publish.html",
        page=page,
        pictures=pictures(page.compared),
        messages=messages or {},
        reason=request.form.get("reason", ""),
        note=request.form.get("note", ""),
        untested=bool(request.form.get("untested")),
        untested_why=request.form.get("untested_why", ""),
    )
