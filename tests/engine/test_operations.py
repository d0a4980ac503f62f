"""What a supervisor does to a running case: each is previewed, done as previewed, and told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import access, clock
from engine.advance.recording import STUCK_WORDS
from engine.commands import operations
from engine.commands.operations import (
    Deliver,
    End,
    Fire,
    Migrate,
    Move,
    Redate,
    Resume,
    Skip,
    Suspend,
)
from engine.database import Database
from engine.errors import Conflict, EngineError, InvalidInput, NotAllowed, NotFound
from engine.history import unpack
from engine.models import history_event, timer, user_task
from engine.testing import Scenario
from tests.engine.operating import REASON, operate, previewed, token
from tests.factories import MORNING, deploy, form, forms, model, ready


def told(run: Scenario, kind: str) -> dict[str, object]:
    with run.database.reading() as db:
        h = history_event.c
        row = db.execute(
            select(history_event).where(h.instance_id == run.instance_id, h.kind == kind)
        ).one()
    return unpack(row)


def test_a_suspended_case_takes_nothing_until_it_is_resumed(database: Database) -> None:
    run = ready(database, model("sequence"))
    run.start("sequence", "ann", {})
    operate(run, "cat", Suspend())
    run.refused("suspended", lambda: run.task("first", "ann", {}))
    operate(run, "cat", Resume())
    run.task("first", "ann", {})
    run.expect_tasks(["second"])


def test_what_falls_due_while_a_case_is_suspended_fires_once_when_resumed(
    database: Database,
) -> None:
    run = ready(database, model("deadline"))
    run.start("deadline", "ann", {})
    waiting = run.waiting()
    operate(run, "cat", Suspend())
    run.at(MORNING + timedelta(days=40))
    assert run.waiting() == waiting
    operate(run, "cat", Resume())
    run.at(run.now)
    assert run.waiting() != waiting


@pytest.mark.limit(25)
def test_a_case_is_moved_back_and_forward_and_its_story_says_so(database: Database) -> None:
    run = ready(database, model("sequence"))
    run.start("sequence", "ann", {})
    effect = operate(run, "cat", Move("second", token(run, "first")))
    assert [c.element_id for c in effect.opened] == ["second"]
    operate(run, "cat", Move("first", token(run, "second")))
    run.task("first", "ann", {})
    run.task("second", "ann", {})
    run.expect_ended("done")
    with database.reading() as db:
        h = history_event.c
        rows = db.execute(select(history_event).where(h.kind == "case.placed").order_by(h.seq))
        assert [unpack(r)["from"] for r in rows] == ["first", "second"]


def test_a_move_that_would_leave_a_join_waiting_or_double_a_step_is_refused(
    database: Database,
) -> None:
    run = ready(database, model("parallel"))
    run.start("parallel", "ann", {})
    with pytest.raises(InvalidInput, match="Leave the other open steps"):
        previewed(run, "cat", Move("after", token(run, "one")))
    with pytest.raises(InvalidInput, match="done twice"):
        previewed(run, "cat", Move("fork", token(run, "one")))
    run.task("two", "ann", {})  # it has arrived at the join: that counts as well
    with pytest.raises(InvalidInput, match="done twice"):
        previewed(run, "cat", Move("fork", token(run, "one")))
    operate(run, "cat", Move("fork", token(run, "one"), alone=False))
    run.expect_tasks(["one", "two"])
    operate(run, "cat", Move("after", token(run, "one"), alone=False))
    run.task("after", "ann", {})
    run.expect_ended("done")


@pytest.mark.parametrize("first", ["one", "two"])
def test_after_a_move_back_a_join_counts_only_what_comes_to_it_anew(
    database: Database, first: str
) -> None:
    run = ready(database, model("parallel"))
    run.start("parallel", "ann", {})
    run.task("two", "ann", {})
    operate(run, "cat", Move("fork", token(run, "one"), alone=False))
    second = "one" if first == "two" else "two"
    run.task(first, "ann", {})
    run.expect_tasks([second])
    run.task(second, "ann", {})
    run.expect_tasks(["after"])
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_the_preview_says_that_nothing_could_move_the_case_any_more(database: Database) -> None:
    """Only a condition would be left, and nothing could change what it reads."""
    run = ready(
        database, model("conditions", **forms(ask=form(n="number"), again=form(n="number")))
    )
    run.start("conditions", "ann", {})
    run.task("ask", "ann", {"n": 1})
    effect = operate(run, "cat", Skip(token(run, "again")))
    assert (effect.status, [c.title for c in effect.opened]) == ("incident", [STUCK_WORDS])


def test_a_case_is_not_moved_to_one_of_two_ways_whose_join_nothing_else_comes_to(
    database: Database,
) -> None:
    run = ready(database, model("parallel"))
    run.start("parallel", "ann", {})
    run.task("one", "ann", {})
    run.task("two", "ann", {})
    with pytest.raises(InvalidInput, match=r"would wait for “Two”.* before the ways part"):
        previewed(run, "cat", Move("one", token(run, "after")))
    operate(run, "cat", Move("fork", token(run, "after")))
    run.expect_tasks(["one", "two"])


def test_a_choice_that_is_left_with_its_problem_does_not_come_back(database: Database) -> None:
    asks = forms(ask=form(red="yes_no", blue="yes_no"))
    files, plain = model("inclusive", **asks), '<bpmn:sequenceFlow id="none" {}'
    text = files["process.bpmn"].decode().replace(' default="none"', "")
    ends = 'sourceRef="split" targetRef="plain"'
    never = "<bpmn:conditionExpression>1 = 2</bpmn:conditionExpression></bpmn:sequenceFlow>"
    assert plain.format(ends + " />") in text
    text = text.replace(plain.format(ends + " />"), plain.format(ends + ">" + never))
    run = ready(database, {**files, "process.bpmn": text.encode()})
    run.start("inclusive", "ann", {})
    run.task("ask", "ann", {"red": False, "blue": False})
    operate(run, "cat", Move("ask", token(run, "split")))
    run.task("ask", "ann", {"red": True, "blue": False})
    run.expect_tasks(["red"])
    run.expect_status("active")
    run.task("red", "ann", {})
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_a_case_is_not_moved_to_what_only_its_event_may_open(database: Database) -> None:
    run = ready(database, model("handlers"))
    run.start("handlers", "ann", {})
    for handler in ("note_it", "stop_it", "remind"):
        with pytest.raises(InvalidInput, match="cannot be moved there"):
            previewed(run, "cat", Move(handler, token(run, "first")))
    operate(run, "cat", Move("second", token(run, "first")))


def test_a_case_is_moved_out_of_a_called_process(database: Database) -> None:
    run = ready(database, model("caller"), model("called"))
    run.start("caller", "ann", {})
    run.task("before", "ann", {})
    operate(run, "cat", Move("after", token(run, "inside")))
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_one_of_many_is_left_with_all_the_others(database: Database) -> None:
    run = ready(database, model("each_of", **forms(choose=form(people="list"))))
    run.start("each_of", "ann", {})
    run.task("choose", "ann", {"people": [{"name": "x"}, {"name": "y"}]})
    operate(run, "cat", Move("choose", token(run, "answer")))
    run.expect_tasks(["choose"])
    run.task("choose", "ann", {"people": [{"name": "z"}]})
    run.expect_tasks(["answer"])


def test_a_step_is_skipped_with_what_it_would_have_set(database: Database) -> None:
    run = ready(database, model("choice", **forms(ask=form(n="number"))))
    run.start("choice", "ann", {})
    operate(run, "cat", Skip(token(run, "ask"), {"n": ["11"]}))
    run.expect_tasks(["big"])
    assert told(run, "step.skipped")["reason"] == REASON


def test_a_failed_script_is_skipped_but_a_gateway_wants_a_move(database: Database) -> None:
    run = ready(database, model("failing", **forms(work=form(amount="number"))))
    run.start("failing", "ann", {})
    run.task("work", "ann", {"amount": 5})
    operate(run, "cat", Skip(token(run, "sum")))
    run.expect_tasks(["after"])
    other = ready(database, model("choice_no_default", **forms(ask=form(n="number"))))
    other.start("choice_no_default", "ann", {})
    other.task("ask", "ann", {})
    with database.reading() as db:
        gateway = db.execute(
            select(history_event.c.element_id).where(
                history_event.c.instance_id == other.instance_id,
                history_event.c.kind == "problem.opened",
            )
        ).scalar_one()
    with pytest.raises(InvalidInput, match="move the case"):
        previewed(other, "cat", Skip(token(other, gateway)))


def test_a_date_is_reached_early_or_put_off(database: Database) -> None:
    run = ready(database, model("deadline"))
    run.start("deadline", "ann", {})
    with database.reading() as db:
        row = db.execute(select(timer).where(timer.c.instance_id == run.instance_id)).one()
    later = row.due_at + timedelta(days=30)
    operate(run, "cat", Redate(row.id, later.isoformat()))
    before = run.waiting()
    run.at(row.due_at + timedelta(days=1))
    assert run.waiting() == before
    operate(run, "cat", Fire(row.id))
    assert run.waiting() != before


def test_a_message_is_delivered_by_hand(database: Database) -> None:
    run = ready(database, model("first_event"))
    run.start("first_event", "ann", {})
    element = next(iter(run.waiting(("message",))))
    operate(run, "cat", Deliver(token(run, element)))
    assert told(run, "message.delivered_by_hand")["name"]


def test_a_case_is_ended_with_a_cause_that_its_holders_read(database: Database) -> None:
    run = ready(database, model("parallel"))
    run.start("parallel", "ann", {})
    with pytest.raises(InvalidInput, match="why"):
        previewed(run, "cat", End())
    effect = operate(run, "cat", End("Registered in error"))
    assert (effect.status, len(effect.closed)) == ("cancelled", 2)
    run.refused("Registered in error", lambda: _complete(run, "one"))


def _complete(run: Scenario, element: str) -> None:
    from engine.commands import tasks

    with run.database.transaction() as db:
        wanted = select(user_task.c.id).where(
            user_task.c.instance_id == run.instance_id, user_task.c.element_id == element
        )
        actor = access.load_actor(db, run.people["ann"])
        tasks.claim_task(db, db.execute(wanted).scalar_one(), actor=actor)


def test_only_a_supervisor_with_a_reason_acts(database: Database) -> None:
    run = ready(database, model("sequence"))
    run.start("sequence", "ann", {})
    with pytest.raises((NotAllowed, NotFound)):
        previewed(run, "ann", Suspend())
    with pytest.raises(InvalidInput, match="reason"):
        operate(run, "cat", Suspend(), reason=" ")


@pytest.mark.limit(24)
def test_the_second_of_two_supervisors_reads_who_was_faster(database: Database) -> None:
    run = ready(database, model("sequence"))
    run.start("sequence", "ann", {})
    run.person("dot", ["boss"])
    seen = run._row().history_seq
    operate(run, "cat", Move("second", token(run, "first")))
    with pytest.raises(Conflict) as refused:
        operate(run, "dot", Suspend(), seen=seen)
    assert refused.value.by == "Cat Example"


def test_nothing_moves_a_case_that_is_closed(database: Database) -> None:
    run = ready(database, model("sequence"))
    run.start("sequence", "ann", {})
    operate(run, "cat", End("Registered in error"))
    with pytest.raises(EngineError, match="closed"):
        previewed(run, "cat", Suspend())


def protected(database: Database) -> Scenario:
    """A case that waits for a protected date."""
    files = model("deadline")
    text = files["process.bpmn"].decode()
    marked = text.replace(
        "<bpmn:timerEventDefinition",
        '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="protected"'
        ' value="true" /></spiffworkflow:properties></bpmn:extensionElements>'
        "<bpmn:timerEventDefinition",
    )
    run = ready(database, {**files, "process.bpmn": marked.encode()})
    run.start("deadline", "ann", {})
    run.person("dot", ["boss"])
    return run


@pytest.mark.feature("N16")
def test_a_protected_wait_is_ended_by_two_people_together_or_not_at_all(
    database: Database,
) -> None:
    run = protected(database)
    with database.reading() as db:
        date = db.execute(select(timer.c.id).where(timer.c.protected.is_(True))).scalar_one()
    for operation in (Fire(date), End("Registered in error")):
        with pytest.raises(NotAllowed, match="second person"):
            operate(run, "cat", operation)
    number = propose(run, "cat", Fire(date))
    with pytest.raises(NotAllowed, match="another person"):
        confirm(run, "cat", number)
    before = run.waiting()
    confirm(run, "dot", number)
    assert run.waiting() != before
    assert told(run, "timer.fired_by_hand")["proposed_by"] == "Cat Example"
    with pytest.raises(Conflict, match="already confirmed"):
        confirm(run, "dot", number)


@pytest.mark.feature("N16")
def test_a_version_that_protects_a_wait_no_longer_is_not_moved_to_by_one_person(
    database: Database,
) -> None:
    run = protected(database)
    with clock.at(run.now), database.transaction() as db:
        deploy(db, {"deadline": model("deadline")})
        there = Migrate(operations.newest_for(db, "deadline"))
    with pytest.raises(NotAllowed, match="second person"):
        operate(run, "cat", there)


def propose(run: Scenario, by: str, operation: operations.Operation) -> int:
    with clock.at(run.now), run.database.transaction() as db:
        actor = access.load_actor(db, run.people[by])
        return operations.propose(db, run.instance_id, operation, actor=actor, reason=REASON)


def confirm(run: Scenario, by: str, number: int) -> None:
    with clock.at(run.now), run.database.transaction() as db:
        actor = access.load_actor(db, run.people[by])
        operations.confirm(db, number, actor=actor, reason="I have read it too")


def test_what_is_not_protected_needs_no_second_person(database: Database) -> None:
    run = ready(database, model("sequence"))
    run.start("sequence", "ann", {})
    with pytest.raises(Conflict, match="no second person"):
        propose(run, "cat", Suspend())


@pytest.mark.parametrize("alone", [True, False])
def test_a_step_left_beside_what_its_event_opened_does_not_hold_the_case(
    database: Database, alone: bool
) -> None:
    run = ready(database, model("reminder"))
    run.start("reminder", "ann", {})
    run.at(MORNING + timedelta(days=3))
    operate(run, "cat", Move("answer", token(run, "answer"), alone))
    run.task("answer", "ann", {})
    for element in list(run.waiting(("task",)).elements()):
        run.task(element, "bob", {})
    run.expect_status("completed")
