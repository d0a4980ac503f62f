"""Jobs: work outside a case, tried as its diagram says, lost by nobody, done once."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, jobs, queue, timers
from engine.access import SYSTEM
from engine.commands import operations
from engine.connectors import Call, ConnectorFailed
from engine.database import Database
from engine.errors import BpmnError
from engine.models import history_event, incident, job
from engine.queries.waiting import waits
from engine.testing import Scenario
from engine.testing.double import Double
from tests.factories import MORNING, model, ready

SERVICE = pytest.mark.bpmn("Service, send task")


def begun(database: Database) -> tuple[Scenario, Double]:
    double = Double()
    run = ready(database, model("service"))
    run.start("service", "ann", {})
    return run, double


def failing(words: str = "It was away.") -> Any:
    def answer(_call: Call) -> None:
        raise ConnectorFailed(words)

    return answer


def work(run: Scenario, minutes: float = 0) -> int:
    """So many minutes later, a worker's turn."""
    run.at(run.now + timedelta(minutes=minutes))
    with clock.at(run.now):
        return jobs.run_due(run.database)


def row_of(run: Scenario) -> Any:
    with run.database.reading() as db:
        return db.execute(select(job)).one()


def kinds(run: Scenario) -> list[str]:
    told = select(history_event.c.kind).order_by(history_event.c.seq)
    with run.database.reading() as db:
        return [r.kind for r in db.execute(told)]


def words(run: Scenario) -> list[str]:
    with clock.at(run.now), run.database.reading() as db:
        found = waits(db, SYSTEM, [run.instance_id])[run.instance_id]
        return [w.waits_for for w in found if w.kind == "job"]


@pytest.mark.bpmn("Service, send task; message throw, message end")
@SERVICE
def test_a_job_is_done_once_and_its_answer_becomes_a_variable(database: Database) -> None:
    run, double = begun(database)
    run.expect_waits(["ask", "late"])
    assert work(run) == 1
    assert work(run) == 0
    run.expect_tasks(["look"])
    run.expect_variables({"answer": {"n": 2}})
    row = row_of(run)
    assert (row.state, row.attempts, row.parameters) == ("done", 1, None)
    assert double.keys == [row.id]


def test_a_failed_attempt_says_which_it_is_and_when_the_next_comes(database: Database) -> None:
    run, double = begun(database)
    double.answer = failing()
    work(run)
    assert words(run) == ["Trying again, 2 of 3, next at 9:01am"]
    assert work(run, minutes=0.5) == 0
    work(run, minutes=0.5)
    assert words(run) == ["Trying again, 3 of 3, next at 9:11am"]
    assert row_of(run).failure == "It was away."
    double.answer = lambda _call: "here"
    work(run, minutes=10)
    run.expect_variables({"answer": "here"})
    assert len(set(double.keys)) == 1


def test_the_last_failure_is_a_problem_and_trying_again_begins_anew(database: Database) -> None:
    run, double = begun(database)
    double.answer = failing()
    for minutes in (0, 1, 10):
        assert work(run, minutes) == 1
    run.expect_status("incident")
    with database.reading() as db:
        problem = db.execute(select(incident).where(incident.c.resolved_at.is_(None))).one()
    assert "It was away." in problem.message
    assert row_of(run).state == "failed"
    double.answer = lambda _call: "at last"
    with run._writing() as db:
        actor = run._actor(db, "cat")
        operations.retry_incident(db, problem.id, actor=actor, reason="It is up again.")
    run.expect_status("active")
    work(run)
    run.expect_variables({"answer": "at last"})
    assert len(set(double.keys)) == 1


@pytest.mark.bpmn("Error from a service job")
def test_an_error_of_the_diagram_takes_the_tasks_own_boundary(database: Database) -> None:
    run, double = begun(database)

    def refuse(_call: Call) -> None:
        raise BpmnError("refused")

    double.answer = refuse
    work(run)
    run.expect_waits(["write"])
    assert row_of(run).state == "done"
    run.task("write", "ann", {})
    run.expect_ended("end")


def test_an_error_that_nobody_catches_is_a_problem_at_once(database: Database) -> None:
    run, double = begun(database)

    def refuse(_call: Call) -> None:
        raise BpmnError("another")

    double.answer = refuse
    work(run)
    run.expect_status("incident")
    assert row_of(run).state == "failed"


