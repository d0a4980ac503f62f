"""Every scenarios/*.yaml is a test on both databases; together they reach every drawn element."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import definitions
from engine.access import SYSTEM
from engine.commands import deployments
from engine.database import Database
from engine.execution import run
from engine.execution.gateways import ExclusiveGateway
from engine.execution.workflow import CaseWorkflow, visible_id
from engine.history import unpack
from engine.models import history_event
from engine.testing import run_file
from tests import fresh
from tests.factories import folder

HERE = Path(__file__).parent
FOLDERS = sorted(p.parent for p in HERE.glob("*/process.bpmn"))
FILES = sorted(HERE.glob("*/scenarios/*.yaml"))
WHOLE = "adult_whole_course.yaml"  # each step in a process forked from one that opened nothing
SHORT = "nobody_checks.yaml"  # each step in a process started from nothing


def address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def publish(database: Database) -> None:
    with database.transaction() as db:
        deployments.set_roles(
            db,
            (HERE / "roles.yaml").read_bytes(),
            (HERE / "organisations.yaml").read_bytes(),
        )
        folders = {path.name: folder(path) for path in FOLDERS}
        deployments.deploy(db, folders, actor=SYSTEM, reason="for the scenarios")


def scenario_files() -> Iterator[object]:
    for path in FILES:
        seeds = yaml.safe_load(path.read_text()).get("seed") or []
        name = f"{path.parents[1].name}/{path.stem}"
        yield pytest.param(path, id=name, marks=[pytest.mark.seed(seed) for seed in seeds])


@pytest.mark.parametrize("path", list(scenario_files()))
def test_scenario(database: Database, path: Path) -> None:
    publish(database)
    run_file(database, path)


def test_the_whole_course_runs_with_a_fresh_process_for_every_step(database: Database) -> None:
    publish(database)
    path = next(p for p in FILES if p.name == WHOLE)
    run_file(database, path, player=fresh.player(address(database)))


def test_a_short_run_holds_with_truly_new_processes(database: Database) -> None:
    publish(database)
    path = next(p for p in FILES if p.name == SHORT)
    run_file(database, path, player=fresh.player(address(database), "spawn"))


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str | None, str | None]]:
    """Fills with (choice, next step) for each way that a case takes out of a choice."""
    taken: set[tuple[str | None, str | None]] = set()
    guarded = run._guarded

    def watched(case: CaseWorkflow, task: Task, *told: Any, **more: Any) -> None:
        guarded(case, task, *told, **more)
        if isinstance(task.task_spec, ExclusiveGateway) and task.state == TaskState.COMPLETED:
            taken.update((visible_id(task), name) for name in _next(task))

    monkeypatch.setattr(run, "_guarded", watched)
    return taken


def _next(task: Task) -> Iterator[str | None]:
    """Ids of the steps that come next; a step with events on its edge lies one deeper."""
    for child in task.children:
        if child.has_state(TaskState.PREDICTED_MASK):
            continue
        if (name := visible_id(child)) is None:
            yield from (visible_id(inner) for inner in child.children)
        else:
            yield name


def test_the_scenarios_take_every_way_and_reach_every_element_that_is_drawn(
    _sqlite: Database, ways: set[tuple[str | None, str | None]]
) -> None:
    """The gate: an element or a way that no scenario passes is either tested or taken out."""
    from tests.conftest import empty

    passed: set[str] = set()
    for path in FILES:
        empty(_sqlite)
        publish(_sqlite)
        run_file(_sqlite, path)
        with _sqlite.reading() as db:
            for row in db.execute(history_event.select()):
                passed |= set(unpack(row.details).get("passed", []))
    with _sqlite.reading() as db:
        folders = {key: definitions.load(db, id_) for key, id_ in definitions.newest(db).items()}
    missed = [
        f"{key}/{element.id}"
        for key, folder_ in folders.items()
        for element in folder_.elements.values()
        if element.id not in passed
    ]
    missed += [
        f"{key}/{flow.id}"
        for key, folder_ in folders.items()
        for flow in folder_.diagram.flows.values()
        if folder_.elements[flow.source].kind == "exclusiveGateway"
        and (flow.source, flow.target) not in ways
    ]
    assert sorted(missed) == []
