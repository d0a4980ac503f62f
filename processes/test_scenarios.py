"""Every scenarios/*.yaml is a test on both databases; together they reach every drawn element."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from engine import definitions
from engine.access import SYSTEM
from engine.commands import deployments
from engine.database import Database
from engine.testing import run_file
from tests import fresh
from tests.conftest import empty
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


def test_the_scenarios_take_every_way_and_reach_every_element_that_is_drawn(
    _sqlite: Database,
) -> None:
    """The gate: an element or a way that no scenario reaches is either tested or taken out."""
    reached: set[tuple[str, str]] = set()
    for path in FILES:
        empty(_sqlite)
        publish(_sqlite)
        for key, ids in run_file(_sqlite, path).reached.items():
            reached |= {(key, each) for each in ids}
    with _sqlite.reading() as db:
        folders = {key: definitions.load(db, id_) for key, id_ in definitions.newest(db).items()}
    missed = [
        f"{key}/{each}"
        for key, definition in folders.items()
        for each in (*definition.elements, *definition.diagram.flows)
        if (key, each) not in reached
    ]
    assert sorted(missed) == []