def test_an_interrupted_element_cancels_its_job_and_a_late_answer_is_told(
    database: Database,
) -> None:
    run, double = begun(database)
    double.answer = failing()
    with clock.at(run.now):
        claimed = queue.claim(database, "slow")
    assert claimed is not None
    run.at(run.now + timedelta(days=7))
    run.expect_waits(["write"])
    assert row_of(run).state == "cancelled"
    with clock.at(run.now):
        jobs.settle(database, claimed, {"result": "too late"})
    run.expect_waits(["write"])
    assert "answer" not in run.variables()
    assert kinds(run)[-1] == "job.ignored"


def test_a_suspended_case_holds_its_job_and_keeps_an_answer_that_comes_meanwhile(
    database: Database,
) -> None:
    run, double = begun(database)
    with clock.at(run.now):
        claimed = queue.claim(database, "quick")
    assert claimed is not None
    _operate(run, operations.Suspend())
    with clock.at(run.now):
        jobs.settle(database, claimed, {"result": "kept"})
    assert work(run, minutes=60) == 0
    _operate(run, operations.Resume())
    assert work(run) == 1
    run.expect_variables({"answer": "kept"})
    assert double.keys == []


def _operate(run: Scenario, operation: operations.Operation) -> None:
    with run._writing() as db:
        actor = run._actor(db, "cat")
        operations.perform(db, run.instance_id, operation, actor=actor, reason="For the test.")


def test_a_dead_workers_job_is_done_by_another_when_its_lease_is_over(database: Database) -> None:
    run, double = begun(database)
    with clock.at(run.now):
        assert queue.claim(database, "dead") is not None
    assert work(run) == 0
    assert work(run, minutes=1) == 1
    run.expect_tasks(["look"])
    assert len(double.keys) == 1


def test_a_worker_that_dies_in_the_last_attempt_leaves_a_problem(database: Database) -> None:
    run, double = begun(database)
    for _ in range(3):
        with clock.at(run.now):
            assert queue.claim(database, "dies") is not None
        run.at(run.now + timedelta(minutes=1))
    work(run)
    run.expect_status("incident")
    assert double.keys == []


def test_an_answer_that_takes_too_long_is_a_failure(database: Database) -> None:
    run, double = begun(database)
    double.answer = lambda _call: time.sleep(60)
    with clock.at(run.now):
        claimed = queue.claim(database, "w")
    assert claimed is not None
    quick = jobs.attempt(database, _with_limit(claimed, 0.05))
    assert "No answer" in quick["failure"]


def _with_limit(claimed: queue.Claimed, seconds: float) -> queue.Claimed:
    from dataclasses import replace

    return replace(claimed, time_limit=seconds)  # type: ignore[arg-type]  # a fraction is enough


def test_two_workers_claim_a_job_once(database: Database) -> None:
    run, _double = begun(database)
    with clock.at(run.now):
        assert queue.claim(database, "one") is not None
        assert queue.claim(database, "two") is None


def test_values_that_cannot_be_worked_out_are_a_problem_that_can_be_tried_again(
    database: Database,
) -> None:
    Double()
    source = model("service")
    source["process.bpmn"] = source["process.bpmn"].replace(b"{n: 1 + 1}", b"missing")
    run = ready(database, source)
    run.start("service", "ann", {})
    run.expect_status("incident")
    with database.reading() as db:
        problem = db.execute(select(incident)).one()
        assert db.execute(select(job)).first() is None
    assert "“say” should be given" in problem.message
    with run._writing() as db:
        actor = run._actor(db, "cat")
        values = {"missing": "said"}
        operations.correct_and_retry(db, problem.id, values, actor=actor, reason="It was unset.")
    run.now = MORNING
    work(run)
    run.expect_variables({"answer": "said"})


def test_a_workers_threads_do_a_new_job_at_once_and_stop_when_asked(database: Database) -> None:
    double = Double()
    done = threading.Event()
    double.answer = lambda _call: done.set()
    run = ready(database, model("service"))
    worker = timers.Worker(database, pause=30)
    looping = threading.Thread(target=worker.run)
    looping.start()
    try:
        run.now = clock.now()
        run.start("service", "ann", {})
        assert done.wait(10)
    finally:
        worker.stop()
        looping.join(20)
    assert not looping.is_alive()
    run.expect_tasks(["look"])
