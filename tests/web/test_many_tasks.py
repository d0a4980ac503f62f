"""Lists of many tasks: each page the rules' own, in its order, each task once; and none of it found
by reading all that is open."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Row, insert, select, text

from engine import access, clock
from engine.access import LISTS, Actor, load_actor
from engine.access.lists import shape_of, values_of
from engine.models import account, process_instance, task_role, user_task
from engine.queries import worklist
from engine.queries.worklist import listing
from engine.queries.worklist.ordering import ORDERS, Place

NEVER = 10**18
ROLES = (["worker"], ["boss"], ["worker", "boss"], ["staff"], ["worker", "staff"], [])
STATES = ("created", "created", "claimed", "completed")


@pytest.fixture
def many(desk):
    """Tasks of every kind that the lists tell apart, with ties; hundreds."""
    desk.start()
    with desk.database.transaction() as db:
        case = dict(db.execute(select(process_instance)).one()._mapping)
        task = dict(db.execute(select(user_task)).one()._mapping)
        people = dict(db.execute(select(account.c.username, account.c.id)).all())
        dates = (None, clock.now() - timedelta(days=2), clock.now() + timedelta(days=2))
        kinds = product(ROLES, STATES, dates, (False, True), (None, "council", "elsewhere"))
        for n, (roles, state, due, urgent, whose) in enumerate(kinds, case["id"] + 1):
            who = people["ann" if n % 3 else "bob"]
            db.execute(
                insert(process_instance).values(
                    case | {"id": n, "reference": f"M-{n}",
                            "started_by": people["ann" if n % 5 else "sid"]}
                )
            )  # fmt: skip
            row = {
                "id": f"{n * 7919 % 9973:032x}", "instance_id": n, "roles": roles, "state": state,
                "due_at": due, "urgent": urgent, "organisation": whose,
                "assignee_id": None if state == "created" else who,
                "ended_by": who if state == "completed" else None,
                "ended_at": clock.now() - timedelta(days=n % 7) if state == "completed" else None,
            }  # fmt: skip
            db.execute(insert(user_task).values(task | row))
            if state != "completed":
                for role in roles:
                    db.execute(
                        insert(task_role).values(
                            task_id=row["id"], role=role, organisation=whose, due_at=due,
                            claimed=state == "claimed", urgent=urgent,
                        )
                    )  # fmt: skip
    return desk


def belongs(actor: Actor, row: Row[Any], tab: str) -> bool:
    """By the rules for one row in hand."""
    named = bool(set(row.roles) & actor.team_roles) or row.started_by == actor.account_id
    if tab == "mine":
        return access.may_complete(actor, row)
    if tab == "done":
        return row.state == "completed" and row.ended_by == actor.account_id
    if tab == "unclaimed":
        return access.may_claim(actor, row) and named
    if actor.has("see_all"):
        return row.state in worklist.OPEN
    return row.state in worklist.OPEN and access.sees_task(actor, row) and (
        named or row.assignee_id == actor.account_id
    )  # fmt: skip


def rank(row: Row[Any], tab: str, sort: str) -> tuple[Any, ...]:
    date = row.ended_at if tab == "done" else row.due_at
    number = NEVER if date is None else round(date.timestamp() * 1_000_000)
    if tab == "done":
        return (-number, row.id)
    if sort == "due":
        return (number, row.id)
    if sort == "-due":
        return (NEVER if date is None else -number, row.id)
    if sort == "priority":
        return (not row.urgent, number, row.id)
    late = date is not None and date < clock.now()
    return (not late, not row.urgent, number, row.id)


def walked(db: Connection, actor: Actor, tab: str, filters: worklist.Filters) -> list[str]:
    """The ids of all pages."""
    found, after = [], None
    while True:
        page = worklist.worklist(db, actor, tab, filters, after)
        found += [line.id for line in page.lines]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.feature("N14")
@pytest.mark.parametrize("tab", LISTS)
def test_every_page_of_every_list_is_what_the_rules_allow_in_its_order(many, tab):
    with many.database.reading() as db:
        rows = db.execute(
            select(user_task, process_instance.c.started_by).join(
                process_instance, process_instance.c.id == user_task.c.instance_id
            )
        ).all()
        for name, sort in product(("ann", "bob", "cat", "sid"), ("", *ORDERS)):
            actor = load_actor(db, _id(db, name))
            wanted = [row for row in rows if belongs(actor, row, tab)]
            wanted.sort(key=lambda row: rank(row, tab, sort))
            found = walked(db, actor, tab, worklist.Filters(sort=sort))
            assert found == [row.id for row in wanted], (name, tab, sort)
            page = worklist.worklist(db, actor, tab, worklist.Filters(sort=sort))
            assert page.counts[tab] == str(len(wanted))
            late = [r for r in wanted if r.due_at and r.due_at < clock.now() and tab != "done"]
            assert page.late == str(len(late))
            filters = worklist.Filters(process="desk", stage="Look", due="late", sort=sort)
            few = walked(db, actor, tab, filters)
            assert few == [r.id for r in wanted if r.due_at and r.due_at < clock.now()]


@pytest.mark.feature("N14")
@pytest.mark.parametrize("tab", LISTS)
def test_no_list_is_found_by_reading_all_tasks(many, tab):
    """Each table of tasks is searched by an index that names the list, never read through."""
    if not many.database.is_sqlite:
        pytest.skip("PostgreSQL reads small tables through, whatever indexes they have")
    with many.database.reading() as db:
        for name, sort in product(("ann", "cat"), ("", *ORDERS)):
            actor = load_actor(db, _id(db, name))
            asked = listing.Asked(tab, shape_of(actor), sort)
            parts = range(len(listing.parts_of(asked)))
            values = values_of(actor) | worklist._values(worklist.Filters(), clock.now(), Place())
            for statement in (listing.page(asked, parts, False, 51), listing.count(asked)):
                compiled = statement.compiled(db.dialect, tuple(values))
                plan = db.connection.dbapi_connection.execute(
                    f"EXPLAIN QUERY PLAN {compiled.text}", compiled.bind(values)
                ).fetchall()
                read = [step[3] for step in plan if step[3].startswith("SCAN wm_")]
                assert read == [], (name, tab, sort)


def _id(db: Connection, name: str) -> int:
    found = text("SELECT id FROM wm_account WHERE username = :name")
    return int(db.execute(found, {"name": name}).scalar_one())
