"""Each kind of element, run to its end; the case is stored and restored at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.database import Database
from tests.factories import MORNING, form, forms, model, ready


@pytest.mark.bpmn("User task, manual task")
def test_tasks_follow_one_another_to_the_end(database: Database) -> None:
    run = ready(database, model("sequence"))
    run.start("sequence", "ann", {})
    run.expect_tasks(["first"])
    run.task("first", "ann", {})
    run.expect_tasks(["second"])
    run.task("second", "bob", {})
    run.expect_ended("done")


@pytest.mark.bpmn("Exclusive gateway")
def test_a_gateway_takes_the_way_whose_condition_holds_or_its_default(database: Database) -> None:
    run = ready(database, model("choice", **forms(ask=form(n="number"))))
    for n, expected in ((11, "big"), (10, "small"), (None, None)):
        run.start("choice", "ann", {})
        run.task("ask", "ann", {"n": n} if n is not None else {})
        if expected:
            run.expect_tasks([expected])
    run.expect_status("incident")  # null > 10 is neither true nor false


@pytest.mark.bpmn("Exclusive gateway")
def test_no_way_out_that_applies_is_a_problem_that_keeps_the_answers(database: Database) -> None:
    run = ready(database, model("choice_no_default", **forms(ask=form(n="number"))))
    run.start("choice_no_default", "ann", {})
    run.task("ask", "ann", {})
    run.expect_status("incident")
    run.expect_waits([])


@pytest.mark.bpmn("Parallel gateway")
def test_a_parallel_split_waits_for_both_in_either_order(database: Database) -> None:
    run = ready(database, model("parallel"))
    for order in (("one", "two"), ("two", "one")):
        run.start("parallel", "ann", {})
        run.expect_tasks(["one", "two"])
        run.task(order[0], "ann", {})
        run.expect_tasks([order[1]])
        run.task(order[1], "ann", {})
        run.expect_tasks(["after"])
        run.task("after", "ann", {})
        run.expect_ended("done")


@pytest.mark.bpmn("Parallel gateway")
@pytest.mark.limit(15)
def test_a_join_in_a_loop_waits_for_both_ways_in_every_round(database: Database) -> None:
    run = ready(database, model("parallel_in_loop", **forms(two=form(more="yes_no"))))
    run.start("parallel_in_loop", "ann", {})
    for round_ in range(4):
        run.expect_tasks(["one", "two"])
        run.task("two", "ann", {"more": round_ < 3})
        run.expect_tasks(["one"])
        run.task("one", "ann", {})
    run.expect_ended("done")


@pytest.mark.bpmn("Parallel gateway")
def test_an_unbalanced_join_loses_no_arrival(database: Database) -> None:
    run = ready(database, model("unbalanced_join"))
    for order in ("abc", "cab", "bca", "cba"):
        run.start("unbalanced_join", "ann", {})
        for name in order:
            run.task(name, "ann", {})
        run.expect_ended("done")


@pytest.mark.bpmn("Inclusive gateway")
def test_an_inclusive_merge_waits_for_what_was_chosen(database: Database) -> None:
    asks = form(red="yes_no", blue="yes_no")
    run = ready(database, model("inclusive", **forms(ask=asks)))
    run.start("inclusive", "ann", {})
    run.task("ask", "ann", {"red": True, "blue": True})
    run.expect_tasks(["red", "blue"])
    run.task("blue", "ann", {})
    run.expect_tasks(["red"])
    run.task("red", "ann", {})
    run.expect_tasks(["after"])
    run.start("inclusive", "ann", {})
    run.task("ask", "ann", {"red": False, "blue": False})
    run.expect_tasks(["plain"])


@pytest.mark.bpmn("Inclusive gateway")
def test_an_inclusive_merge_goes_on_when_a_way_is_left_that_it_waited_for(
    database: Database,
) -> None:
    run = ready(database, model("inclusive_left"))
    run.start("inclusive_left", "ann", {})
    run.task("a", "ann", {})
    run.expect_tasks(["b"])
    run.action("off", "ann", {})
    run.expect_tasks(["after"])
    run.task("after", "ann", {})
    run.expect_status("completed")


@pytest.mark.bpmn("Script task")
def test_a_script_sets_each_of_its_names(database: Database) -> None:
    run = ready(database, model("script"))
    run.start("script", "ann", {})
    run.expect_variables({"n": 2, "doubled": 4, "words": ["a", "b"]})


@pytest.mark.bpmn("Call activity")
def test_a_called_process_works_on_its_callers_values(database: Database) -> None:
    run = ready(
        database,
        model("caller", **forms(before=form(n="number"))),
        model("called", **forms(inside=form(m="number"))),
    )
    run.start("caller", "ann", {})
    run.task("before", "ann", {"n": 1})
    run.expect_tasks(["inside"])
    run.task("inside", "ann", {"m": 2})
    run.expect_variables({"n": 1, "m": 2})
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_a_step_named_like_the_process_that_it_calls_is_no_trouble(database: Database) -> None:
    caller = model("caller")
    drawn = caller["process.bpmn"].replace(b'"call"', b'"called"')
    called = model("called", **forms(inside=form(n="number")))
    run = ready(database, {**caller, "process.bpmn": drawn}, called)
    run.start("caller", "ann", {})
    run.task("before", "ann", {})
    run.expect_tasks(["inside"])


@pytest.mark.bpmn("Embedded subprocess")
def test_an_embedded_subprocess_runs_inside(database: Database) -> None:
    run = ready(database, model("subprocess"))
    run.start("subprocess", "ann", {})
    run.task("inside", "ann", {})
    run.task("after", "ann", {})
    run.expect_ended("done")


@pytest.mark.bpmn("Multi-instance, parallel and sequential")
def test_each_of_a_list_is_asked_and_the_answers_keep_the_lists_order(database: Database) -> None:
    asks = forms(choose=form(people="list"), answer=form(said="text"))
    run = ready(database, model("each_of", **asks))
    run.start("each_of", "ann", {})
    run.task("choose", "ann", {"people": [{"name": "x"}, {"name": "y"}, {"name": "z"}]})
    run.expect_tasks(["answer"] * 3)
    run.task("answer", "ann", {"said": "one"}, item=3)
    run.task("answer", "ann", {"said": "two"}, item=1)
    run.task("answer", "ann", {"said": "three"}, item=1)
    run.expect_tasks(["after"])
    answers = run.variables()["answers"]
    assert {a["said"] for a in answers} == {"one", "two", "three"}
    assert len(answers) == 3


@pytest.mark.bpmn("Multi-instance, parallel and sequential")
def test_an_empty_list_asks_nobody_and_goes_on(database: Database) -> None:
    run = ready(database, model("each_of", **forms(choose=form(people="list"))))
    run.start("each_of", "ann", {})
    run.task("choose", "ann", {"people": []})
    run.expect_tasks(["after"])
    run.expect_variables({"answers": []})


@pytest.mark.bpmn("Multi-instance, parallel and sequential")
def test_one_after_the_other_asks_one_at_a_time(database: Database) -> None:
    asks = forms(choose=form(people="list"), answer=form(said="text"))
    run = ready(database, model("each_in_turn", **asks))
    run.start("each_in_turn", "ann", {})
    run.task("choose", "ann", {"people": [{"name": "x"}, {"name": "y"}]})
    run.expect_tasks(["answer"])
    run.task("answer", "ann", {"said": "first"})
    run.task("answer", "ann", {"said": "second"})
    run.expect_variables({"answers": [{"said": "first"}, {"said": "second"}]})


@pytest.mark.bpmn("Multi-instance, parallel and sequential")
def test_enough_answers_close_the_rest(database: Database) -> None:
    asks = forms(choose=form(people="list"), answer=form(said="text"))
    run = ready(database, model("each_until", **asks))
    run.start("each_until", "ann", {})
    run.task("choose", "ann", {"people": [{"name": n} for n in "wxyz"]})
    run.task("answer", "ann", {"said": "a"})
    run.task("answer", "ann", {"said": "b"})
    run.expect_tasks(["after"])
    assert run.variables()["answers"].count(None) == 2


@pytest.mark.bpmn("Multi-instance, parallel and sequential")
def test_a_list_that_is_none_holds_the_case_at_the_step(database: Database) -> None:
    run = ready(database, model("each_of"))
    run.start("each_of", "ann", {})
    run.task("choose", "ann", {})
    run.expect_status("incident")


@pytest.mark.bpmn("Timer catch, boundary")
def test_a_reminder_leaves_the_task_open(database: Database) -> None:
    run = ready(database, model("reminder"))
    run.start("reminder", "ann", {})
    run.expect_waits(["answer", "late"])
    run.at(MORNING + timedelta(days=3))
    run.expect_waits(["answer", "chase"])
    run.task("answer", "ann", {})
    run.task("chase", "bob", {})
    run.expect_status("completed")


@pytest.mark.bpmn("Timer catch, boundary")
def test_a_deadline_in_working_days_ends_the_task(database: Database) -> None:
    run = ready(database, model("deadline"))
    run.start("deadline", "ann", {})
    run.at(MORNING + timedelta(days=6))  # Tuesday 7 April 2026: Easter is no working day
    run.expect_waits(["answer", "late"])
    run.at(MORNING + timedelta(days=7))
    run.expect_waits(["without"])


@pytest.mark.bpmn("Receive task; message catch")
def test_an_interrupting_message_ends_all_that_is_open_inside(database: Database) -> None:
    run = ready(database, model("withdrawn"), model("called"))
    run.start("withdrawn", "ann", {})
    run.expect_tasks(["inside"])
    run.action("gone", "ann", {})
    run.expect_tasks(["follow_up"])
    run.task("follow_up", "ann", {})
    run.expect_ended("done")


@pytest.mark.bpmn("Non-interrupting boundary")
@pytest.mark.limit(9)
def test_news_can_come_again_and_again(database: Database) -> None:
    run = ready(database, model("news"))
    run.start("news", "ann", {})
    for _ in range(3):
        run.action("told", "ann", {})
    run.expect_tasks(["work", "read_it", "read_it", "read_it"])
    run.task("work", "ann", {})
    run.expect_tasks(["read_it"] * 3)


@pytest.mark.bpmn("Event-based gateway")
def test_the_first_event_closes_the_others(database: Database) -> None:
    run = ready(database, model("first_event"))
    run.start("first_event", "ann", {})
    run.expect_waits(["came", "time_up"])
    run.at(MORNING + timedelta(days=8))
    run.expect_waits(["chase"])


@pytest.mark.bpmn("Message, timer, signal start")
@pytest.mark.bpmn("Service, send task; message throw, message end")
def test_a_message_starts_another_case_once(database: Database) -> None:
    run = ready(database, model("sender", **forms(write=form(text="text"))), model("receiver"))
    run.start("sender", "ann", {})
    run.task("write", "ann", {"text": "hello"})
    run.expect_ended("done")
    run.case("receiver")
    run.expect_tasks(["read_it"])
    run.expect_variables({"text": "hello"})


@pytest.mark.bpmn("None start, end, throw; terminate end")
def test_a_terminate_end_closes_everything(database: Database) -> None:
    run = ready(database, model("stop_all"))
    run.start("stop_all", "ann", {})
    run.task("one", "ann", {})
    run.expect_ended("stopped")


@pytest.mark.bpmn("Several flows out of a task")
def test_two_ways_out_of_a_task_are_both_taken(database: Database) -> None:
    run = ready(database, model("two_ways_out"))
    run.start("two_ways_out", "ann", {})
    run.task("first", "ann", {})
    run.expect_tasks(["one", "two"])


@pytest.mark.bpmn("Loop marker")
def test_a_loop_marker_repeats_until_its_condition_fails(database: Database) -> None:
    run = ready(database, model("until_enough", **forms(again=form(enough="yes_no"))))
    run.start("until_enough", "ann", {})
    run.task("again", "ann", {"enough": False})
    run.task("again", "ann", {"enough": True})
    run.expect_tasks(["after"])


def test_the_proposer_may_not_approve(database: Database) -> None:
    run = ready(database, model("separate"))
    run.start("separate", "ann", {})
    run.task("propose", "ann", {})
    run.refused("another person", lambda: run.task("approve", "ann", {}))
    run.task("approve", "bob", {})
    run.expect_ended("done")
