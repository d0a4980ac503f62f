"""A service task's job in a scenario: done for real, or with an outcome that is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import clock, jobs, queue
from engine.models import job
from engine.testing.failing import ScenarioFailed
from engine.testing.scenario import Scenario


def work(scenario: Scenario, element: str, outcome: Mapping[str, Any] | None = None) -> None:
    """`outcome` holds `result` (stored JSON), `error` (a code) or `failure` (words); None: the
    connector is called. Raises ScenarioFailed when no job of the element is due."""
    j = job.c
    mine = (j.instance_id == scenario.instance_id, j.state == "waiting", j.element_id == element)
    with scenario.database.reading() as db:
        found = db.execute(select(j.id).where(*mine).order_by(j.created_at).limit(1)).scalar()
    with clock.at(scenario.now):
        claimed = queue.claim(scenario.database, "scenario", only=found) if found else None
        if claimed is None:
            raise ScenarioFailed(scenario.title, f"no job of “{element}” is due", scenario.said)
        given = dict(outcome or jobs.attempt(scenario.database, claimed))
        jobs.settle(scenario.database, claimed, given)
    scenario.said.append(f"{element} was worked")
