"""Start events that begin a case by themselves: each date once, however many look."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, definitions
from engine.commands import dated_starts, starts
from engine.database import Database
from engine.models import history_event, start_timer
from tests.factories import MORNING, deploy, form, forms, model, person, ready

pytestmark = pytest.mark.bpmn("Message, timer, signal start")


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.at(MORNING):
        yield


def begun(database: Database) -> list[str]:
    with database.reading() as db:
        c = history_event.c
        return list(db.execute(select(c.element_id).where(c.kind == "case.started")).scalars())


def test_a_repeat_begins_its_cases_and_a_date_one(database: Database) -> None:
    run = ready(database, model("dated_start"))
    assert begun(database) == []
    run.at(MORNING + timedelta(days=3))
    assert begun(database) == ["once"]
    run.at(MORNING + timedelta(days=8))
    assert sorted(begun(database)) == ["once", "weekly"]
    run.case("dated_start")
    run.expect_tasks(["look"])
    run.at(MORNING + timedelta(days=60))
    assert begun(database).count("weekly") == 3
    with database.reading() as db:
        assert db.execute(select(start_timer)).all() == []


def test_a_missed_repeat_begins_one_case_and_goes_on_from_the_next_date(
    database: Database,
) -> None:
    ready(database, model("dated_start"))
    with clock.at(MORNING + timedelta(days=16)):
        assert dated_starts.run_due(database) == 2
        assert dated_starts.run_due(database) == 0
    with database.reading() as db:
        left = db.execute(select(start_timer.c.due_at)).scalars().all()
    assert left == [MORNING + timedelta(days=21)]


def test_workers_at_once_begin_a_case_once(database: Database) -> None:
    ready(database, model("dated_start"))

    def work(_: int) -> int:
        with clock.at(MORNING + timedelta(days=8)):
            return dated_starts.run_due(database)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 2
    assert sorted(begun(database)) == ["once", "weekly"]


@pytest.mark.feature("O22")
def test_a_date_of_a_stopped_process_waits_until_starts_are_resumed(database: Database) -> None:
    ready(database, model("dated_start"))
    with database.transaction() as db:
        olga = person(db, "olga", "owner")
        starts.stop(db, "dated_start", actor=olga, reason="The rules are being changed.")
    with clock.at(MORNING + timedelta(days=8)):
        assert dated_starts.run_due(database) == 0
        with database.transaction() as db:
            starts.resume(db, "dated_start", actor=olga, reason="They are in force.")
        assert dated_starts.run_due(database) == 2
    assert sorted(begun(database)) == ["once", "weekly"]


def test_a_new_version_keeps_the_dates_that_are_drawn_as_before(database: Database) -> None:
    run = ready(database, model("dated_start"))
    with clock.at(MORNING + timedelta(days=2)), database.transaction() as db:
        changed = model("dated_start", **forms(look=form(n="number")))
        deploy(db, {"dated_start": changed})
    run.at(MORNING + timedelta(days=7, hours=1))
    assert sorted(begun(database)) == ["once", "weekly"]


def test_a_date_that_would_read_values_of_a_case_is_refused() -> None:
    source = model("dated_start")["process.bpmn"]
    assert [p for p in definitions.lint_diagram(source) if p.severity == "error"] == []
    reads = source.replace(b"R3/P7D", b'"R/P" + string(days) + "D"')
    assert [p.code for p in definitions.lint_diagram(reads) if p.severity == "error"] == [
        "timer.reads_values"
    ]


@pytest.mark.bpmn("Conditional start of a process")
def test_a_condition_starts_no_case() -> None:
    source = model("dated_start")["process.bpmn"]
    for old, new in (
        (b"<bpmn:timeCycle>R3/P7D</bpmn:timeCycle>", b"<bpmn:condition>n = 1</bpmn:condition>"),
        (b"timerEventDefinition", b"conditionalEventDefinition"),
    ):
        source = source.replace(old, new, 1 if b"R3" in old else 2)
    found = definitions.lint_diagram(source)
    words = [p.message for p in found if p.severity == "error"]
    assert words == [
        "Nothing watches a condition before a case exists. Start by message, timer or person."
    ]
