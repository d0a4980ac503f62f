"""Cases about the same person: found by how a name sounds or by a date, compared, told in words."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine import lookups
from engine.database import Database
from engine.errors import InvalidDefinition
from engine.forms import Form
from engine.models import lookup
from engine.testing import Scenario
from engine.testing.working import work
from tests.factories import model, ready


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "id": key, "key": key, "label": key, **more}


def form_of(*components: dict[str, Any]) -> str:
    return json.dumps(
        {"schemaVersion": 18, "type": "default", "id": "f", "components": list(components)}
    )


MARKED = {"properties": {"lookup": "true"}}
BORN = {"type": "datetime", "subtype": "date", "id": "born_on", "key": "born_on",
        "dateLabel": "Born on", **MARKED}  # fmt: skip
FORMS = {
    "forms/register.form": form_of(text("full_name", **MARKED), BORN),
    "forms/decide.form": form_of(text("outcome")),
}


def published(database: Database) -> Scenario:
    return ready(database, model("similar", **FORMS))


def registered(run: Scenario, name: str, born: date | None = None) -> str:
    run.start("similar", "ann", {})
    run.task("register", "ann", {"full_name": name, "born_on": born})
    return run.said[-2].rsplit(" ", 1)[1]


def found(run: Scenario) -> list[dict[str, Any]]:
    work(run, "look")
    return list(run.variables()["found"])


def test_a_case_is_found_by_how_a_name_sounds_and_a_date(database: Database) -> None:
    run = published(database)
    first = registered(run, "Mohammed Ali Khan", date(2008, 5, 1))
    run.task("decide", "ann", {"outcome": "no concern"})
    registered(run, "Somebody Else", date(1990, 1, 1))
    registered(run, "Khan, Muhammad Ali", date(2008, 5, 1))
    assert found(run) == [
        {
            "reference": first,
            "matched": "full name (alike), born on (the same)",
            "open": False,
            "outcome": "no concern",
        }
    ]


def test_a_name_alone_must_be_closer_than_with_a_date(database: Database) -> None:
    run = published(database)
    smith = registered(run, "John Smith")
    registered(run, "Jane Smith")
    registered(run, "Jon Smyth")
    assert [(one["reference"], one["open"]) for one in found(run)] == [(smith, True)]


def test_one_name_as_another_spells_it_and_nobody_else(database: Database) -> None:
    run = published(database)
    same = registered(run, "Zoë Müller")
    registered(run, "Zara Miller-Jones")
    registered(run, "zoe muller")
    assert [(one["reference"], one["matched"]) for one in found(run)] == [
        (same, "full name (the same)")
    ]


def test_nothing_to_look_for_finds_nothing(database: Database) -> None:
    run = published(database)
    registered(run, "John Smith")
    registered(run, "")
    assert found(run) == []


def test_a_key_is_no_readable_value_and_goes_when_the_value_does(database: Database) -> None:
    run = published(database)
    registered(run, "John Smith", date(2008, 5, 1))
    with database.transaction() as db:
        rows = db.execute(select(lookup)).all()
        assert {row.name for row in rows} == {"full_name", "born_on"}
        assert all(len(row.mac) == 16 for row in rows)
        assert {row.mac for row in rows} == lookups.macs("full_name", "john SMYTH") | lookups.macs(
            "born_on", date(2008, 5, 1)
        )
        lookups.write(db, run.instance_id, "full_name", None)
        left = {row.name for row in db.execute(select(lookup))}
    assert left == {"born_on"}


def test_a_step_that_writes_no_marked_field_leaves_the_keys_alone(database: Database) -> None:
    run = published(database)
    registered(run, "John Smith")
    with database.reading() as db:
        before = db.execute(select(lookup)).all()
    run.task("decide", "ann", {"outcome": "no concern"})
    with database.reading() as db:
        assert db.execute(select(lookup)).all() == before


@pytest.mark.parametrize(
    "wrong",
    [
        text("a", properties={"lookup": "yes"}),
        {**text("a", **MARKED), "type": "number"},
        {"type": "dynamiclist", "id": "l", "path": "l", "label": "L",
         "components": [text("a", **MARKED)]},
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_looked_up_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinition, match="`lookup` is “true”"):
        Form.read(form_of(wrong).encode(), "f.form")
