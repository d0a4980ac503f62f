"""A draft's files are saved: by its counter, so that two editors never overwrite each other."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import comparing
from engine.commands import drafts
from engine.definitions import README
from engine.errors import ConcurrentUpdate, NotFound
from engine.queries.studio import drafts as queries
from web.auth import actor, database
from web.posting import Db, once
from web.rules import rule
from web.studio.blueprint import bp, sent_counter

NOT_LIVE = "Nothing is live until it is approved and published."
SAVED = f"Draft saved. {NOT_LIVE}"
Changed = Mapping[str, str | None]  # path → its new text; None for a file that goes


def save(key: str, changed: Changed, said: str, to: str) -> ResponseReturnValue:
    """Put files into the draft as the sender saw it, and go on to `to`; or tell who was faster."""
    base = request.form.get("base", "")

    def act(db: Db) -> str:
        files = {**drafts.draft_of(db, key).files, **changed}
        kept = {path: text for path, text in files.items() if text is not None}
        drafts.save(
            db, key, kept, sent_counter(), int(base) if base.isdecimal() else None, actor=actor()
        )
        return to

    try:
        return once(act, said)
    except ConcurrentUpdate as error:
        return _theirs_and_yours(key, changed, error), 409


@bp.post("/<key>/draft/instead")
@rule("model")
def instead(key: str) -> ResponseReturnValue:
    """One's own texts in the place of what somebody else saved meanwhile."""
    texts = (text.replace("\r\n", "\n") for text in request.form.getlist("text"))
    yours = dict(zip(request.form.getlist("file"), texts, strict=False))
    with database().reading() as db:
        known = {*drafts.draft_of(db, key).files, README}
    for path, text in yours.items() or (("", ""),):
        if path not in known:
            raise NotFound("file", path)
        queries.check_file(path, text.encode())
    return save(key, yours, SAVED, url_for("studio.draft", key=key))


def _theirs_and_yours(key: str, changed: Changed, error: ConcurrentUpdate) -> str:
    """Two people saved one draft: theirs stands, yours is on the page to compare and to copy."""
    with database().reading() as db:
        page = queries.draft_page(db, actor(), key)
    now = page.draft.files
    yours = {path: text for path, text in changed.items() if text not in (None, now.get(path))}
    return render_template(
        "studio/conflict.html",
        page=page,
        changed=yours,
        compared=comparing.compare(_bytes(now), _bytes({**now, **yours})),
        may_replace=set(yours) <= {*now, README},
        error=error,
    )


def _bytes(files: Changed) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items() if text is not None}
