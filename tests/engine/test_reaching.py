"""Which elements and ways a run has reached: none too many where something chooses."""

from __future__ import annotations

from datetime import timedelta

from engine.database import Database
from engine.execution.watching import watching
from engine.testing.reaching import reached
from tests.factories import form, forms, model, ready


def missed(database: Database, seen, key: str) -> set[str]:
    from engine import definitions

    with database.reading() as db:
        drawn = definitions.load(db, definitions.newest(db)[key])
        found = reached(db, seen)
    assert set(found) == {key}
    return {*drawn.elements, *drawn.diagram.flows} - set(found[key])


def test_of_several_ways_out_of_a_step_those_not_chosen_are_missed(database: Database) -> None:
    run = ready(database, model("some_ways", **forms(ask=form(red="yes_no", blue="yes_no"))))
    with watching() as seen:
        run.start("some_ways", "ann", {})
        run.task("ask", "ann", {"red": True, "blue": False})
        run.task("red", "ann", {})
        run.expect_ended("done")
        assert missed(database, seen, "some_ways") == {"blue", "plain", "f3", "f4", "f6", "f7"}
        run.start("some_ways", "ann", {})
        run.task("ask", "ann", {"red": False, "blue": False})
        assert missed(database, seen, "some_ways") == {"blue", "plain", "f3", "f6", "f7"}


def test_an_event_that_did_not_happen_is_missed_with_its_way(database: Database) -> None:
    run = ready(database, model("first_event"))
    with watching() as seen:
        run.start("first_event", "ann", {})
        assert missed(database, seen, "first_event") >= {"f2", "f5"}
        run.at(run.now + timedelta(days=7))
        run.task("chase", "ann", {})
        assert missed(database, seen, "first_event") == {"came", "read_it", "f2", "f3", "f4"}


def test_an_event_subprocess_is_reached_when_it_began(database: Database) -> None:
    run = ready(database, model("handlers"))
    with watching() as seen:
        run.start("handlers", "ann", {})
        run.action("noted", "ann", {})
        run.task("read_note", "ann", {})
        run.task("first", "ann", {})
        run.task("second", "ann", {})
    assert missed(database, seen, "handlers") == {
        "stop_it", "must_end", "tell_why", "stopped", "f6", "f7",
        "remind", "weekly", "look", "looked", "f8", "f9",
    }  # fmt: skip


def test_nothing_is_seen_when_nobody_looks(database: Database) -> None:
    run = ready(database, model("first_event"))
    with watching() as seen:
        pass
    run.start("first_event", "ann", {})
    assert not seen.passed
    assert not seen.chosen
