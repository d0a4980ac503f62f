"""A model's fault never loses what a person sent: it is held, told, corrected and tried again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine import access, clock
from engine.commands import operations
from engine.database import Database
from engine.errors import Conflict, InvalidInput, NotAllowed, NotFound
from engine.history import unpack
from engine.models import history_event, incident
from engine.testing import Scenario
from tests.factories import form, forms, model, ready


def stopped(database: Database) -> Scenario:
    """A case whose script cannot work with the amount that was sent."""
    run = ready(database, model("failing", **forms(work=form(amount="number"))))
    run.start("failing", "ann", {})
    run.task("work", "ann", {"amount": 5})
    run.expect_status("incident")
    return run


def problem_id(database: Database) -> int:
    with database.reading() as db:
        wanted = select(incident.c.id).where(incident.c.resolved_at.is_(None))
        return int(db.execute(wanted).scalar_one())


def correct(run: Scenario, by: str, reason: str, **values: object) -> None:
    number = problem_id(run.database)
    with clock.at(run.now), run.database.transaction() as db:
        actor = access.load_actor(db, run.people[by])
        operations.correct_and_retry(db, number, values, actor=actor, reason=reason)


@pytest.mark.limit(22)
def test_what_was_sent_is_kept_and_the_problem_names_step_and_kinds(database: Database) -> None:
    run = stopped(database)
    run.expect_variables({"amount": 5})
    with database.reading() as db:
        row = db.execute(select(incident)).one()
    assert row.element_id == "sum"
    assert row.details["values"] == {"amount": "number"}
    assert "5" not in row.message


def test_a_corrected_value_lets_the_case_go_on_and_the_story_tells_it(database: Database) -> None:
    run = stopped(database)
    correct(run, "cat", "The amount was mistyped", amount=Decimal(20))
    run.expect_tasks(["after"])
    run.expect_status("active")
    with database.reading() as db:
        rows = db.execute(
            select(history_event).where(history_event.c.kind == "value.corrected")
        ).all()
    (told,) = [unpack(row) for row in rows]
    assert (told["name"], told["old"], told["new"]) == ("amount", 5, 20)
    assert told["reason"] == "The amount was mistyped"


def test_a_retry_that_fails_again_keeps_one_problem_with_the_latest_words(
    database: Database,
) -> None:
    run = stopped(database)
    correct(run, "cat", "Try once more")
    run.expect_status("incident")
    assert problem_id(database)


def test_a_correction_needs_a_reason_and_a_known_name(database: Database) -> None:
    run = stopped(database)
    with pytest.raises(InvalidInput, match="reason"):
        correct(run, "cat", " ", amount=Decimal(20))
    with pytest.raises(InvalidInput, match="no value"):
        correct(run, "cat", "A good reason", nonsense=1)
    run.expect_variables({"amount": 5})


def test_only_who_may_operate_corrects(database: Database) -> None:
    run = stopped(database)
    with pytest.raises((NotAllowed, NotFound)):
        correct(run, "bob", "A good reason", amount=Decimal(20))


def test_a_second_supervisor_reads_that_it_was_solved(database: Database) -> None:
    run = stopped(database)
    number = problem_id(database)
    correct(run, "cat", "The amount was mistyped", amount=Decimal(20))
    with database.transaction() as db:
        cat = access.load_actor(db, run.people["cat"])
        with pytest.raises(Conflict, match="already solved") as told:
            operations.retry_incident(db, number, actor=cat, reason="A good reason")
    assert told.value.by == "Cat Example"


def test_a_due_rule_that_gives_no_date_leaves_the_task_open_and_is_told(
    database: Database,
) -> None:
    run = ready(database, model("due_from_answer", **forms(work=form(days="text"))))
    run.start("due_from_answer", "ann", {})
    run.task("work", "ann", {"days": "soon"})
    run.expect_tasks(["after"])
    run.expect_status("incident")
    correct(run, "cat", "A number of days is needed", days=Decimal(3))
    run.expect_status("active")
    run.task("after", "bob", {}, due=date(2026, 4, 8))
    run.expect_ended("done")


def test_a_condition_that_fails_in_a_repeat_is_tried_again(database: Database) -> None:
    run = ready(database, model("until_enough", **forms(again=form(enough="text"))))
    run.start("until_enough", "ann", {})
    run.task("again", "ann", {"enough": "maybe"})
    run.expect_status("incident")  # the answer is a text, not yes or no
    correct(run, "cat", "The answer was no", enough=False)
    run.expect_tasks(["again"])
    run.expect_status("active")
