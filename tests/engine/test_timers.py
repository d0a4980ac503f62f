"""Timers: due instants on London's clock, each fired once, however many look and however late."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Connection, func, select

from engine import clock, timers
from engine.database import Database
from engine.execution.dates import as_deadline, as_instant
from engine.models import history_event, timer
from tests.factories import MORNING, model, ready


def fired(database: Database) -> int:
    with database.reading() as db:
        c = history_event.c
        wanted = select(func.count()).where(c.kind == "timer.fired")
        return int(db.execute(wanted).scalar_one())


@pytest.mark.limit(3)
def test_many_overdue_timers_fire_once_each(database: Database) -> None:
    run = ready(database, model("reminder"))
    for _ in range(60):
        run.start("reminder", "ann", {})
    with clock.at(MORNING + timedelta(days=30)):
        assert timers.run_due(database) == 60
        assert timers.run_due(database) == 0
    assert fired(database) == 60


def test_two_workers_at_once_fire_a_timer_once(database: Database) -> None:
    run = ready(database, model("deadline"))
    for _ in range(10):
        run.start("deadline", "ann", {})

    def work(_: int) -> int:
        with clock.at(MORNING + timedelta(days=30)):
            return timers.run_due(database)

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(work, range(4)))
    assert sum(done) == 10
    assert fired(database) == 10


def test_a_fault_at_one_date_keeps_no_other_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More dates fail than are read at once, and all of them are older than the last one."""
    run = ready(database, model("reminder"))
    for _ in range(61):
        run.start("reminder", "ann", {})
    with database.reading() as db:
        ids = list(db.execute(select(timer.c.id).order_by(timer.c.due_at, timer.c.id)).scalars())
    whole = timers.fire_timer

    def breaking(db: Connection, token: str, instance_id: int) -> bool:
        if db.engine is database.engine and token != ids[-1]:
            raise AttributeError("a fault")
        return whole(db, token, instance_id)

    monkeypatch.setattr(timers, "fire_timer", breaking)
    done: list[str] = []

    def noted(what: str, part: Callable[[Database], int]) -> Callable[[Database], int]:
        """A site of other tests may have its own worker in this process: it works on."""

        def do(given: Database) -> int:
            if given is not database:
                return part(given)
            done.append(what)
            return 0

        return do

    for module, name, what in (
        (timers.dated_starts, "run_due", "starts"),
        (timers.messages, "deliver_pending", "inbox"),
    ):
        monkeypatch.setattr(module, name, noted(what, getattr(module, name)))
    with clock.at(MORNING + timedelta(days=30)):
        with pytest.raises(ExceptionGroup) as told:
            timers.Worker(database).round()
        assert done == ["starts", "inbox"]
        assert fired(database) == 1
        (dates,) = told.value.exceptions
        assert isinstance(dates, ExceptionGroup)
        assert len(dates.exceptions) == 60
        monkeypatch.undo()
        assert timers.run_due(database) == 60


def test_nothing_fires_before_its_instant(database: Database) -> None:
    run = ready(database, model("reminder"))
    run.start("reminder", "ann", {})
    with clock.at(MORNING + timedelta(days=2) - timedelta(seconds=1)):
        assert timers.run_due(database) == 0
    with clock.at(MORNING + timedelta(days=2)):
        assert timers.run_due(database) == 1


def test_a_completed_task_takes_its_timer_with_it(database: Database) -> None:
    run = ready(database, model("reminder"))
    run.start("reminder", "ann", {})
    run.task("answer", "ann", {})
    with database.reading() as db:
        assert db.execute(select(func.count()).select_from(timer)).scalar() == 0


@pytest.mark.limit(1)
def test_a_date_begins_and_ends_on_londons_clock_in_summer_and_winter() -> None:
    summer, winter = date(2026, 7, 1), date(2026, 12, 1)
    assert as_instant(summer) == datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert as_instant(winter) == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert as_deadline(summer) == datetime.combine(summer, time(22, 59, 59), UTC)


def test_a_date_whose_name_begins_with_a_p_is_read_as_an_expression(database: Database) -> None:
    files = model("reminder")
    drawn = re.sub(rb"(<bpmn:timeDuration[^>]*>)[^<]*<", rb"\1period<", files["process.bpmn"])
    script = b"""<bpmn:scriptTask id="set"><bpmn:script>{period: duration("P2D")}</bpmn:script>
      </bpmn:scriptTask><bpmn:sequenceFlow id="f_set" sourceRef="set" targetRef="answer" />"""
    drawn = drawn.replace(b'targetRef="answer"', b'targetRef="set"')
    drawn = drawn.replace(b"</bpmn:process>", script + b"</bpmn:process>")
    run = ready(database, {**files, "process.bpmn": drawn})
    run.start("reminder", "ann", {})
    run.at(MORNING + timedelta(days=1))
    run.expect_waits(["answer", "late"])
    run.at(MORNING + timedelta(days=2))
    run.expect_waits(["answer", "chase"])


def test_a_negative_time_from_now_is_a_problem_and_fires_nothing(database: Database) -> None:
    files = model("reminder")
    drawn = re.sub(
        rb"(<bpmn:timeDuration[^>]*>)[^<]*<",
        rb"\1if 1 = 1 then duration(back) else null<",
        files["process.bpmn"],
    )
    drawn = drawn.replace(b'targetRef="answer"', b'targetRef="set"').replace(
        b"</bpmn:process>",
        b"""<bpmn:scriptTask id="set"><bpmn:script>{back: "-P2D"}</bpmn:script></bpmn:scriptTask>
        <bpmn:sequenceFlow id="f_set" sourceRef="set" targetRef="answer" /></bpmn:process>""",
    )
    run = ready(database, {**files, "process.bpmn": drawn})
    run.start("reminder", "ann", {})
    run.expect_status("incident")
    run.expect_tasks(["answer"])


def test_a_date_is_called_by_its_title_when_it_has_one(database: Database) -> None:
    files = model("deadline")
    title = "<spiffworkflow:property name='title' value='=\"Answer to \" + case.reference' />"
    around = (
        f"<bpmn:extensionElements><spiffworkflow:properties>{title}</spiffworkflow:properties>"
        "</bpmn:extensionElements><bpmn:timerEventDefinition"
    )
    text = files["process.bpmn"].decode().replace("<bpmn:timerEventDefinition", around)
    run = ready(database, {**files, "process.bpmn": text.encode()})
    run.start("deadline", "ann", {})
    with database.reading() as db:
        assert db.execute(select(timer.c.title)).scalar() == "Answer to T-2026-0001"
