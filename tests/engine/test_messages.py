"""Messages between cases: one effect each, kept until somebody waits, never lost or doubled."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.access import SYSTEM
from engine.commands import messages
from engine.database import Database
from engine.models import message, process_instance
from engine.queries.waiting import waits
from tests.factories import model, ready


def send(database: Database, key: str, idempotency: str) -> bool:
    with database.transaction() as db:
        return messages.send(db, "came", key, {"said": "yes"}, idempotency=idempotency)


def reference(database: Database, number: int) -> str:
    with database.reading() as db:
        wanted = select(process_instance.c.reference).where(process_instance.c.id == number)
        return str(db.execute(wanted).scalar_one())


@pytest.mark.limit(8)
def test_a_message_reaches_the_case_with_its_key_and_no_other(database: Database) -> None:
    run = ready(database, model("first_event"))
    run.start("first_event", "ann", {})
    first = run.instance_id
    run.start("first_event", "ann", {})
    assert send(database, reference(database, first), "once")
    run.expect_waits(["came", "time_up"])
    run.instance_id = first
    run.expect_tasks(["read_it"])
    run.expect_variables({"said": "yes"})


def test_the_same_message_twice_has_one_effect(database: Database) -> None:
    run = ready(database, model("first_event"))
    run.start("first_event", "ann", {})
    key = reference(database, run.instance_id)
    assert send(database, key, "once")
    assert not send(database, key, "once")
    with database.reading() as db:
        assert db.execute(select(func.count()).select_from(message)).scalar() == 1


def test_who_works_in_a_case_reads_what_is_waited_for_without_the_diagrams_word(
    database: Database,
) -> None:
    run = ready(database, model("first_event"))
    run.start("first_event", "ann", {})
    with database.reading() as db:
        found = {wait.kind: wait for wait in waits(db, SYSTEM, [run.instance_id])[run.instance_id]}
    assert found["message"].waits_for.startswith("the message “came”, key ")
    assert found["message"].plain == "somebody to record it (Worker)"
    assert found["date"].plain == found["date"].waits_for
    run = ready(database, model("early"))
    run.start("early", "ann", {})
    run.task("first", "ann", {})
    with database.reading() as db:
        (waiting,) = waits(db, SYSTEM, [run.instance_id])[run.instance_id]
    assert waiting.plain == "word of it from outside this case"


@pytest.mark.limit(6)
def test_a_message_that_comes_early_waits_until_the_case_waits_for_it(database: Database) -> None:
    run = ready(database, model("early"))
    run.start("early", "ann", {})
    send(database, reference(database, run.instance_id), "early")
    run.expect_tasks(["first"])
    run.task("first", "ann", {})
    run.expect_tasks(["read_it"])


def test_a_message_left_in_the_inbox_by_a_crash_is_delivered_by_the_worker(
    database: Database,
) -> None:
    run = ready(database, model("first_event"))
    run.start("first_event", "ann", {})
    key = reference(database, run.instance_id)
    with database.schema_change() as db:  # commits without what follows a commit
        messages.send(db, "came", key, {"said": "yes"}, idempotency="crash")
    run.expect_waits(["came", "time_up"])
    assert messages.deliver_pending(database) == 1
    run.expect_tasks(["read_it"])
    assert messages.deliver_pending(database) == 0
