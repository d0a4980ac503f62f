"""Random well-formed diagrams, random choices: a case never rests for nothing, a stored one goes
the way of one that never rested, history only grows, both databases tell the same.

More of them, and other ones: WAYMARK_EXAMPLES=2000 python -m pytest tests/engine/test_random_…
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import select

from engine import definitions
from engine.database import Database
from engine.execution import problems, run
from engine.execution.workflow import CaseWorkflow, Facts, visible_id
from engine.history import unpack
from engine.models import history_event
from tests.conftest import empty
from tests.engine import diagrams
from tests.engine.test_restoring import Specs, move, places, restored, root_values
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
    stored = restored(fresh, specs)
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
        stored = restored(stored, specs)
    assert told == Counter(kept.journal.passed)
    assert passed(kept) <= told
    assert (stored.completed, stored.end_event) == (kept.completed, kept.end_event)


def played(database: Database, folders: list[dict[str, bytes]], seed: int) -> list[Any]:
    """A random run through the commands; its history, which only ever grows."""
    empty(database)
    dice, told = random.Random(seed), list[Any]()  # noqa: S311  # choices, not secrets
    run_ = ready(database, *folders)
    run_.start("random", "ann", {})
    for step in range(STEPS):
        now = history(database, run_.instance_id)
        assert now[: len(told)] == told
        told = now
        waiting = sorted(run_.waiting().elements())
        if not waiting:
            break
        at = dice.choice(waiting)
        if at.startswith("userTask"):
            run_.task(at, "ann", answers(dice, step))
        elif at in run_.waiting(("message",)):
            run_.action(at, "cat", {})
        else:
            run_.at(run_.now + timedelta(days=1))
    return [row[1:] for row in told]


def history(database: Database, instance_id: int) -> list[tuple[Any, ...]]:
    """(number, kind, element, what it passed) of each row, in order."""
    with database.reading() as db:
        c = history_event.c
        wanted = select(c.seq, c.kind, c.element_id, c.details).where(c.instance_id == instance_id)
        rows = db.execute(wanted.order_by(c.seq)).all()
    return [(r.seq, r.kind, r.element_id, unpack(r.details).get("passed")) for r in rows]


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
