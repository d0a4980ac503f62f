"""What somebody typed too late is sent, with one button, to the colleague who has the task."""

from __future__ import annotations

import json
import re

import pytest

from engine import access
from engine.commands import tasks
from engine.models import audit_entry
from tests.factories import deploy, folder
from tests.web.conftest import DESK, key_of, words
from tests.web.test_kept_drafts import AGREE

TYPED = {
    "why": "A long thought", "hidden": "hush 7Q", "on__day": "3", "on__month": "3",
    "on__year": "2026", "sort": "round", "people__1__name": "Somebody", "wm__act": "complete",
}  # fmt: skip
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def task(desk):
    """A task with questions, one of them of a class that workers read masked."""
    files = {**folder(DESK), "forms/look.form": json.dumps(AGREE).encode()}
    with desk.database.transaction() as db:
        deploy(db, {"desk": files})
    desk.start()
    return desk.task()


def holds(desk, task: str, username: str) -> None:
    """Whoever had it gives it to this person."""
    with desk.database.transaction() as db:
        cat = access.load_actor(db, desk.run.people["cat"])
        tasks.reassign_task(db, task, desk.run.people[username], "Absent today", actor=cat)


@pytest.fixture
def late(desk, task, visit):
    """Ann's page says that Bob has the task, when she sends in what she typed."""
    ann = visit("ann")
    ann.post(f"/tasks/{task}/claim")
    ann.get(f"/tasks/{task}")
    holds(desk, task, "bob")
    answer = ann.post(f"/tasks/{task}", **TYPED)
    assert answer.status_code == 409
    return ann


def press_send(visitor, task: str):
    """The one button of the page, with what lies hidden beside it."""
    form = visitor.at.text.split(f'action="/tasks/{task}/typed"', 1)[1].split("</form>", 1)[0]
    fields = {name: value for name, value in HIDDEN.findall(form) if not name.startswith("wm-")}
    return visitor.post(f"/tasks/{task}/typed", key=key_of(visitor.at), **fields)


@pytest.mark.feature("N6")
def test_what_was_typed_goes_to_who_holds_the_task_and_is_put_away_there(late, task, visit):
    assert "Bob Example took this task" in words(late.at)
    assert "Copy what you typed" in late.at.text
    assert "Send it to Bob Example" in words(late.at)
    assert press_send(late, task).status_code == 303
    said = words(late.get("/tasks"))
    assert "What you typed was sent to your colleague." in said
    assert "Not sent, because your colleague does not read it: From the police." in said
    bob = visit("bob")
    page = words(bob.get(f"/tasks/{task}"))
    assert "Ann Example sent you what they had typed" in page
    for text in ("A long thought", "3 March 2026", "The round sort", "Somebody"):
        assert text in page
    assert "hush 7Q" not in bob.at.text
    number = re.search(r"/tasks/received/(\d+)/dismiss", bob.at.text)[1]
    assert visit("cat").post(f"/tasks/received/{number}/dismiss").status_code == 404
    assert bob.post(f"/tasks/received/{number}/dismiss").status_code == 303
    assert "sent you" not in words(bob.get(f"/tasks/{task}"))


@pytest.mark.feature("N6")
def test_who_completed_the_task_meanwhile_reads_it_too(desk, task, visit):
    ann, bob = visit("ann"), visit("bob")
    ann.post(f"/tasks/{task}/claim")
    ann.get(f"/tasks/{task}")
    holds(desk, task, "bob")
    bob.get(f"/tasks/{task}")
    assert bob.post(f"/tasks/{task}", wm__act="complete", why="Short").status_code == 303
    answer = ann.post(f"/tasks/{task}", **TYPED)
    assert "Bob Example completed this task" in words(answer)
    assert press_send(ann, task).status_code == 303
    assert "A long thought" in words(bob.get(f"/tasks/{task}"))


def test_it_is_sent_once_and_recorded(desk, late, task, visit):
    page = late.at
    key = key_of(page)
    for _ in range(2):
        late.at = page
        late.post(f"/tasks/{task}/typed", key=key, why="A long thought")
    assert words(visit("bob").get(f"/tasks/{task}")).count("sent you what they had typed") == 1
    with desk.database.reading() as db:
        actions = db.execute(audit_entry.select()).all()
    assert [row.action for row in actions].count("task.send_typed") == 1


def test_nobody_sends_to_themselves_to_nobody_or_what_cannot_be_read(desk, late, task, visit):
    bob = visit("bob")
    bob.get(f"/tasks/{task}")
    assert bob.post(f"/tasks/{task}/typed", why="For me").status_code == 409
    assert "Send it to" not in words(bob.at)
    assert late.post(f"/tasks/{task}/typed", hidden="hush 7Q").status_code == 422
    assert visit("kim").post(f"/tasks/{task}/typed", why="Who am I?").status_code == 404
    bob.get(f"/tasks/{task}")
    bob.post(f"/tasks/{task}/release")
    assert late.post(f"/tasks/{task}/typed", why="Nobody has it").status_code == 409
