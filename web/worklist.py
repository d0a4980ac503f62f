"""The task lists. State is in the query, so that a link back returns to the same row."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import LISTS
from engine.commands import tasks as commands
from engine.queries.worklist import Filters, worklist
from web.auth import actor, database
from web.page.refreshing import live
from web.page.tabs import Tab
from web.posting import Db, once
from web.rules import SIGNED_IN, rule

bp = Blueprint("worklist", __name__)
NAMES = {"mine": "My tasks", "unclaimed": "Unclaimed", "team": "My team", "done": "Done"}
FILTERS = ("process", "stage", "due", "sort")
STATE = ("tab", *FILTERS, "after")


@bp.get("/tasks")
@rule(SIGNED_IN)
def tasks() -> ResponseReturnValue:
    tab = request.args.get("tab", "mine")
    tab = tab if tab in LISTS else "mine"
    wanted = Filters(*(request.args.get(name, "") for name in FILTERS))
    with database().reading() as db:
        page = worklist(db, actor(), tab, wanted, request.args.get("after"))
    tabs = [
        Tab(name, url_for("worklist.tasks", tab=key), key == tab, page.counts[key])
        for key, name in NAMES.items()
    ]
    state: dict[str, Any] = {name: value for name in STATE if (value := request.args.get(name))}
    return live(
        "worklist/tasks.html", page, tabs=tabs, wanted=wanted, title=NAMES[tab],
        back=url_for("worklist.tasks", **state),
        next_page=url_for("worklist.tasks", **{**state, "after": page.next}),
        sorts={name: _sorted(state, name) for name in ("", "due", "-due", "priority")},
    )  # fmt: skip


@bp.post("/tasks/<task_id>/claim")
@rule(SIGNED_IN)
def claim(task_id: str) -> ResponseReturnValue:
    def act(db: Db) -> str:
        commands.claim_task(db, task_id, actor=actor())
        return url_for("tasks.task", task_id=task_id, back=safe_back(request.form.get("back")))

    return once(act, "The task is yours.")


def _sorted(state: dict[str, Any], sort: str) -> str:
    """The same list from its beginning, in another order."""
    kept = {name: value for name, value in state.items() if name not in ("after", "sort")}
    return url_for("worklist.tasks", **kept, sort=sort or None)


def safe_back(back: str | None) -> str | None:
    """Only our own list may be returned to."""
    own = url_for("worklist.tasks")
    return back if back and (back == own or back.startswith(f"{own}?")) else None
