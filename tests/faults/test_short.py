"""The short forms of the faults: the full ones are commands (see README)."""

from __future__ import annotations

from engine.database import Database
from tests.faults import (
    backup,
    clock,
    diagrams,
    disk,
    expressions,
    jobs,
    kill,
    long,
    migration,
    repeat,
    restart,
    rush,
    timers,
    upgrade,
)


def test_a_killed_worker_loses_and_doubles_nothing(database: Database) -> None:
    assert kill.run(database, rounds=3) == []


def test_the_jobs_of_a_killed_worker_are_done_once(database: Database) -> None:
    assert jobs.run(database, kills=1, cases=10) == []


def test_of_sixteen_who_rush_one_succeeds_and_the_rest_are_told(database: Database) -> None:
    assert rush.run(database, rounds=2) == []


def test_a_worker_killed_while_firing_leaves_ten_firings(database: Database) -> None:
    assert timers.run(database, workers=2) == []


def test_one_request_sent_again_and_again_has_one_effect(database: Database) -> None:
    assert repeat.run(database, times=20) == []


def test_days_on_which_clocks_change_have_the_right_instants(database: Database) -> None:
    assert clock.run(database) == []


def test_long_and_wide_cases_run_to_their_end(database: Database) -> None:
    assert long.run(database, part=0.02) == []


def test_a_migration_killed_in_the_middle_is_half_done_for_no_case(database: Database) -> None:
    assert migration.run(database, cases=6, kills=2) == []


def test_a_backup_under_load_is_restored_whole(database: Database) -> None:
    assert backup.run(database, seconds=1) == []


def test_a_database_stopped_hard_loses_nothing_and_is_said_to_be_away() -> None:
    assert restart.run(stops=1) == []


def test_a_full_disk_is_said_and_lived_through() -> None:
    assert disk.run(after=3) == []


def test_files_of_every_kind_are_answered_in_time() -> None:
    assert diagrams.run(cuts=2, part=5) == []


def test_hostile_expressions_keep_nobody_waiting() -> None:
    assert expressions.run(part=8) == []


def test_what_earlier_versions_stored_opens_and_goes_on(fresh: Database) -> None:
    assert upgrade.run(fresh) == []
