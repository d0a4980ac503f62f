"""Ad-hoc subprocesses and transactions, the case restored at every step."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.database import Database
from tests.factories import form, forms, model, ready

ENOUGH = forms(visit=form(enough="yes_no"), write=form(enough="yes_no"))


@pytest.mark.bpmn("Ad-hoc subprocess")
def test_the_steps_of_an_ad_hoc_part_lie_open_until_its_condition_holds(
    database: Database,
) -> None:
    run = ready(database, model("ad_hoc", **ENOUGH))
    run.start("ad_hoc", "ann", {})
    run.expect_tasks(["visit", "ask"])
    run.task("ask", "ann", {})
    run.expect_tasks(["visit", "write"])
    run.task("visit", "ann", {"enough": True})
    run.expect_tasks(["after"])
    run.task("after", "ann", {})
    run.expect_ended("done")
    assert not [name for name in run.passed() if name.startswith("_w_")]


@pytest.mark.bpmn("Ad-hoc subprocess")
def test_when_all_its_steps_are_done_and_it_is_not_enough_they_are_opened_again(
    database: Database,
) -> None:
    run = ready(database, model("ad_hoc", **ENOUGH))
    run.start("ad_hoc", "ann", {})
    run.task("visit", "ann", {"enough": False})
    run.task("ask", "ann", {})
    run.task("write", "ann", {"enough": False})
    run.expect_tasks(["visit", "ask"])
    run.task("visit", "ann", {"enough": True})
    run.expect_tasks(["after"])


@pytest.mark.bpmn("Ad-hoc subprocess")
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"<bpmn:completionCondition>enough</bpmn:completionCondition>", b"", "add a completion"),
        (b'id="look_into"', b'id="look_into" ordering="Sequential"', "only parallel order"),
        (b'id="look_into"', b'id="look_into" cancelRemainingInstances="false"', "keeping the rest"),
    ],
)
def test_an_ad_hoc_part_that_could_not_run_is_refused(old: bytes, new: bytes, words: str) -> None:
    source = model("ad_hoc")["process.bpmn"]
    assert definitions.lint_diagram(source) == []
    found = definitions.lint_diagram(source.replace(old, new))
    assert [p.element_id for p in found] == ["look_into"]
    assert words in found[0].message


@pytest.mark.bpmn("Transaction")
def test_a_cancel_end_closes_the_transaction_and_goes_the_way_of_its_cancel_event(
    database: Database,
) -> None:
    run = ready(database, model("transaction", **forms(room=form(full="yes_no"))))
    run.start("transaction", "ann", {})
    run.expect_tasks(["food", "room"])
    run.task("room", "ann", {"full": True})
    run.expect_tasks(["tell"])
    run.task("tell", "ann", {})
    run.expect_ended("told")


@pytest.mark.bpmn("Transaction")
def test_a_transaction_that_goes_well_goes_on(database: Database) -> None:
    run = ready(database, model("transaction", **forms(room=form(full="yes_no"))))
    run.start("transaction", "ann", {})
    run.task("room", "ann", {"full": False})
    run.task("food", "ann", {})
    run.task("after", "ann", {})
    run.expect_ended("done")


@pytest.mark.bpmn("Transaction")
def test_a_cancel_end_that_nothing_would_catch_is_refused() -> None:
    source = model("transaction")["process.bpmn"]
    assert [p.code for p in definitions.lint_diagram(source)] == []
    plain = source.replace(b"bpmn:transaction", b"bpmn:subProcess")
    assert {p.code for p in definitions.lint_diagram(plain)} == {"bpmn.cancel_outside"}
