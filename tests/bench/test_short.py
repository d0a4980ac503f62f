"""The benchmarks' short form: each part gives all its figures. What they are is not looked at."""

from __future__ import annotations

import math

import pytest
from sqlalchemy import select

from engine import sealing
from engine.database import Database
from engine.models import history_event, variable
from tests.bench import report
from tests.bench import workload as w
from tests.bench.targets import NO_DATABASE, PARTS, TARGETS


@pytest.mark.parametrize("part", PARTS)
def test_a_part_gives_a_figure_for_each_of_its_targets(part: str, postgres_url: str) -> None:
    found = report.measure(part, postgres_url, short=True)
    for kind, figures in found.items():
        wanted = {what for what, target in TARGETS[part].items() if target.on(kind) is not None}
        assert wanted <= {figure.what for figure in figures}
        assert all(math.isfinite(f.value) and f.value >= 0 for f in figures)
    told = {kind for t in TARGETS[part].values() for kind in report.KINDS if t.on(kind) is not None}
    assert set(found) in (told, {NO_DATABASE})


def test_the_cases_that_are_measured_are_sealed_as_real_ones(database: Database) -> None:
    w.whole_case(database, w.set_up(database))
    with database.reading() as db:
        told = db.execute(select(history_event.c.details)).scalars()
        assert all(sealing.is_sealed(one) for one in told if one is not None)
        v = variable.c
        values = {row.name: row.value for row in db.execute(select(v.name, v.value))}
    open_to_read = {name for name, value in values.items() if not sealing.is_sealed(value)}
    assert "concern" in values
    assert {n.rsplit("_", 1)[-1] for n in open_to_read} == {
        "urgency", "outcome", "by", "at", "max", "n",
    }  # fmt: skip
