"""What the trial of the engine left untried: many ways at once, deep trees, tokens that queue."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from engine import definitions, state
from engine.commands.operations import Resume, Suspend
from engine.database import Database
from engine.execution import problems, run
from engine.execution.workflow import CaseWorkflow, Facts
from tests.engine.diagrams import Block, Drawing, folder
from tests.engine.operating import operate, rests
from tests.engine.test_migrating import publish
from tests.engine.test_restoring import Specs, move, places, restored
from tests.factories import model, ready

SCRIPTS = 1200  # more than the library's own search and Python's stack go deep


def built(*blocks: Block) -> Specs:
    """A process of these blocks, one after another."""
    drawn = blocks[0]
    for block in blocks[1:]:
        drawn = ("sequence", drawn, block)
    found = definitions.read(folder("random", drawn), key="random", definition_id=1)
    return definitions.build((found,), "random", "begin")


def begun(specs: Specs) -> CaseWorkflow:
    case = run.begin(*specs, Facts("T-1", "random", "ann"))
    case.start_event = "begin"
    run.settle(case)
    return case


def test_two_hundred_ways_at_once_meet_in_any_order() -> None:
    specs = built(("parallel", *[("task",)] * 200), ("task",))
    case, dice = begun(specs), random.Random(1)  # noqa: S311  # choices, not secrets
    for left in range(200, 0, -1):
        assert len(places(case)) == left
        move(case, dice.choice(places(case)), {})
        if left % 20 == 0:
            case = restored(case, specs)
    assert len(places(case)) == 1
    move(case, places(case)[0], {})
    assert case.completed


def chain(length: int) -> Block:
    """So many scripts in a row, halved again and again so that it is not drawn too deep."""
    if length == 1:
        return ("script",)
    return ("sequence", chain(length // 2), chain(length - length // 2))


def test_a_chain_longer_than_any_stack_runs_in_one_step() -> None:
    specs = built(chain(SCRIPTS), ("task",))
    case = begun(specs)
    assert case.scopes.all["root"].get("n") == Decimal(SCRIPTS)
    case = restored(case, specs)
    assert len(state.dump(case)[0]) < 1000
    move(case, places(case)[0], {})
    assert case.completed


def test_an_event_ends_a_part_with_a_deep_tree_in_it() -> None:
    body = ("sequence", ("task",), ("sequence", chain(SCRIPTS), ("task",)))
    specs = built(("watched", "timer", True, body, ("task",)), ("task",))
    case = begun(specs)
    task = next(place for place in places(case) if place[1] == "task")
    move(case, task, {})
    (event,) = [place for place in places(case) if place[1] == "timer"]
    move(case, event, {})
    case = restored(case, specs)
    assert [place[1] for place in places(case)] == ["task"]
    for _ in range(2):
        move(case, places(case)[0], {})
    assert case.completed


@pytest.mark.parametrize(("in_turn", "count"), [(False, 1000), (True, 250)])
def test_many_items_are_done_in_one_step(in_turn: bool, count: int) -> None:
    specs = built(("each", in_turn, ("script",)), ("task",))
    case = run.begin(*specs, Facts("T-1", "random", "ann"))
    case.start_event = "begin"
    give(case, count)
    run.settle(case)
    assert [place[1] for place in places(case)] == ["task"]


def test_more_than_a_thousand_items_are_a_problem_and_nothing_is_begun() -> None:
    specs = built(("each", False, ("task",)), ("task",))
    case = run.begin(*specs, Facts("T-1", "random", "ann"))
    case.start_event = "begin"
    give(case, 1001)
    run.settle(case)
    assert [place[1] for place in places(case)] == ["problem"]
    held = [problems.of(t) for t in case.tasks.values() if problems.of(t)]
    assert [found["code"] for found in held if found] == ["repeat.too_many"]


def give(case: CaseWorkflow, count: int) -> None:
    """So many people instead of the two that the first script names."""
    first = next(
        s for s in case.spec.task_specs.values() if getattr(s, "script", "").startswith("{red")
    )
    people: list[Any] = [{"name": str(n)} for n in range(count)]
    listed = ", ".join(f'{{name: "{person["name"]}"}}' for person in people)
    first.script = f"{{red: false, blue: false, more: false, people: [{listed}]}}"


def queueing(join: str) -> dict[str, bytes]:
    """Two tasks lead to one way into a join, a third to the other way."""
    drawing = Drawing()
    for kind, key in (
        ("startEvent", "begin"), ("parallelGateway", "split"), ("userTask", "a"),
        ("userTask", "b"), ("userTask", "c"), ("exclusiveGateway", "either"),
        (join, "both"), ("userTask", "after"), ("endEvent", "done"),
    ):  # fmt: skip
        drawing.node(kind, key=key)
    for pair in (
        "begin split", "split a", "split b", "split c", "a either", "b either", "either both",
        "c both", "both after", "after done",
    ):  # fmt: skip
        drawing.flow(*pair.split())
    source = folder("random", ("task",))["process.bpmn"].decode()
    head, tail = source.split('isExecutable="true">')[0], "</bpmn:process></bpmn:definitions>"
    body = "\n".join(drawing.parts)
    text = f'{head}isExecutable="true">{body}{tail}'.replace('id="random"', 'id="queueing"')
    return {**model("sequence"), "process.bpmn": text.encode()}


@pytest.mark.parametrize("order", ["abc", "acb", "cab", "bac"])
def test_a_second_token_on_one_way_waits_for_a_partner_and_is_told_when_none_can_come(
    database: Database, order: str
) -> None:
    run_ = ready(database, queueing("parallelGateway"))
    run_.start("queueing", "ann", {})
    for name in order:
        run_.task(name, "ann", {})
    run_.expect_tasks(["after"])  # once, though three tokens came
    run_.task("after", "ann", {})
    run_.expect_waits([])
    run_.expect_status("incident")  # one token waits for a partner that cannot come


@pytest.mark.parametrize("order", ["abc", "acb", "cab"])
def test_an_inclusive_join_lets_a_second_token_through_when_nothing_else_can_come(
    database: Database, order: str
) -> None:
    run_ = ready(database, queueing("inclusiveGateway"))
    run_.start("queueing", "ann", {})
    for name in order:
        run_.task(name, "ann", {})
    run_.expect_tasks(["after", "after"])
    run_.task("after", "ann", {})
    run_.task("after", "ann", {})
    run_.expect_ended("done")


def test_a_case_that_stands_still_has_one_problem_whatever_is_done_to_it(
    database: Database,
) -> None:
    files = queueing("parallelGateway")
    run_ = ready(database, files)
    run_.start("queueing", "ann", {})
    for name in ("a", "b", "c", "after"):
        run_.task(name, "ann", {})
    operate(run_, "cat", Suspend())
    operate(run_, "cat", Resume())
    change = ('isExecutable="true"', 'name="again" isExecutable="true"')
    operate(run_, "cat", publish(run_, files, change))
    assert rests(run_) == {("problem", ""): 1}
