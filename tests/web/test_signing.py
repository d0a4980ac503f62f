"""Signing in and out: throttled, renewed, ended on time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import clock
from engine.commands import signing
from engine.queries.people import all_accounts
from tests.web.conftest import PHRASE, Visitor, title, words


def newcomer(app):
    return Visitor(app.test_client())


def test_the_right_password_leads_to_the_page_that_was_asked_for(app, desk):
    visitor = newcomer(app)
    asked = visitor.get("/tasks?tab=team")
    visitor.get(asked.headers["Location"])
    answer = visitor.post("/sign-in", username="ann", password=PHRASE, next="/tasks?tab=team")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tasks?tab=team")
    assert "Signed in as Ann Example" in words(visitor.get("/tasks"))


def test_a_wrong_password_and_an_unknown_name_read_the_same(app, desk):
    wrong = newcomer(app).sign_in("ann", "not the password")
    unknown = newcomer(app).sign_in("nobody", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    assert "The username or password is wrong" in words(wrong)
    assert words(wrong).replace("ann", "") == words(unknown).replace("nobody", "")
    assert title(wrong).startswith("Error: Sign in")


def test_what_is_missing_is_named(app, desk):
    page = words(newcomer(app).sign_in("", ""))
    assert "Enter your username" in page
    assert "Enter your password" in page


def test_too_many_attempts_are_put_off_even_with_the_right_password(app, desk):
    with desk.database.transaction() as db:
        for _ in range(signing.PER_ACCOUNT):
            signing.begin_sign_in(db, "ann", "192.0.2.1")
    page = newcomer(app).sign_in("ann")
    assert page.status_code == 422
    assert "too many attempts" in words(page)
    with clock.at(clock.now() + signing.WINDOW + timedelta(seconds=1)):
        assert newcomer(app).sign_in("ann").status_code == 303


def test_a_stranger_cannot_send_people_to_another_site(app, desk):
    visitor = newcomer(app)
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"):
        visitor.client.delete_cookie("waymark")
        visitor.get("/sign-in")
        answer = visitor.post("/sign-in", username="ann", password=PHRASE, next=evil)
        assert answer.headers["Location"] == "/"


def test_signing_in_begins_a_new_session_and_signing_out_ends_it(app, desk):
    visitor = newcomer(app)
    visitor.sign_in("ann")
    with visitor.client.session_transaction() as session:
        token = session["_user_id"]
    visitor.get("/tasks")
    assert visitor.post("/sign-out").status_code == 303
    with desk.database.reading() as db:
        assert signing.find_session(db, token) is None
    assert visitor.get("/tasks").status_code == 303


def test_a_session_ends_after_half_an_hour_without_a_page_and_after_ten_hours(desk, visit):
    visitor, now = visit("ann"), clock.now()
    for minutes in range(25, 600, 25):
        with clock.at(now + timedelta(minutes=minutes)):
            assert visitor.get("/tasks").status_code == 200, minutes
    with clock.at(now + timedelta(minutes=601)):
        assert visitor.get("/tasks").status_code == 303
    visitor = visit("ann")
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert visitor.get("/tasks").status_code == 303


def test_polling_does_not_keep_a_session_alive(desk, visit):
    visitor, now = visit("ann"), clock.now()
    for minutes in (10, 20, 29):
        with clock.at(now + timedelta(minutes=minutes)):
            assert visitor.get("/tasks", **{"X-Waymark-Refresh": "1"}).status_code == 200
    with clock.at(now + timedelta(minutes=31)):
        assert visitor.get("/tasks", **{"X-Waymark-Refresh": "1"}).status_code == 401


def test_a_closed_account_is_out_at_once(desk, visit):
    from engine.access import SYSTEM
    from engine.commands import people

    visitor = visit("bob")
    with desk.database.transaction() as db:
        people.set_active(db, desk.run.people["bob"], False, actor=SYSTEM)
    assert visitor.get("/tasks").status_code == 303


@pytest.mark.feature("W20")
def test_what_was_typed_is_kept_for_somebody_who_was_signed_out(desk, visit):
    desk.start()
    task = desk.task()
    visitor = visit("ann")
    visitor.get(f"/tasks/{task}")
    visitor.post(f"/tasks/{task}/claim")
    visitor.get(f"/tasks/{task}")
    with clock.at(clock.now() + timedelta(minutes=31)):
        answer = visitor.post(f"/tasks/{task}", doubt="A long thought")
    assert answer.status_code == 401
    assert "You were signed out" in title(answer)
    assert "A long thought" in words(answer)
    assert "saved as your draft" in words(answer)
    assert "A long thought" in visit("ann").get(f"/tasks/{task}").text


def test_nothing_is_kept_for_a_session_that_was_ended(desk, visit):
    desk.start()
    task = desk.task()
    visitor = visit("ann")
    visitor.post(f"/tasks/{task}/claim")
    with visitor.client.session_transaction() as session:
        token = session["_user_id"]
    visitor.get(f"/tasks/{task}")
    with desk.database.transaction() as db:
        signing.sign_out(db, token)
    answer = visitor.post(f"/tasks/{task}", doubt="Not to be kept")
    assert answer.status_code == 401
    assert "Not to be kept" in words(answer)
    assert "Not to be kept" not in visit("ann").get(f"/tasks/{task}").text


def test_each_person_arrives_where_their_work_is(visit):
    first = {
        name: visit(name).get("/").headers["Location"] for name in ("ann", "cat", "kim", "sid")
    }
    assert first == {"ann": "/tasks", "cat": "/board", "kim": "/status", "sid": "/start"}


def test_the_demo_alone_lists_its_people(app, desk):
    assert "Ann Example" not in newcomer(app).get("/sign-in").text
    with desk.database.reading() as db:
        assert {one.username for one in all_accounts(db)} >= {"ann", "cat"}
