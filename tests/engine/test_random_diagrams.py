"""Random well-formed diagrams, random choices: a case never rests for nothing, a stored one goes
the way of one that never rested, history only grows, both databases tell the same.

More of them, and other ones: WAYMARK_EXAMPLES=2000 python -m pytest tests/engine/test_random_…
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import select

from engine import definitions, rebuilding, state
from engine.access import SYSTEM
from engine.advance import preview
from engine.commands.operations import Move, Resume, Suspend
from engine.database import Database
from engine.errors import Conflict, InvalidInput
from engine.execution import problems, run
from engine.execution.waits import waits
from engine.execution.workflow import CaseWorkflow, Facts, visible_id
from engine.history import unpack
from engine.models import history_event, process_instance, user_task
from engine.testing import Scenario
from tests.conftest import empty
from tests.engine import diagrams
from tests.engine.operating import operate, rests, token
from tests.engine.test_migrating import publish
from tests.engine.test_restoring import Specs, move, places, restored, root_values, shape, shape_of
from tests.factories import ready

MORE = int(os.environ.get("WAYMARK_EXAMPLES", "0"))
STEPS, LAST_LOOPS = 40, 20  # after so many steps no loop goes round again
LIKE = settings(
    max_examples=MORE or 150,
    deadline=None,
    derandomize=not MORE,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FEW = settings(LIKE, max_examples=MORE // 10 or 8, phases=[Phase.generate])


def built(block: diagrams.Block, called: diagrams.Block) -> Specs:
    folders = {"random": diagrams.folder("random", block)}
    if diagrams.calls(block):
        folders[diagrams.CALLED] = diagrams.folder(diagrams.CALLED, called)
    found = tuple(
        definitions.read(files, key=key, definition_id=n)
        for n, (key, files) in enumerate(sorted(folders.items()), 1)
    )
    return definitions.build(found, "random", "begin")


def begun(specs: Specs) -> CaseWorkflow:
    case = run.begin(*specs, Facts("T-1", "random", "ann"))
    case.start_event = "begin"
    run.settle(case)
    return case


def answers(dice: random.Random, step: int) -> dict[str, Any]:
    return {
        "red": dice.random() < 0.5,
        "blue": dice.random() < 0.5,
        "more": step < LAST_LOOPS and dice.random() < 0.5,
    }


def never_stuck(case: CaseWorkflow) -> None:
    """A case that has not ended rests at something that can move it, or at a told problem."""
    held = any(problems.of(t) for w in case.workflows() for t in w.tasks.values())
    assert case.completed or places(case) or held


def passed(case: CaseWorkflow) -> Counter[str]:
    """What a case that was never pruned holds as completed. Instances that were closed because
    enough had been done are gone from it, not from what was told."""
    return Counter(
        name
        for workflow in (case, *case.subprocesses.values())
        for task in workflow.tasks.values()
        if task.state == TaskState.COMPLETED and (name := visible_id(task)) is not None
    )


called_blocks = diagrams.blocks(3).filter(lambda block: not diagrams.calls(block))


@given(block=diagrams.blocks(), called=called_blocks)
@LIKE
def test_a_well_formed_diagram_is_let_pass(block: diagrams.Block, called: diagrams.Block) -> None:
    source = diagrams.folder("random", block)["process.bpmn"]
    found = definitions.lint_diagram(source)
    assert [p.message for p in found if p.severity == "error" and p.code != "folder.form"] == []


@given(block=diagrams.blocks(), called=called_blocks, seed=st.integers(0, 10**6))
@LIKE
def test_a_random_case_is_never_stuck_and_ends_alike_stored_or_not(
    block: diagrams.Block, called: diagrams.Block, seed: int
) -> None:
    specs, dice = built(block, called), random.Random(seed)  # noqa: S311  # choices, not secrets
    kept, fresh, told = begun(specs), begun(specs), Counter[str]()
    told.update(fresh.journal.passed)
    cuts: list[rebuilding.Rows] = []
    stored = restored(fresh, specs, cuts)
    for step in range(STEPS):
        never_stuck(kept)
        assert places(stored) == places(kept)
        assert root_values(stored) == root_values(kept)
        if kept.completed or not places(kept):
            break
        happening = [place for place in places(kept) if place[1] != "condition"]
        place, values = dice.choice(happening), answers(dice, step)
        note(f"{step}: {place} {values}")
        for case in (kept, stored):
            move(case, place, values)
        told.update(stored.journal.passed)
        stored = restored(stored, specs, cuts)
    assert told == Counter(kept.journal.passed)
    assert passed(kept) <= told
    assert (stored.completed, stored.end_event) == (kept.completed, kept.end_event)
    whole = rebuilding.whole(state.dump(stored)[0], cuts)
    assert shape_of(whole.root) == shape(kept, kept.task_tree)


Between = Callable[[Scenario, random.Random, dict[str, bytes]], None]


def played(
    database: Database, folders: list[dict[str, bytes]], seed: int, between: Between | None = None
) -> list[Any]:
    """A random run through the commands; its history, which only ever grows. `between` may do
    anything to the case before each step."""
    empty(database)
    dice, told = random.Random(seed), list[Any]()  # noqa: S311  # choices, not secrets
    run_ = ready(database, *folders)
    run_.start("random", "ann", {})
    for step in range(STEPS):
        now = history(database, run_.instance_id)
        assert now[: len(told)] == told
        told = now
        if between is not None:
            between(run_, dice, folders[0])
        waiting = sorted(run_.waiting().elements())
        if not waiting:
            assert rests(run_) or not is_open(run_), "nothing can move it, and nobody is told"
            break
        told_apart = [at for at in waiting if at.startswith("userTask") or waiting.count(at) == 1]
        if not told_apart:
            break
        at = dice.choice(told_apart)
        if at.startswith("userTask"):
            item = number(run_, at, dice.randrange(waiting.count(at)))
            run_.task(at, "ann", answers(dice, step), item=item)
        elif at in run_.waiting(("message",)):
            run_.action(at, "cat", {})
        else:
            run_.at(run_.now + timedelta(days=2))
    return [row[1:] for row in told]


def number(run_: Scenario, element: str, place: int) -> int:
    """Which of the open tasks at this element, oldest first, lies at this place of the drawing:
    tasks of one instant are in no other order that both databases share."""
    with run_.database.reading() as db:
        with preview(db, run_.instance_id, actor=SYSTEM) as step:
            drawn = [t for t, w in waits(step.case).items() if w.element.id == element]
        c = user_task.c
        here = c.instance_id == run_.instance_id, c.element_id == element
        wanted = select(c.id).where(*here, c.state.in_(("created", "claimed")))
        rows = db.execute(wanted.order_by(c.created_at, c.id)).scalars().all()
    return rows.index(drawn[place]) + 1


def history(database: Database, instance_id: int) -> list[tuple[Any, ...]]:
    """(number, kind, element, what it passed) of each row, in order."""
    with database.reading() as db:
        c = history_event.c
        wanted = select(history_event).where(c.instance_id == instance_id)
        rows = db.execute(wanted.order_by(c.seq)).all()
    return [(r.seq, r.kind, r.element_id, unpack(r).get("passed")) for r in rows]


def is_open(run_: Scenario) -> bool:
    with run_.database.reading() as db:
        c = process_instance.c
        status = db.execute(select(c.status).where(c.id == run_.instance_id)).scalar_one()
    return status not in ("completed", "cancelled")


def operated(run_: Scenario, dice: random.Random, files: dict[str, bytes]) -> None:
    """Now and then a supervisor does something; each time it does what its preview said."""
    chosen = dice.random()
    tasks = sorted(at for at, count in run_.waiting(("task",)).items() if count == 1)
    if not is_open(run_) or chosen > 0.4:
        return
    if chosen < 0.1:
        operate(run_, "cat", Suspend())
        operate(run_, "cat", Resume())
    elif chosen < 0.2:
        name = f'name="v{len(run_.said)}" isExecutable="true"'
        operate(run_, "cat", publish(run_, files, ('isExecutable="true"', name)))
    targets = sorted(re.findall(r'userTask id="(\w+)"', files["process.bpmn"].decode()))
    if chosen >= 0.2 and tasks and targets:
        before, at = rests(run_), token(run_, dice.choice(tasks))
        try:
            operate(run_, "cat", Move(dice.choice(targets), at, dice.random() < 0.5))
        except (InvalidInput, Conflict) as refused:
            note(f"not moved: {refused}")
            assert rests(run_) == before


def test_both_databases_tell_the_same_history_which_only_grows(
    _sqlite: Database, _postgres: Database
) -> None:
    @given(block=diagrams.blocks(), called=called_blocks, seed=st.integers(0, 10**6))
    @FEW
    def tell(block: diagrams.Block, called: diagrams.Block, seed: int) -> None:
        folders = [diagrams.folder("random", block)]
        if diagrams.calls(block):
            folders.append(diagrams.folder(diagrams.CALLED, called))
        assert played(_sqlite, folders, seed) == played(_postgres, folders, seed)

    tell()


def test_what_supervisors_do_to_a_random_case_is_what_was_previewed_and_loses_nothing(
    _sqlite: Database, _postgres: Database
) -> None:
    @given(block=diagrams.blocks(), called=called_blocks, seed=st.integers(0, 10**6))
    @FEW
    def tell(block: diagrams.Block, called: diagrams.Block, seed: int) -> None:
        folders = [diagrams.folder("random", block)]
        if diagrams.calls(block):
            folders.append(diagrams.folder(diagrams.CALLED, called))
        one = played(_sqlite, folders, seed, operated)
        assert one == played(_postgres, folders, seed, operated)

    tell()
