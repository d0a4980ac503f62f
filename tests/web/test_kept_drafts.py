"""A draft is never lost: whatever takes its task away, its author reads it on the case."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine import access, clock, timers
from engine.commands import operations
from engine.commands.operations import Migrate, Move, Skip
from tests.factories import DATA_KEY, KEY, deploy, folder, form, forms, model
from tests.web.conftest import DESK, Visitor, words
from web import create_app
from web.config import Config

THOUGHT = "A long thought"
AGREE = {
    "schemaVersion": 18, "type": "default", "id": "agree", "components": [
        {"type": "textarea", "id": "why", "key": "why", "label": "Why?"},
        {"type": "textfield", "id": "hidden", "key": "hidden", "label": "From the police",
         "properties": {"class": "police"}},
        {"type": "datetime", "subtype": "date", "id": "on", "key": "on", "label": "On which day?"},
        {"type": "radio", "id": "sort", "key": "sort", "label": "Which sort?",
         "values": [{"label": "The round sort", "value": "round"}]},
        {"type": "dynamiclist", "id": "people", "path": "people", "label": "Who else?",
         "components": [{"type": "textfield", "id": "name", "key": "name", "label": "Name"}]},
    ],
}  # fmt: skip


@pytest.fixture
def saved(desk, visit):
    """Bob has typed half an answer into the second task and went away."""
    files = {**folder(DESK), "forms/agree.form": json.dumps(AGREE).encode()}
    with desk.database.transaction() as db:
        deploy(db, {"desk": files})
    desk.start()
    desk.look(200)
    bob = visit("bob")
    task = desk.task("agree")
    bob.post(f"/tasks/{task}/claim")
    bob.get(f"/tasks/{task}")
    answer = bob.post(
        f"/tasks/{task}", wm__act="save", wm__counter="1", why=THOUGHT, hidden="hush",
        on__day="3", on__month="3", on__year="2026", sort="round", people__1__name="Somebody",
    )  # fmt: skip
    assert answer.status_code == 303
    return task


def operate(desk, operation):
    with desk.database.transaction() as db:
        cat = access.load_actor(db, desk.run.people["cat"])
        operations.perform(db, desk.run.instance_id, operation, actor=cat, reason="A good reason")


def reference(desk) -> str:
    return str(desk.run.said[0].rsplit(" ", 1)[1])


def case_page(desk, visitor) -> str:
    return words(visitor.get(f"/cases/{reference(desk)}"))


@pytest.mark.feature("N7")
@pytest.mark.feature("W20")
def test_a_draft_outlives_the_message_that_took_its_task_away(desk, visit, saved):
    desk.run.action("called_off", "ann", {"why_off": "Nobody wants it"})
    bob = visit("bob")
    page = case_page(desk, bob)
    assert "Kept drafts" in page
    assert "The task is no longer needed: It was called off" in page
    assert f"Why? {THOUGHT}" in page
    assert "On which day? 3 March 2026" in page
    assert "Which sort? The round sort" in page
    assert "Who else? Name Somebody" in page
    assert f'href="/cases/{reference(desk)}#kept-drafts"' in bob.get(f"/tasks/{saved}").text


@pytest.mark.feature("N7")
def test_a_kept_draft_is_its_authors_alone_and_masked_as_answers_are(desk, visit, saved):
    desk.run.action("called_off", "ann", {"why_off": "Nobody wants it"})
    page = case_page(desk, visit("bob"))
    assert "From the police Masked" in page
    assert "hush" not in page
    for other in ("ann", "cat", "gus"):
        page = case_page(desk, visit(other))
        assert "Kept drafts" not in page
        assert THOUGHT not in page
    assert visit("sid").get(f"/cases/{reference(desk)}").status_code == 404


@pytest.mark.feature("N7")
@pytest.mark.feature("W20")
@pytest.mark.parametrize("how", ["move", "skip", "end"])
def test_a_draft_outlives_what_a_supervisor_does_to_its_task(desk, visit, saved, how):
    operation = {
        "move": Move("look", saved), "skip": Skip(saved), "end": operations.End("A mistake"),
    }[how]  # fmt: skip
    operate(desk, operation)
    assert f"Why? {THOUGHT}" in case_page(desk, visit("bob"))


@pytest.mark.feature("N7")
@pytest.mark.feature("W20")
def test_a_draft_outlives_an_interrupting_date(desk, visit):
    files = model("deadline", **forms(answer=form(remark="text")))
    with desk.database.transaction() as db:
        deploy(db, {"deadline": files})
    desk.run.start("deadline", "sid", {})
    task, ann = desk.task("answer"), visit("ann")
    ann.post(f"/tasks/{task}/claim")
    ann.post(f"/tasks/{task}", wm__act="save", wm__counter="1", remark=THOUGHT)
    with clock.at(clock.now() + timedelta(days=20)):
        timers.run_due(desk.database)
        page = case_page(desk, visit("ann"))
    assert "The task is no longer needed: Too late" in page
    assert f"Remark {THOUGHT}" in page


@pytest.mark.feature("N7")
@pytest.mark.feature("W20")
def test_what_a_new_version_no_longer_asks_stays_readable_and_is_not_saved_away(desk, visit, saved):
    less = {**AGREE, "components": AGREE["components"][1:]}
    with desk.database.transaction() as db:
        deploy(db, {"desk": {**folder(DESK), "forms/agree.form": json.dumps(less).encode()}})
        to = operations.newest_for(db, "desk")
    operate(desk, Migrate(to))
    bob = visit("bob")
    bob.get(f"/tasks/{saved}")
    assert 'value="hush"' in bob.at.text
    bob.post(f"/tasks/{saved}", wm__act="save", wm__counter="2", sort="round")
    page = case_page(desk, bob)
    assert "questions that it no longer asks" in page
    assert "Why Masked" in page  # whose class nobody can say any more, to who reads some masked
    assert "Which sort?" not in page
    assert "hush" not in page


@pytest.mark.feature("N7")
@pytest.mark.feature("W20")
def test_a_draft_outlives_a_session_and_a_restart(desk, visit, saved):
    with clock.at(clock.now() + timedelta(hours=11)):
        assert visit("bob").get("/tasks").status_code == 200
    again = create_app(
        Config(desk.database.url, "k" * 40, KEY, (DATA_KEY,), https=False), desk.database
    )
    bob = visit("bob")
    with bob.client.session_transaction() as session:
        kept = dict(session)
    client = again.test_client()
    with client.session_transaction() as session:
        session.update(kept)
    assert THOUGHT in Visitor(client).get(f"/tasks/{saved}").text


@pytest.mark.feature("N7")
def test_what_was_sent_in_is_no_draft_any_more(desk, visit, saved):
    bob = visit("bob")
    bob.get(f"/tasks/{saved}")
    bob.post(f"/tasks/{saved}", wm__act="complete", why=THOUGHT)
    assert "Kept drafts" not in case_page(desk, bob)
