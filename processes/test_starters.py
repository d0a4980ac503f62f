"""What the person who raised a concern reads of it, and of what followed from it."""

from __future__ import annotations

from pathlib import Path

from engine.access import load_actor
from engine.database import Database
from engine.queries import start
from engine.testing import run_file
from processes.test_scenarios import publish

HERE = Path(__file__).parent / "raise_concern" / "scenarios"


def raised_by(database: Database, scenario: str, username: str) -> list[tuple[str, str]]:
    publish(database)
    run = run_file(database, HERE / scenario)
    with database.reading() as db:
        told = start.raised(db, load_actor(db, run.people[username]))
    return [(one.reference, one.status) for one in told]


def test_a_shared_concern_is_followed_into_its_case(database: Database) -> None:
    assert raised_by(database, "shared_after_advice.yaml", "robin") == [
        ("PR-2025-0001", "We have the referral."),
        ("CN-2025-0001", "Closed."),
    ]


def test_neither_the_urgent_case_nor_the_review_of_records_is_told(database: Database) -> None:
    assert raised_by(database, "immediate_danger.yaml", "quinn") == [("CN-2025-0001", "Closed.")]
