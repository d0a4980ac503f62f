"""Versions by name, old ones to read, drafts from them, and starts that are stopped."""

from __future__ import annotations

import re

import pytest

from engine.models import audit_entry, process_instance, start_stop
from tests.web.conftest import title, words
from tests.web.test_comparing import publish
from tests.web.test_studio import DIAGRAM, THREE, save, stored, summary

WHY = "The rules are being changed."


@pytest.fixture
def two(desk, olga):
    publish(desk, THREE)
    return olga


def cases(desk):
    with desk.database.reading() as db:
        return len(db.execute(process_instance.select()).all())


def audited(desk):
    e = audit_entry.c
    with desk.database.reading() as db:
        rows = db.execute(audit_entry.select().where(e.chain == "system").order_by(e.seq))
        return [(row.action, row.subject) for row in rows]


# --- versions


@pytest.mark.feature("O3")
def test_an_old_version_is_read_whole(desk, owners, two):
    desk.start()
    page = two.get("/studio/desk/versions/1")
    assert title(page).startswith("Version 1 of Desk – Studio – Waymark")
    assert "This is an old version: version 2 is live. 0 open cases run on it." in words(page)
    assert "<svg" in page.text
    assert 'href="/studio/desk/compare?to=2&amp;from=1"' in page.text
    file = two.get("/studio/desk/versions/1/process.bpmn")
    assert file.data.decode() == DIAGRAM
    assert "This is the live version" in words(two.get("/studio/desk/versions/2"))
    assert "1 open case runs on it." in words(two.at)
    ada = owners("ada")
    assert ada.get("/studio/desk/versions/1").status_code == 200
    assert "Make a draft" not in ada.at.text
    assert 'href="/studio/desk/versions/1"' in two.get("/studio/desk").text


@pytest.mark.feature("O3")
def test_a_version_is_named(desk, two):
    two.get("/studio/desk/versions/1")
    answer = two.post("/studio/desk/versions/1/name", name="  Before the  review ")
    assert answer.status_code == 303
    assert "Before the review" in words(two.get(answer.headers["Location"]))
    assert "Before the review" in words(two.get("/studio/desk"))
    assert ("definition.name", "desk:1") in audited(desk)
    answer = two.post("/studio/desk/versions/1/name", name="x" * 101)
    assert answer.status_code == 422
    assert summary(answer) == [("#name", "A name has at most 100 characters.")]
    assert "x" * 101 in answer.text
    assert two.post("/studio/desk/versions/1/name", name="").status_code == 303
    assert "Before the review" not in words(two.get("/studio/desk"))


@pytest.mark.feature("O3")
def test_a_draft_begins_from_any_version(desk, two):
    two.get("/studio/desk/versions/1")
    answer = two.post("/studio/desk/versions/1/draft")
    assert answer.headers["Location"] == "/studio/desk/draft"
    assert "This draft has the files of version 1." in words(two.get("/studio/desk/draft"))
    assert stored(desk).files["process.bpmn"] == DIAGRAM
    assert "moves from 3 to 2 working days" in words(two.get("/studio/desk/compare"))


@pytest.mark.feature("O3")
def test_a_draft_is_never_lost_to_another(desk, two):
    save(two, DIAGRAM.replace("today(), 2)", "today(), 7)"))
    before = stored(desk)
    page = two.get("/studio/desk/versions/1")
    assert "Olga Example has saved a draft." in words(page)
    assert "Make a draft" not in page.text
    answer = two.post("/studio/desk/versions/1/draft")
    assert answer.status_code == 422
    assert summary(answer)[0][0] == "#draft"
    assert stored(desk) == before


def test_who_may_not_write_does_not_and_no_version_is_made_up(owners, two):
    for username in ("ada", "ann", "cat"):
        for act in ("versions/1/name", "versions/1/draft", "starts"):
            answer = owners(username).post(f"/studio/desk/{act}", name="x", reason=WHY, act="stop")
            assert answer.status_code == 403, (username, act)
    for act in ("name", "draft"):
        assert two.post(f"/studio/desk/versions/9/{act}", name="x").status_code == 404
    assert two.get("/studio/desk/versions/9").status_code == 404
    assert two.get("/studio/nothing/starts").status_code == 404
    assert two.post("/studio/nothing/starts", act="stop", reason=WHY).status_code == 404


# --- starts


def stop(visitor, act="stop", reason=WHY):
    visitor.get("/studio/desk/starts")
    return visitor.post("/studio/desk/starts", act=act, reason=reason)


@pytest.mark.feature("O22")
def test_no_case_is_started_while_starts_are_stopped_and_the_start_page_says_so(desk, visit, olga):
    desk.start()
    ann = visit("ann")
    ann.get("/start/desk")
    answer = stop(olga)
    assert "New starts are stopped. Cases that are open go on." in words(
        olga.get(answer.headers["Location"])
    )
    late = ann.post("/start/desk", wish="A chair")
    assert late.status_code == 409
    assert WHY in words(late)
    assert cases(desk) == 1
    for path in ("/start", "/start/desk"):
        assert f"No new case can be started now. {WHY}" in words(ann.get(path))
    assert "<form" not in re.search(r"<main.*</main>", ann.at.text, re.DOTALL)[0]
    assert "New starts stopped" in words(olga.get("/studio"))


@pytest.mark.feature("O22")
def test_running_cases_go_on(desk, olga):
    desk.start()
    stop(olga)
    task = desk.task()
    desk.look(200)
    assert desk.task("agree") not in (task, "None")


@pytest.mark.feature("O22")
def test_starts_are_resumed_with_a_reason_and_both_are_recorded(desk, visit, olga):
    stop(olga)
    assert "Resume new starts of Desk" in words(olga.get("/studio/desk/starts"))
    assert stop(olga, "resume", "no").status_code == 422
    assert summary(olga.at) == [("#reason", "Say why cases may be started again.")]
    assert stop(olga, "resume", "The new rules are in force.").status_code == 303
    ann = visit("ann")
    ann.get("/start/desk")
    assert ann.post("/start/desk", wish="A chair", wm__act="start").status_code == 303
    assert cases(desk) == 1
    assert audited(desk)[-2:] == [("starts.stop", "desk"), ("starts.resume", "desk")]
    with desk.database.reading() as db:
        row = db.execute(start_stop.select()).one()
    assert (row.reason, row.resumed_reason) == (WHY, "The new rules are in force.")


@pytest.mark.parametrize("reason", ["", "  ", "ok"])
def test_stopping_asks_for_a_reason_and_keeps_what_was_typed(desk, olga, reason):
    answer = stop(olga, reason=reason)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: Stop new starts of Desk")
    assert summary(answer) == [("#reason", "Say why no new case may be started.")]
    assert "starts.stop" not in dict(audited(desk))


def test_the_second_to_stop_or_resume_is_told(owners, olga):
    otto = owners("otto")
    stop(olga)
    answer = stop(otto)
    assert answer.status_code == 409
    assert "New starts were stopped already, by Olga Example." in words(answer)
    stop(olga, "resume")
    answer = stop(otto, "resume")
    assert answer.status_code == 409
    assert "New cases can be started already." in words(answer)
