"""Event subprocesses, errors, escalations, signals, conditions, repeats: each run to its end, the
case stored and restored at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.database import Database
from engine.models import history_event, process_instance
from tests.factories import MORNING, form, forms, model, ready


@pytest.mark.bpmn("Event subprocess")
def test_a_handler_that_does_not_interrupt_opens_beside_the_case_each_time(
    database: Database,
) -> None:
    run = ready(database, model("handlers"))
    run.start("handlers", "ann", {})
    run.action("noted", "ann", {})
    run.action("noted", "ann", {})
    run.expect_tasks(["first", "read_note", "read_note"])
    run.task("read_note", "ann", {})
    run.task("first", "ann", {})
    run.task("second", "ann", {})
    run.expect_tasks(["read_note"])  # the case waits for what a handler has opened
    run.task("read_note", "bob", {})
    run.expect_ended("done")
    assert not [name for name in run.passed() if name.startswith("_w_")]


@pytest.mark.bpmn("Event subprocess")
def test_a_handler_that_interrupts_ends_everything_else(database: Database) -> None:
    run = ready(database, model("handlers"))
    run.start("handlers", "ann", {})
    run.action("noted", "ann", {})
    run.action("must_end", "ann", {})
    run.expect_tasks(["read_note", "tell_why"])
    run.task("tell_why", "ann", {})
    run.task("read_note", "ann", {})
    run.expect_ended("stopped")


@pytest.mark.limit(4)
def test_a_repeat_fires_its_times_and_a_missed_one_once(database: Database) -> None:
    run = ready(database, model("handlers"))
    run.start("handlers", "ann", {})
    run.at(MORNING + timedelta(days=8))
    run.expect_tasks(["first", "look"])
    run.at(MORNING + timedelta(days=15))
    run.expect_tasks(["first", "look", "look"])
    run.at(MORNING + timedelta(days=60))
    run.expect_tasks(["first", "look", "look"])


@pytest.mark.bpmn("Event subprocess")
def test_a_handler_inside_a_part_belongs_to_that_part(database: Database) -> None:
    run = ready(database, model("handlers_inside"))
    run.start("handlers_inside", "ann", {})
    run.action("changed", "ann", {})
    run.task("inside", "ann", {})
    run.expect_tasks(["consider"])
    run.task("consider", "ann", {})
    run.expect_tasks(["after"])
    run.expect_waits(["after"])
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_a_terminate_end_closes_what_a_handler_has_opened(database: Database) -> None:
    run = ready(database, model("handlers_terminate"))
    run.start("handlers_terminate", "ann", {})
    run.action("aside", "ann", {})
    run.expect_tasks(["work", "extra"])
    run.task("work", "ann", {})
    run.expect_ended("closed")
    run.expect_waits([])


@pytest.mark.bpmn("Error end, boundary")
def test_an_error_goes_to_the_event_that_catches_it_and_ends_its_part(database: Database) -> None:
    run = ready(database, model("error_caught"))
    run.start("error_caught", "ann", {})
    run.task("one", "ann", {})
    run.expect_tasks(["mend"])
    run.task("mend", "ann", {})
    run.expect_ended("mended")


@pytest.mark.bpmn("Error end, boundary")
def test_an_error_goes_through_a_call_to_the_event_that_names_its_code(database: Database) -> None:
    run = ready(database, model("error_through_call"), model("error_thrown"))
    run.start("error_through_call", "ann", {})
    run.task("ask", "ann", {})
    run.expect_tasks(["mend"])


@pytest.mark.bpmn("Error end, boundary")
def test_an_error_opens_the_handler_of_its_process(database: Database) -> None:
    run = ready(database, model("error_handled"))
    run.start("error_handled", "ann", {})
    run.task("ask", "ann", {})
    run.expect_tasks(["mend"])
    run.task("mend", "ann", {})
    run.expect_ended("mended")


@pytest.mark.bpmn("Error end, boundary")
def test_an_error_that_nobody_catches_is_a_problem_where_it_was_thrown(database: Database) -> None:
    run = ready(database, model("error_thrown"))
    run.start("error_thrown", "ann", {})
    run.task("ask", "ann", {})
    run.expect_status("incident")


@pytest.mark.bpmn("Escalation throw, end, boundary")
def test_an_escalation_tells_and_goes_on_and_an_unheard_one_is_in_the_story(
    database: Database,
) -> None:
    run = ready(database, model("escalation"))
    run.start("escalation", "ann", {})
    run.task("one", "ann", {})
    run.expect_tasks(["two", "look"])
    run.task("two", "ann", {})
    run.task("look", "ann", {})
    run.expect_ended("looked")
    with database.reading() as db:
        kinds = db.execute(select(history_event.c.kind, history_event.c.element_id)).all()
    assert ("escalation.unheard", "gone") in [tuple(row) for row in kinds]


@pytest.mark.bpmn("Signal throw, catch, boundary, end")
@pytest.mark.limit(10)
def test_a_signal_reaches_every_waiting_case_and_starts_new_ones(database: Database) -> None:
    run = ready(database, model("signal_thrown"), model("signal_caught"), model("signal_started"))
    run.start("signal_caught", "ann", {})
    first = run.instance_id
    run.start("signal_caught", "ann", {})
    second = run.instance_id
    run.task("work", "ann", {})
    run.start("signal_thrown", "ann", {})
    run.task("ask", "ann", {})
    run.expect_ended("sent")
    run.instance_id = first
    run.expect_tasks(["work", "reread"])
    run.expect_variables({"rule": 2})
    run.instance_id = second
    run.expect_ended("done")
    run.case("signal_started")
    run.expect_tasks(["work"])
    with database.reading() as db:
        keys = db.execute(select(process_instance.c.key)).scalars().all()
    assert sorted(keys) == sorted(
        ["signal_caught", "signal_caught", "signal_thrown", "signal_started"]
    )


@pytest.mark.bpmn("Conditional catch, boundary")
@pytest.mark.limit(11)
def test_a_condition_fires_when_it_becomes_true_wherever_it_was_changed(
    database: Database,
) -> None:
    asks = forms(ask=form(n="number"), again=form(n="number"))
    run = ready(database, model("conditions", **asks))
    run.start("conditions", "ann", {})
    run.expect_tasks(["ask"])
    run.task("ask", "ann", {"n": 11})
    run.expect_tasks(["again", "go"])
    run.task("again", "ann", {"n": 101})
    run.expect_tasks(["stop"])
    run.task("stop", "ann", {})
    run.expect_ended("stopped")
