"""The list of cases: what it can be asked for, and taking it away."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select, update

from engine.models import audit_entry, process_instance
from tests.web.conftest import words
from web.page import sheets


def shown(visitor, query: str) -> str:
    return words(visitor.get(f"/cases?{query}"))


@pytest.mark.feature("S1")
@pytest.mark.feature("O32")
def test_cases_are_listed_by_process_version_status_stage_and_dates(desk, visit):
    first, second = desk.start(), desk.start()
    cat = visit("cat")
    with desk.database.transaction() as db:
        p = process_instance.c
        db.execute(update(process_instance).where(p.reference == first).values(stage="Asked"))
        db.execute(update(process_instance).where(p.reference == second).values(status="incident"))
    for query, there, away in (
        ("stage=Asked", first, second),
        ("status=incident", second, first),
    ):
        page = shown(cat, query)
        assert there in page
        assert away not in page
    for query in ("process=desk", "version=1", "from=2020-01-01", f"reference={first[-4:]}"):
        assert first in shown(cat, query), query
    for query in ("process=other", "version=2", "to=2020-01-01", "from=2100-01-01"):
        assert first not in shown(cat, query), query


@pytest.mark.feature("S23")
def test_cases_are_filtered_by_what_they_wait_for(desk, visit):
    reference = desk.start()
    cat = visit("cat")
    assert reference in shown(cat, "waits=person")
    for kind in ("date", "message", "problem", "nothing"):
        assert reference not in shown(cat, f"waits={kind}"), kind


@pytest.mark.feature("W15")
def test_cases_are_filtered_by_holder_with_nobody_as_a_choice(desk, visit):
    reference = desk.start()
    cat = visit("cat")
    assert reference in shown(cat, "holder=nobody")
    visit("ann").post(f"/tasks/{desk.task()}/claim")
    for name in ("ann", "Ann Example", "example", "ann exa"):
        assert reference in shown(cat, f"holder={name}"), name
    assert reference not in shown(cat, "holder=nobody")
    assert reference not in shown(cat, "holder=bob")


@pytest.mark.feature("S36")
def test_the_list_is_taken_away_with_the_same_filter_and_that_is_recorded(desk, visit):
    first, second = desk.start(), desk.start()
    with desk.database.transaction() as db:
        p = process_instance.c
        db.execute(
            update(process_instance).where(p.reference == first).values(label="=HYPERLINK(1)")
        )
    cat = visit("cat")
    cat.get("/cases")
    answer = cat.post("/cases/export", reference=first)
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert answer.headers["Content-Disposition"] == "attachment; filename=cases.csv"
    assert [row[0] for row in rows[1:]] == [first]
    assert "'=HYPERLINK(1)" in rows[1]
    assert second not in answer.text
    with desk.database.reading() as db:
        a = audit_entry.c
        taken = db.execute(select(a.details).where(a.action == "cases.export")).scalar()
    assert taken == {"lines": 1}
    assert visit("ann").post("/cases/export").status_code == 403


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert sheets.cell(text) == f"'{text}"
