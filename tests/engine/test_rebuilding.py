"""A case as it was, from its stored state and its history alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine import rebuilding
from engine.database import Database
from engine.history import unpack
from engine.models import history_event, process_instance
from tests.factories import form, forms, model, ready

ROUNDS = 7


def details(database: Database, instance_id: int) -> list[dict[str, Any]]:
    c = history_event.c
    wanted = (
        select(c.instance_id, c.seq, c.details).where(c.instance_id == instance_id).order_by(c.seq)
    )
    with database.reading() as db:
        return [unpack(row) for row in db.execute(wanted.order_by(c.seq))]


def nodes(node: rebuilding.Node) -> Iterator[rebuilding.Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def test_a_long_case_is_read_back_step_by_step(database: Database) -> None:
    asked = forms(review=form(rounds="number", limit="number"))
    run = ready(database, model("loop_of_reviews", **asked))
    run.start("loop_of_reviews", "ann", {})
    seen: list[tuple[int, dict[str, Any]]] = []
    for n in range(1, ROUNDS + 1):
        run.task("review", "ann", {"rounds": n, "limit": ROUNDS})
        seen.append((len(details(database, run.instance_id)), run.variables()))
    told = details(database, run.instance_id)
    for events, values in seen:
        assert rebuilding.values_after(told[:events])["root"] == values
    p = process_instance.c
    with database.reading() as db:
        blob = db.execute(select(p.state).where(p.id == run.instance_id)).scalar_one()
    whole = rebuilding.whole(blob, [each["cut"] for each in told if "cut" in each])
    assert [n.element for n in nodes(whole.root)].count("review") == ROUNDS
    assert whole.gone == []
