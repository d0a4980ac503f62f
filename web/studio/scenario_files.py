"""A scenario file of a draft is written as text, and checked before it is kept."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.queries.studio import scenarios as queries
from web.auth import actor, database
from web.rules import rule
from web.studio import saving
from web.studio.blueprint import bp

SAVED = f"Scenario saved in the draft. {saving.NOT_LIVE}"
MADE = "Scenario made. Say what happens in it."
REMOVED = "The scenario was removed."
NO_TITLE = "Enter what the scenario shows."


@bp.post("/<key>/draft/scenarios")
@rule("model")
def new_scenario(key: str) -> ResponseReturnValue:
    """A scenario that starts a case, whose page comes next."""
    title = " ".join(request.form.get("title", "").split())[:200]
    with database().reading() as db:
        page = queries.new_scenario(db, actor(), key, title)
    if not title:
        return _shown(page, {"title": NO_TITLE}), 422
    there = url_for("studio.scenario", key=key, name=page.name)
    return saving.save(key, {page.path: page.text}, MADE, there)


@bp.get("/<key>/draft/scenarios/<name>")
@rule("model")
def scenario(key: str, name: str) -> str:
    with database().reading() as db:
        return _shown(queries.scenario_page(db, actor(), key, name))


@bp.post("/<key>/draft/scenarios/<name>")
@rule("model")
def change_scenario(key: str, name: str) -> ResponseReturnValue:
    """Keeps the text when it can be played; or removes the file."""
    from engine.testing.reading import fault  # what plays scenarios is not loaded by other pages

    with database().reading() as db:
        page = queries.scenario_page(db, actor(), key, name)
    if request.form.get("act") == "remove":
        return saving.save(key, {page.path: None}, REMOVED, url_for("studio.test", key=key))
    text = request.form.get("text", "").replace("\r\n", "\n")
    if wrong := fault(text):
        return _shown(page, {"text": wrong}, text), 422
    there = url_for("studio.scenario", key=key, name=name)
    return saving.save(key, {page.path: text}, SAVED, there)


def _shown(
    page: queries.ScenarioPage, messages: dict[str, str] | None = None, text: str | None = None
) -> str:
    return render_template(
        "studio/scenario.html",
        page=page,
        text=page.text if text is None else text,
        messages=messages or {},
    )
