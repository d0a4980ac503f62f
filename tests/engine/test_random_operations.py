"""Random cases, random interventions: each does what its preview said, none strands a case, and a
case that was suspended, moved, skipped and migrated still comes to its end."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import access, clock
from engine.advance.recording import STUCK
from engine.commands import operations
from engine.commands.operations import (
    Deliver,
    Fire,
    Migrate,
    Move,
    Operation,
    Resume,
    Skip,
    Suspend,
)
from engine.database import Database
from engine.errors import Conflict, InvalidInput, NotFound
from engine.models import incident, process_instance
from engine.queries import interventions
from engine.queries.cases import case_head
from engine.testing import Scenario
from tests.conftest import empty
from tests.engine import diagrams
from tests.engine.operating import operate, rests, token
from tests.engine.test_random_diagrams import FEW, LAST_LOOPS, MORE, answers, called_blocks
from tests.factories import deploy, ready

STEPS, ENDING = 12, 60


def standing(run: Scenario) -> interventions.Intervening:
    with clock.at(run.now), run.database.reading() as db:
        cat = access.load_actor(db, run.people["cat"])
        return interventions.intervening(db, cat, reference(run))


def reference(run: Scenario) -> str:
    with run.database.reading() as db:
        p = process_instance.c
        return str(db.execute(select(p.reference).where(p.id == run.instance_id)).scalar_one())


def offered(run: Scenario, dice: random.Random) -> list[Operation]:
    """One of each operation that the pages would offer now."""
    page = standing(run)
    if page.head.status == "suspended":
        return [Resume()]
    found: list[Operation] = [Suspend()]
    for one in page.standings:
        for kind in one.operations:
            if kind == "skip":
                found.append(Skip(one.token))
            elif kind == "fire":
                found.append(Fire(one.token))
            elif kind == "deliver":
                found.append(Deliver(one.token))
            elif kind == "move" and (places := targets(run, one.token)):
                found.append(Move(dice.choice(places), one.token, alone=dice.random() < 0.5))
    return found


def targets(run: Scenario, held: str) -> list[str]:
    with clock.at(run.now), run.database.reading() as db:
        cat = access.load_actor(db, run.people["cat"])
        head = case_head(db, cat, reference(run))
        return [t.element_id for t in interventions.targets(db, cat, head, held)]


def migrated(run: Scenario, files: dict[str, dict[str, bytes]], number: int) -> Migrate:
    """To a version in which nothing but a title has changed."""
    again = {
        key: {**one, "process.yaml": one["process.yaml"] + f"description: v{number}\n".encode()}
        for key, one in files.items()
    }
    with clock.at(run.now), run.database.transaction() as db:
        deploy(db, again)
        return Migrate(operations.newest_for(db, "random"))


def a_step(run: Scenario, dice: random.Random, number: int) -> bool:
    """What a person, a message or time would do; False when nothing is left to do."""
    waiting = sorted(run.waiting().elements())
    if not waiting:
        return False
    at = dice.choice(waiting)
    if at in run.waiting(("task",)):
        run.task(at, "ann", answers(dice, number))
    elif at in run.waiting(("message",)):
        operate(run, "cat", Deliver(token(run, at)))
    else:
        run.at(run.now + timedelta(days=1))
    return True


def never_stranded(run: Scenario) -> None:
    status = run._row().status
    assert status in ("completed", "cancelled") or rests(run), status


def stuck(run: Scenario) -> bool:
    i = incident.c
    told = (i.instance_id == run.instance_id) & (i.code == STUCK) & i.resolved_at.is_(None)
    with run.database.reading() as db:
        return db.execute(select(i.id).where(told)).first() is not None


@pytest.mark.feature("N15")
def test_every_intervention_does_what_its_preview_said_and_strands_no_case(
    database: Database,
) -> None:
    @given(block=diagrams.blocks(), called=called_blocks, seed=st.integers(0, 10**6))
    @settings(FEW, max_examples=MORE // 10 or 40)
    def tried(block: diagrams.Block, called: diagrams.Block, seed: int) -> None:
        empty(database)
        dice = random.Random(seed)  # noqa: S311  # choices, not secrets
        files = {"random": diagrams.folder("random", block)}
        if diagrams.calls(block):
            files[diagrams.CALLED] = diagrams.folder(diagrams.CALLED, called)
        run = ready(database, *files.values())
        run.start("random", "ann", {})
        for number in range(STEPS):
            if run._row().status in ("completed", "cancelled"):
                return
            chosen = dice.choice(offered(run, dice))
            if dice.random() < 0.3:
                chosen = migrated(run, files, number)
            note(f"{number}: {chosen}")
            try:
                operate(run, "cat", chosen)
            except (InvalidInput, Conflict, NotFound) as refused:
                note(f"refused: {refused}")
            never_stranded(run)
            if run._row().status != "suspended":
                a_step(run, dice, number)
                never_stranded(run)
        _to_the_end(run, dice)

    tried()


def _to_the_end(run: Scenario, dice: random.Random) -> None:
    if run._row().status == "suspended":
        operate(run, "cat", Resume())
    for number in range(LAST_LOOPS, LAST_LOOPS + ENDING):
        if run._row().status == "completed" or not a_step(run, dice, number):
            break
    assert run._row().status in ("completed", "incident"), rests(run)
    assert not stuck(run), "a join waits for what cannot come"
