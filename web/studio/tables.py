"""A decision table is edited as a table: cells, rules, columns; checked, and tried by example."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.commands import drafts as commands
from engine.dmn import editing
from engine.dmn.editing import InputText, OutputText, RuleText, TableText
from engine.errors import InvalidInput
from engine.queries.studio import tables as queries
from engine.queries.studio.parts import table_users
from web.auth import actor, database
from web.rules import rule
from web.studio import drafts, saving
from web.studio.blueprint import bp

TYPES = (
    ("", "Anything"), ("string", "Text"), ("number", "Number"), ("boolean", "Yes or no"),
    ("date", "Date"), ("time", "Time"), ("date and time", "Date and time"),
    ("days and time duration", "Days and hours"),
    ("years and months duration", "Years and months"),
)  # fmt: skip
POLICIES = (
    ("UNIQUE", "Only one rule may match"),
    ("FIRST", "The first that matches counts, from the top"),
    ("ANY", "Several may match when they give the same answer"),
    ("PRIORITY", "The answer that stands first among the possible answers counts"),
    ("COLLECT", "All answers are collected"),
    ("RULE ORDER", "All answers, in the order of the rules"),
    ("OUTPUT ORDER", "All answers, in the order of the possible answers"),
)
AGGREGATIONS = (
    ("", "A list of them"), ("SUM", "Their sum"), ("MIN", "The smallest"), ("MAX", "The largest"),
    ("COUNT", "How many there are"),
)  # fmt: skip
_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SAVED = f"Table saved in the draft. {saving.NOT_LIVE}"


@bp.post("/<key>/draft/tables")
@rule("model")
def new_table(key: str) -> ResponseReturnValue:
    """A table without rules, whose page comes next."""
    title = " ".join(_text("table").split())[:200]
    if not title:
        return drafts.refused(key, {"table": "Enter the question that the table answers."})
    with database().reading() as db:
        name, path, text = queries.new_table(commands.draft_of(db, key), title)
    there = url_for("studio.table", key=key, name=name)
    return saving.save(key, {path: text}, "Table made. Add what it looks at, and its rules.", there)


@bp.get("/<key>/draft/tables/<name>")
@rule("model")
def table(key: str, name: str) -> str:
    return _page(key, name)


@bp.post("/<key>/draft/tables/<name>")
@rule("model")
def change_table(key: str, name: str) -> ResponseReturnValue:
    """Saves the table; any other button shows the page again, with all that was typed."""
    sent, act = _sent(), request.form.get("act", "save")
    if act == "remove-table":
        return _remove(key, name)
    if act != "save":
        return _page(key, name, editing.changed(sent, act), tries=act == "try")
    try:
        with database().reading() as db:
            path, text = queries.written(db, key, name, sent)
    except InvalidInput as error:
        return _page(key, name, sent, error.messages), 422
    return saving.save(key, {path: text}, SAVED, url_for("studio.table", key=key, name=name))


def _remove(key: str, name: str) -> ResponseReturnValue:
    """The file goes, when nothing needs it."""
    with database().reading() as db:
        page = queries.table_page(db, actor(), key, name)
    if table_users(page.draft, name) or not page.is_alone:
        return _page(key, name), 422
    said, there = "The table was removed.", url_for("studio.draft", key=key)
    return saving.save(key, {page.path: None}, said, there)


def _page(
    key: str,
    name: str,
    sent: TableText | None = None,
    messages: Mapping[str, str] | None = None,
    *,
    tries: bool = False,
) -> str:
    with database().reading() as db:
        page = queries.table_page(db, actor(), key, name, sent)
    typed = {one.name: request.form.get(f"try-{one.name}", "") for one in page.asked}
    return render_template(
        "studio/table.html",
        page=page,
        messages=messages or {},
        unsaved=sent is not None,
        typed=typed,
        tried=page.tried(typed) if tries else None,
        types=TYPES,
        policies=POLICIES,
        aggregations=AGGREGATIONS,
        used_by=table_users(page.draft, name),
    )


def _sent() -> TableText:
    """The table as the page sent it."""
    inputs = tuple(
        InputText(_key(f"in-{n}"), *_all(f"in-{n}", "label", "expression", "type", "values"))
        for n in _numbers("in", editing.MAX_COLUMNS)
    )
    outputs = tuple(
        OutputText(
            _key(f"out-{n}"), *_all(f"out-{n}", "label", "name", "type", "values", "default")
        )
        for n in _numbers("out", editing.MAX_COLUMNS)
    )
    rules = tuple(
        RuleText(
            _key(f"rule-{n}"),
            tuple(_text(f"rule-{n}-in-{i}") for i in range(1, len(inputs) + 1)),
            tuple(_text(f"rule-{n}-out-{i}") for i in range(1, len(outputs) + 1)),
            _text(f"rule-{n}-note"),
        )
        for n in _numbers("rule", editing.MAX_RULES)
    )
    return TableText(_text("policy") or "UNIQUE", _text("aggregation"), inputs, outputs, rules)


def _numbers(what: str, most: int) -> list[int]:
    return [n for n in range(1, most + 1) if f"{what}-{n}-key" in request.form]


def _key(what: str) -> str:
    return request.form.get(f"{what}-key", "")


def _all(what: str, *names: str) -> tuple[str, ...]:
    return tuple(_text(f"{what}-{name}") for name in names)


def _text(name: str) -> str:
    """What was typed, without signs that XML cannot hold."""
    return _NOT_XML.sub("", request.form.get(name, "").replace("\r\n", "\n")).strip()
