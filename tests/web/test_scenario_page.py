"""An owner plays scenarios of a draft from the browser; nothing of the site is touched."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from engine.models import process_instance
from tests.web.conftest import words
from tests.web.test_studio import DIAGRAM, REASON, THREE, ask, decide, fields, save, stored, summary

PAGE = "/studio/desk/draft/test"
FILE = "desk/scenarios/asked.yaml"
SCENARIO = """title: A small wish is granted
now: 2026-04-02T09:00
people:
  sue: {roles: [worker]}
steps:
  - start: desk
    by: sue
    values: {wish: A chair}
  - task: look
    by: sue
    due: 2026-04-08
    values: {amount: 5, sure: true}
  - ended: granted
"""


OTHERS = """title: A large wish is agreed, and one is called off
now: 2026-04-02T09:00
people:
  sue: {roles: [worker]}
  sam: {roles: [worker]}
steps:
  - {start: desk, by: sue, values: {wish: A table}}
  - {task: look, by: sue, values: {amount: 500, sure: true}}
  - {task: agree, by: sam}
  - ended: granted
  - {start: desk, by: sue, values: {wish: A table}}
  - {task: look, by: sue, values: {amount: 500, sure: true}}
  - {action: called_off, by: sue, values: {why_off: Too dear}}
  - ended: "off"
