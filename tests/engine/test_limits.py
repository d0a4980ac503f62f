"""What the library alone would get wrong, as numbered in the table of engine limits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from engine import access, clock, definitions, state
from engine.commands import tasks
from engine.commands.deployments import check
from engine.database import Database
from engine.execution import run as running
from engine.execution.workflow import Facts
from engine.models import draft
from tests.engine.operating import operate, token
from tests.engine.test_migrating import publish
from tests.engine.test_restoring import begun, move, places, restored, specs_of
from tests.factories import MORNING, form, forms, model, ready

STATES = Path(__file__).parents[1] / "states"


@pytest.mark.limit(5)
def test_a_repeat_that_has_fired_goes_on_in_a_migrated_case(database: Database) -> None:
    files = model("handlers")
    run = ready(database, files)
    run.start("handlers", "ann", {})
    run.at(MORNING + timedelta(days=8))
    run.expect_tasks(["first", "look"])
    to = publish(run, files, ('name="Second"', 'name="The second"'))
    operate(run, "cat", to)
    run.expect_tasks(["first", "look"])
    run.at(MORNING + timedelta(days=13))
    run.expect_tasks(["first", "look"])
    run.at(MORNING + timedelta(days=15))
    run.expect_tasks(["first", "look", "look"])
    run.at(MORNING + timedelta(days=40))
    run.expect_tasks(["first", "look", "look"])  # twice was drawn


@pytest.mark.limit(7)
@pytest.mark.parametrize("number", ["null", "4"])
def test_a_key_that_is_no_text_matches_nothing_and_is_a_problem(
    database: Database, number: str
) -> None:
    files = model("no_key")
    if number != "null":
        drawn = files["process.bpmn"].replace(b"value='number'", f"value='{number}'".encode())
        files["process.bpmn"] = drawn
    run = ready(database, files)
    run.start("no_key", "ann", {})
    run.task("ask", "ann", {})
    run.expect_status("incident")


@pytest.mark.limit(12)
@pytest.mark.limit(13)
def test_null_is_an_item_and_an_item_may_have_the_name_of_a_variable(database: Database) -> None:
    asks = forms(answer=form(said="text"), count=form(n="number"))
    run = ready(database, model("items", **asks))
    run.start("items", "ann", {})
    for said in ("a", "b", "c"):
        run.task("answer", "ann", {"said": said})
    run.expect_variables({"one": "outside"})
    run.expect_variables({"answers": [{"said": "a"}, {"said": "b"}, {"said": "c"}]})
    run.task("count", "ann", {"n": 1})
    run.task("count", "ann", {"n": 1})
    run.expect_ended("done")
    run.expect_variables({"counted": [{"n": 1}, {"n": 1}]})


def blocks(count: int, wide: int) -> bytes:
    """`count` parallel blocks in a row, each of `wide` tasks."""
    nodes, flows, before = [], [], "begin"
    for n in range(count):
        nodes += [f'<bpmn:parallelGateway id="s{n}" />', f'<bpmn:parallelGateway id="j{n}" />']
        flows.append((before, f"s{n}"))
        for w in range(wide):
            nodes.append(f'<bpmn:userTask id="t{n}_{w}" />')
            flows += [(f"s{n}", f"t{n}_{w}"), (f"t{n}_{w}", f"j{n}")]
        before = f"j{n}"
    flows.append((before, "done"))
    lines = [
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}" />'
        for n, (a, b) in enumerate(flows)
    ]
    return f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
      id="d" targetNamespace="urn:test"><bpmn:process id="blocks" isExecutable="true">
      <bpmn:startEvent id="begin" /><bpmn:endEvent id="done" />
      {"".join(nodes + lines)}</bpmn:process></bpmn:definitions>""".encode()


