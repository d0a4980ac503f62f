"""Events with several triggers: the first, or all of them; the case is restored at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.database import Database
from tests.factories import MORNING, model, ready

pytestmark = pytest.mark.bpmn("Multiple, parallel multiple events")


def test_the_first_of_several_triggers_goes_on_and_closes_the_others(database: Database) -> None:
    run = ready(database, model("several_events"))
    run.start("several_events", "ann", {})
    run.task("first", "ann", {})
    run.expect_waits(["either", "either"])
    run.action("either", "ann", {})
    run.expect_tasks(["work"])
    run.start("several_events", "ann", {})
    run.task("first", "ann", {})
    run.at(MORNING + timedelta(days=8))
    run.expect_tasks(["work"])
    assert not [name for name in run.passed() if name.startswith("_w_")]


def test_each_trigger_on_the_edge_of_a_step_opens_the_way_from_it(database: Database) -> None:
    run = ready(database, model("several_events"), model("signal_thrown"))
    run.start("several_events", "ann", {})
    run.task("first", "ann", {})
    run.action("either", "ann", {})
    run.action("beside", "ann", {})
    run.expect_tasks(["work", "note"])
    instance = run.instance_id
    run.start("signal_thrown", "ann", {})
    run.task("ask", "ann", {})
    run.instance_id = instance
    run.expect_tasks(["work", "note", "note"])


def test_all_of_several_triggers_must_happen_and_an_end_does_all_it_says(
    database: Database,
) -> None:
    run = ready(database, model("several_events"))
    run.start("several_events", "ann", {})
    run.task("first", "ann", {})
    run.action("either", "ann", {})
    run.action("beside", "ann", {})
    run.task("work", "ann", {})
    run.expect_waits(["both", "both", "note"])
    run.at(MORNING + timedelta(days=2))
    run.expect_waits(["both", "note"])
    run.action("both", "ann", {})
    run.expect_ended("done")
    run.expect_waits([])