"""
MISSED = (
    "Not reached: “Agree to it”, “It was called off”, “Called off”, "
    "the way “Much” from “How much?” to “Agree to it”."
)


def put(visitor, name, text):
    visitor.get("/studio/desk/draft")
    given = (io.BytesIO(text.encode()), name)
    sent = visitor.post("/studio/desk/draft/upload", file=given, **fields(visitor))
    assert sent.status_code == 303


@pytest.fixture
def tested(desk, olga):
    """The draft holds a scenario: due two working days after Maundy Thursday."""
    put(olga, "asked.yaml", SCENARIO)
    return olga


@pytest.mark.feature("O12")
def test_the_scenarios_of_a_draft_are_played_step_by_step(desk, tested):
    assert "A small wish is granted" in words(tested.get(PAGE))
    page = words(tested.post(PAGE, scenario=FILE))
    assert "1 of 1 went as it says" in page
    assert "sue completed look" in page
    with desk.database.reading() as db:
        assert db.execute(select(func.count()).select_from(process_instance)).scalar() == 0


@pytest.mark.feature("O12")
def test_a_change_that_breaks_a_scenario_is_told_with_the_step(desk, tested):
    assert save(tested, THREE).status_code == 303
    page = words(tested.post(PAGE, scenario=FILE))
    assert "0 of 1 went as it says" in page
    assert "A small wish is granted: stopped" in page
    assert "2026-04-09" in page  # three working days after the Thursday before Easter
    assert "1 step done" in page
    assert "tmp" not in page


def test_nothing_chosen_says_so(tested):
    answer = tested.post(PAGE)
    assert answer.status_code == 422
    assert "Choose what to play." in words(answer)
    assert tested.post(PAGE, scenario="../../etc/passwd").status_code == 422


def test_a_process_without_scenarios_says_what_to_do(desk, olga):
    assert "No scenario leads through this process yet." in words(olga.get(PAGE))


# --- what the scenarios reach


@pytest.mark.feature("O13")
def test_what_no_scenario_reached_is_on_the_drawing_and_in_words(desk, tested):
    page = words(tested.get(PAGE))
    assert "0 of 1 scenario went as written since the last change." in page
    assert "Not played since the last change: “A small wish is granted”." in page
    tested.post(PAGE, scenario=FILE)
    page = words(tested.get(PAGE))
    assert "They reach 4 of 7 steps and 3 of 6 ways." in page
    assert MISSED in page
    drawn = tested.at.text
    assert drawn.count("○ Not reached</text>") == 3
    assert drawn.count(">✓</text>") == 4
    assert drawn.count(">○</text>") == 3


@pytest.mark.feature("O13")
def test_a_change_of_the_draft_makes_what_was_played_count_no_more(desk, tested):
    tested.post(PAGE, scenario=FILE)
    assert "1 of 1 scenario went as written" in words(tested.get(PAGE))
    save(tested, THREE)
    assert "0 of 1 scenario went as written" in words(tested.get(PAGE))
    save(tested, DIAGRAM)
    assert "1 of 1 scenario went as written" in words(tested.get(PAGE))
    put(tested, "asked.yaml", SCENARIO.replace("amount: 5", "amount: 6"))
    page = words(tested.get(PAGE))
    assert "Not played since the last change: “A small wish is granted”." in page
    assert "No step is reached." in page


@pytest.mark.feature("O13")
def test_a_scenario_that_stops_reaches_nothing_and_is_named(desk, tested):
    save(tested, THREE)
    tested.post(PAGE, scenario=FILE)
    page = words(tested.get(PAGE))
    assert "Stopped when last played." in page
    assert "Not going as written: “A small wish is granted”." in page
    assert "They reach 0 of 7 steps" in page


@pytest.mark.feature("O13")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "#untested"),
        ({"untested_why": "Only words change."}, "#untested"),
        ({"untested": "yes", "untested_why": " no "}, "#untested_why"),
    ],
)
def test_publishing_what_is_untested_needs_a_tick_and_a_reason(desk, tested, given, field):
    save(tested, THREE)
    tested.get("/studio/desk/draft")
    counter = fields(tested)["counter"]
    answer = tested.post("/studio/desk/publish", reason=REASON, counter=counter, **given)
    assert answer.status_code == 422
    assert [where for where, _ in summary(answer)] == [field]
    assert ("checked" in answer.text) == ("untested" in given)
    assert given.get("untested_why", "").strip() in answer.text


@pytest.mark.feature("O13")
def test_the_reason_is_read_by_who_approves_and_kept_with_the_version(desk, owners, tested):
    save(tested, THREE.replace("Called off", "Taken back"))
    tested.post(PAGE, scenario=FILE)
    why = "What is not reached is as it was."
    assert ask(tested, untested_why=why).status_code == 303
    ada = owners("ada")
    page = words(ada.get("/studio/desk/publish"))
    assert "Asked for although not everything is tested" in page
    assert f"Olga Example’s reason: {why}" in page
    assert "Not going as written: “A small wish is granted”." in page
    assert decide(ada, "approve").status_code == 303
    page = words(ada.get("/studio/desk/versions/2"))
    assert f"It was published although not everything was tested: {why}" in page
    assert "Not going as written: “A small wish is granted”." in page
    assert "although" not in words(ada.get("/studio/desk/versions/1"))


@pytest.mark.feature("O13")
def test_when_all_is_reached_nothing_more_is_asked(desk, owners, tested):
    put(tested, "others.yaml", OTHERS)
    save(tested, DIAGRAM.replace("Called off", "Taken back"))
    page = words(tested.post(PAGE, scenario=[FILE, "desk/scenarios/others.yaml"]))
    assert "2 of 2 went as they say" in page
    assert "Every step and every way is reached." in page
    assert "untested" not in tested.get("/studio/desk/publish").text
    assert ask(tested, untested="", untested_why="").status_code == 303
    assert "although" not in words(owners("ada").get("/studio/desk/publish"))


# --- written in the studio

FILES = "/studio/desk/draft/scenarios"


@pytest.mark.feature("O12")
def test_a_scenario_is_made_written_played_and_removed(desk, olga):
    made = olga.post(FILES, title="A wish is asked for", **fields(olga))
    there = f"{FILES}/a_wish_is_asked_for"
    assert made.headers["Location"] == there
    olga.get(there)
    assert "start: desk" in olga.at.text
    answer = olga.post(there, act="save", text=SCENARIO.replace("\n", "\r\n"), **fields(olga))
    assert answer.headers["Location"] == there
    assert stored(desk).files["scenarios/a_wish_is_asked_for.yaml"] == SCENARIO
    page = words(olga.get(PAGE))
    assert "Those of this process can be changed: A small wish is granted" in page
    page = words(olga.post(PAGE, scenario="desk/scenarios/a_wish_is_asked_for.yaml"))
    assert "1 of 1 went as it says" in page
    olga.get(there)
    olga.post(there, act="remove", **fields(olga))
    assert "scenarios/a_wish_is_asked_for.yaml" not in stored(desk).files
    assert olga.get(there).status_code == 404


@pytest.mark.feature("O12")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("steps: [", "The YAML cannot be read at line 1."),
        ("just words", "A scenario has “title”, “now”, “people” and “steps”."),
        ("now: soon", "Say under “now” when it begins"),
        (SCENARIO.replace("{roles: [worker]}", "worker"), "Say under “people” who takes part"),
        (SCENARIO.split("steps:")[0], "Say under “steps” what happens"),
        (SCENARIO.replace("- task:", "- tusk:"), "Step 2 begins with “tusk”. A step is one of:"),
    ],
)
def test_what_is_no_scenario_is_told_and_not_kept(desk, tested, text, why):
    there = f"{FILES}/asked"
    tested.get(there)
    answer = tested.post(there, act="save", text=text, **fields(tested))
    assert answer.status_code == 422
    assert why in summary(answer)[0][1]
    assert stored(desk).files["scenarios/asked.yaml"] == SCENARIO


def test_a_scenario_needs_a_title_and_is_found_by_its_name_alone(desk, tested):
    tested.get(PAGE)
    answer = tested.post(FILES, title=" ", **fields(tested))
    assert answer.status_code == 422
    assert summary(answer) == [("#title", "Enter what the scenario shows.")]
    for name in ("nothing", "..%2Fprocess"):
        assert tested.get(f"{FILES}/{name}").status_code == 404
        assert tested.post(f"{FILES}/{name}", act="remove").status_code == 404
