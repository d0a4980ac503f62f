"""The short forms of the faults: the full ones are commands (see README)."""

from __future__ import annotations

from engine.database import Database
from tests.faults import kill, rush


def test_a_killed_worker_loses_and_doubles_nothing(database: Database) -> None:
    assert kill.run(database, rounds=3) == []


def test_of_sixteen_who_rush_one_succeeds_and_the_rest_are_told(database: Database) -> None:
    assert rush.run(database, rounds=2) == []
