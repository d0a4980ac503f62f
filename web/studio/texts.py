"""A process's words: its read-me, title, stages, glossary, contacts and the like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.definitions import MANIFEST, README
from engine.definitions.wording import REASONS, ROWS, WORDS, Wording, write_wording
from engine.errors import InvalidInput
from engine.queries.studio import texts as queries
from engine.queries.studio.texts import TextsPage
from web.auth import actor, database
from web.rules import rule
from web.studio import saving
from web.studio.blueprint import bp

SAVED = f"Texts saved in the draft. {saving.NOT_LIVE}"
MOST = 100  # rows of one list


@bp.get("/<key>/draft/texts")
@rule("model")
def texts(key: str) -> str:
    page = _read(key)
    return _page(page, page.wording, page.readme)


@bp.post("/<key>/draft/texts")
@rule("model")
def change_texts(key: str) -> ResponseReturnValue:
    """Saves the words; any other button shows the page again, with all that was typed."""
    page, act = _read(key), request.form.get("act", "save")
    readme = request.form.get("readme", "").replace("\r\n", "\n")
    sent = _sent()
    if act != "save":
        return _page(page, _with_row(sent, act.removeprefix("more:")), readme)
    try:
        settings = write_wording(page.draft.files.get(MANIFEST, ""), sent)
    except InvalidInput as error:
        return _page(page, sent, readme, error.messages), 422
    changed: dict[str, str | None] = {MANIFEST: settings}
    if readme.strip() != page.readme.strip():
        changed[README] = f"{readme.rstrip()}\n" if readme.strip() else None
    return saving.save(key, changed, SAVED, url_for("studio.texts", key=key))


def _read(key: str) -> TextsPage:
    with database().reading() as db:
        return queries.texts_page(db, actor(), key)


def _page(
    page: TextsPage, wording: Wording, readme: str, messages: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "studio/texts.html", page=page, wording=wording, readme=readme, messages=messages or {}
    )


def _sent() -> Wording:
    """The words as the page sent them; rows that are empty are left out."""
    stages = _lines("stages")
    said = dict(zip(request.form.getlist("stage"), request.form.getlist("said"), strict=False))
    return Wording(
        words={name: _one_line(name) for name in WORDS},
        stages=stages,
        status_words=tuple((stage, said.get(stage, "").strip()) for stage in stages),
        rows={name: _rows(name) for name in ROWS},
        reasons={name: _lines(f"reasons-{name}") for name in REASONS},
    )


def _rows(name: str) -> tuple[tuple[str, ...], ...]:
    columns = [request.form.getlist(f"{name}-{cell}")[:MOST] for cell in ROWS[name]]
    rows = (tuple(" ".join(text.split()) for text in row) for row in zip(*columns, strict=False))
    return tuple(row for row in rows if any(row))


def _with_row(wording: Wording, name: str) -> Wording:
    """One more empty row in a list of rows."""
    if name not in ROWS:
        return wording
    blank = ("",) * len(ROWS[name])
    return replace(wording, rows={**wording.rows, name: (*wording.rows[name], blank)})


def _lines(name: str) -> tuple[str, ...]:
    lines = (" ".join(line.split()) for line in request.form.get(name, "").splitlines())
    return tuple(line for line in lines if line)


def _one_line(name: str) -> str:
    return " ".join(request.form.get(name, "").split())