@pytest.mark.limit(18)
def test_sixty_parallel_blocks_in_a_row_stay_small() -> None:
    files = {**model("parallel"), "process.bpmn": blocks(60, 3)}
    folder = definitions.read(files, key="blocks", definition_id=1)
    specs = definitions.build((folder,), "blocks", "begin")
    case, sizes = begun(specs), []
    sizes.append(len(case.tasks))
    while not case.completed:
        move(case, places(case)[0], {})
        case = restored(case, specs)
        sizes.append(len(case.tasks))
    assert sizes[0] <= 9
    assert max(sizes) <= 15
    assert len(sizes) == 181


@pytest.mark.limit(19)
def test_what_is_set_last_in_time_stays_and_the_owner_is_told_before(database: Database) -> None:
    files = model("same_name", **forms(one=form(n="number"), two=form(n="number")))
    told = [p for p in check(files, key="same_name", known={}) if p.severity == "warning"]
    assert [(p.code, p.element_id) for p in told] == [("expression.set_twice", "split")]
    run = ready(database, files)
    for first, last in (("one", "two"), ("two", "one")):
        run.start("same_name", "ann", {})
        run.task(first, "ann", {"n": 1})
        run.task(last, "ann", {})  # left empty: deleted
        run.expect_variables({"n": None})
        run.expect_tasks(["after"])


@pytest.mark.limit(21)
def test_a_draft_outlives_the_step_that_an_event_ends(database: Database) -> None:
    run = ready(database, model("deadline", **forms(answer=form(n="number"))))
    run.start("deadline", "ann", {})
    held = token(run, "answer")
    with clock.at(run.now), database.transaction() as db:
        ann = access.load_actor(db, run.people["ann"])
        tasks.claim_task(db, held, actor=ann)
        tasks.save_draft(db, held, {"n": ["7"]}, 1, actor=ann)
    run.at(MORNING + timedelta(days=7))
    run.expect_waits(["without"])
    with database.reading() as db:
        kept = db.execute(select(draft.c.task_id, draft.c.account_id)).one()
    assert (kept.task_id, kept.account_id) == (held, run.people["ann"])


@pytest.mark.limit(32)
@pytest.mark.parametrize("number", range(1, state.FORMAT + 1))
def test_a_state_of_each_released_format_opens_and_runs_to_its_end(number: int) -> None:
    """`python -m tests.states` writes the sample of a new format."""
    kept = orjson.loads((STATES / f"format_{number}.json").read_bytes())
    specs = specs_of("each_of", ())
    values = [(scope, name, value.encode) for scope, name, value in kept["variables"]]
    blob = orjson.dumps(kept["state"])
    case = state.load(blob, specs, Facts("T-1", "test", "ann"), values)
    while not case.completed:
        move(case, places(case)[0], {"said": "yes"})
        running.settle(case)
    assert case.end_event == "done"
    assert len(case.scopes.read("root", "answers")) == 3


@pytest.mark.limit(33)
def test_a_state_of_a_newer_format_is_refused() -> None:
    specs = specs_of("each_of", ())
    blob, _ = state.dump(begun(specs))
    newer = orjson.dumps({**orjson.loads(blob), "f": state.FORMAT + 1})
    with pytest.raises(state.NewerState, match="newer version"):
        state.load(newer, specs, Facts("T-1", "test", "ann"), [])


@pytest.mark.parametrize("order", ["abcd", "acbd", "cadb", "cdab"])
def test_two_full_sets_of_ways_pass_a_join_twice(database: Database, order: str) -> None:
    run = ready(database, model("two_sets"))
    run.start("two_sets", "ann", {})
    for name in order:
        run.task(name, "ann", {})
    run.expect_tasks(["after", "after"])
    run.task("after", "ann", {})
    run.task("after", "ann", {})
    run.expect_ended("done")


@pytest.mark.parametrize("order", ["abc", "acb", "cab"])
def test_a_way_that_came_once_too_often_is_no_silent_end(database: Database, order: str) -> None:
    run = ready(database, model("one_too_many"))
    run.start("one_too_many", "ann", {})
    for name in order:
        run.task(name, "ann", {})
    run.task("after", "ann", {})
    run.expect_status("incident")
