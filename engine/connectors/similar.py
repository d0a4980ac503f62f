"""Cases that may be about the same person: found by keys, then compared. A person decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from rapidfuzz import fuzz
from sqlalchemy import Connection, select

from engine import feel, lookups, values
from engine.bpmn.services import Declaration, Parameter
from engine.connectors.calling import Call, Connector
from engine.models import process_instance, variable

ALIKE = 82  # of 100, as rapidfuzz compares words in any order: Jon Smyth is like John Smith
ALIKE_WITH_DATE = 60  # enough when a date is the same
MOST = 20

DECLARATION = Declaration(
    "similar_cases",
    "Find cases about the same person",
    (
        Parameter("of", "context", "names and values to look for, of fields marked “lookup”"),
        Parameter("processes", "list", "keys of the processes; its own if not given", False),
        Parameter("show", "list", "names of values to tell of each case found", False),
    ),
    gives="a list: `reference`, `matched` (in words), `open`, and the values to show",
)


def run(call: Call) -> list[dict[str, Any]]:
    """Those that agree in most first. Only candidates are read."""
    of = {name: value for name, value in call.values["of"].items() if value not in (None, "")}
    show = [name for name in call.values.get("show") or [] if isinstance(name, str)]
    with call.database.reading() as db:
        processes = call.values.get("processes") or _own(db, call.instance_id)
        ids = lookups.candidates(db, of, processes, call.instance_id)
        known = _values(db, ids, [*of, *show])
        rows = db.execute(
            select(
                process_instance.c.id, process_instance.c.reference, process_instance.c.ended_at
            ).where(process_instance.c.id.in_(ids))
        ).all()
    by_id = {row.id: row for row in rows}
    found = [
        {
            "reference": by_id[one].reference,
            "matched": ", ".join(matched),
            "open": by_id[one].ended_at is None,
            **{name: known[one].get(name) for name in show},
        }
        for one in ids
        if (matched := _matched(of, known[one]))
    ]
    return sorted(found, key=lambda case: -case["matched"].count(","))[:MOST]


def _own(db: Connection, instance_id: int) -> list[str]:
    p = process_instance.c
    return [str(db.execute(select(p.key).where(p.id == instance_id)).scalar_one())]


def _values(db: Connection, ids: list[int], names: list[str]) -> dict[int, dict[str, Any]]:
    v = variable.c
    rows = db.execute(
        select(v.instance_id, v.name, v.value).where(
            v.instance_id.in_(ids), v.scope == "root", v.name.in_(names)
        )
    )
    found: dict[int, dict[str, Any]] = {one: {} for one in ids}
    for row in rows:
        text = values.text(row.value, row.instance_id, "root", row.name)
        found[row.instance_id][row.name] = feel.from_json(orjson.loads(text))
    return found


def _matched(of: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    """In words, what is the same or alike; nothing when that is too little."""
    dated = any(isinstance(v, date) and known.get(n) == v for n, v in of.items())
    enough = ALIKE_WITH_DATE if dated else ALIKE
    told, texts = [], 0
    for name, value in of.items():
        words, other = name.replace("_", " "), known.get(name)
        if isinstance(value, str) and isinstance(other, str):
            score = fuzz.token_sort_ratio(lookups.folded(value), lookups.folded(other))
            if score >= enough:
                texts += 1
                told.append(f"{words} ({'the same' if score == 100 else 'alike'})")
        elif value == other:
            told.append(f"{words} (the same)")
    alone = not any(isinstance(value, str) for value in of.values())
    return told if texts or alone else []


CONNECTOR = Connector(DECLARATION, run)
