"""An owner plays scenarios of a draft from the browser; nothing of the site is touched."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.models import process_instance
from tests.web.conftest import words
from tests.web.test_studio import THREE, fields, save

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


@pytest.fixture
def tested(desk, olga):
    """The draft holds a scenario: due two working days after Maundy Thursday."""
    import io

    given = (io.BytesIO(SCENARIO.encode()), "asked.yaml")
    sent = olga.post("/studio/desk/draft/upload", file=given, **fields(olga))
    assert sent.status_code == 303
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
