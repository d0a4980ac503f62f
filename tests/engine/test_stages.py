"""The stage of a case is that of what it does or waits for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.database import Database
from engine.models import process_instance
from engine.testing import Scenario
from tests.factories import MORNING, model, ready

STAGE = '<spiffworkflow:property name="stage" value="{}" />'


def staged(element: str, stage: str) -> str:
    return (
        f'id="{element}" name="{stage}"><bpmn:extensionElements><spiffworkflow:properties>'
        f"{STAGE.format(stage)}</spiffworkflow:properties></bpmn:extensionElements>"
    )


def stage_of(run: Scenario) -> str | None:
    c = process_instance.c
    with run.database.reading() as db:
        found: str | None = db.execute(select(c.stage).where(c.id == run.instance_id)).scalar()
        return found


@pytest.mark.feature("O32")
def test_a_case_that_waits_for_a_date_is_in_the_stage_of_that_wait(database: Database) -> None:
    files = model("first_event")
    drawn = files["process.bpmn"].decode()
    drawn = drawn.replace('id="time_up" name="Time is up">', staged("time_up", "Waiting"))
    drawn = drawn.replace(
        'id="chase" name="Chase" />', staged("chase", "Chasing") + "</bpmn:userTask>"
    )
    run = ready(database, {**files, "process.bpmn": drawn.encode()})
    run.start("first_event", "ann", {})
    assert stage_of(run) == "Waiting"
    run.at(MORNING + timedelta(days=8))
    assert stage_of(run) == "Chasing"
