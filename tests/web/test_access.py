"""Every route, every kind of person: what a rule says is what happens."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.factories import deploy, folder
from tests.web.conftest import DESK, title, words
from web.page import chrome
from web.rules import PUBLIC, SIGNED_IN, NoRule, require_rules, rule, rule_of

RIGHTS = {
    "ann": {"start", "work"}, "cat": {"start", "work", "see_all", "operate"},
    "olga": {"start", "work", "model"}, "kim": {"start", "work", "administer"},
    "sid": {"start", "work"},
}  # fmt: skip
EXAMPLES = {
    "reference": "DK-2026-0001", "task_id": "0" * 32, "action_id": "0" * 32, "key": "desk",
    "incident_id": "1", "version": "1", "path": "process.bpmn", "filename": "favicon.svg",
    "element_id": "look", "kind": "suspend", "number": "1", "account_id": "1",
    "name": "look", "question": "amount",
}  # fmt: skip


def routes(app):
    """(endpoint, method, path) of everything the app answers."""
    for one in app.url_map.iter_rules():
        if one.endpoint == "static":
            continue
        path = one.rule
        for name in one.arguments:
            path = re.sub(rf"<(?:[^<>]*:)?{name}>", EXAMPLES[name], path)
        for method in sorted({"GET", "POST"} & one.methods):
            yield one.endpoint, method, path


def send(visitor, method, path):
    return visitor.get(path) if method == "GET" else visitor.post(path)


@pytest.mark.parametrize("username", sorted(RIGHTS))
def test_a_route_answers_only_those_its_rule_names(app, desk, visit, username):
    desk.start()
    for endpoint, method, path in list(routes(app)):
        needed = rule_of(app, endpoint)
        open_to = needed & {PUBLIC, SIGNED_IN} or needed & RIGHTS[username]
        status = send(visit(username), method, path).status_code
        assert status < 500, (endpoint, method, username)
        if not open_to:
            assert status == 403, (endpoint, method, username)


def test_signed_out_people_reach_public_pages_alone(app, desk):
    for endpoint, method, path in list(routes(app)):
        if PUBLIC in rule_of(app, endpoint):
            continue
        answer = app.test_client().open(path, method=method)
        if method == "GET":
            assert answer.status_code == 303, endpoint
            assert answer.headers["Location"].startswith("/sign-in"), endpoint
        else:
            assert answer.status_code in (400, 401), endpoint


def test_the_app_refuses_a_route_without_a_rule(app):
    fresh = Flask("fresh")
    fresh.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(NoRule, match="open"):
        require_rules(fresh)
    with pytest.raises(NoRule):
        rule("everybody")


def test_a_case_one_may_not_know_of_reads_like_one_that_does_not_exist(desk, visit):
    reference = desk.start()
    desk.look(1)
    hidden = visit("kim").get(f"/cases/{reference}")
    missing = visit("kim").get("/cases/DK-1999-0001")
    assert hidden.status_code == missing.status_code == 404
    assert title(hidden) == title(missing)


def test_the_starter_reads_nothing_of_the_case_but_its_minimal_status(desk, visit):
    reference = desk.start(police_note="hush")
    for page in ("", "/answers", "/diagram"):
        assert visit("sid").get(f"/cases/{reference}{page}").status_code == 404
    page = visit("sid").get("/start")
    assert reference in page.text
    assert "Somebody looks at it." in page.text
    assert "hush" not in page.text


def test_a_task_for_everybody_is_offered_to_who_started_the_case_alone(desk, visit):
    files = folder(DESK)
    manifest = files["process.yaml"].replace(b"role: worker", b"role: staff")
    with desk.database.transaction() as db:
        deploy(db, {"desk": {**files, "process.yaml": manifest}})
    reference = desk.start()
    assert reference in words(visit("sid").get("/tasks?tab=unclaimed"))
    assert reference not in words(visit("kim").get("/tasks?tab=unclaimed"))
    assert visit("kim").get(f"/tasks/{desk.task()}").status_code == 404


def test_only_the_holder_or_a_supervisor_hands_a_task_over(desk, visit):
    desk.start()
    page = f"/tasks/{desk.task()}/hand-over"
    assert visit("bob").get(page).status_code == 403
    assert visit("cat").get(page).status_code == 200


def test_every_answer_carries_the_security_headers(app, desk, visit):
    headers = visit("ann").get("/tasks").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_change_without_its_token_changes_nothing(app, desk, visit):
    desk.start()
    task = desk.task()
    answer = visit("ann").client.post(f"/tasks/{task}/claim")
    assert answer.status_code == 400
    assert "out of date" in title(answer)
    assert "Nobody has this task" in words(visit("bob").get(f"/tasks/{task}"))


def test_without_bundles_a_page_says_so_and_the_main_path_works(desk, visit, monkeypatch, tmp_path):
    monkeypatch.setattr(chrome, "BUNDLES", tmp_path)
    sid = visit("sid")
    assert "Styles are missing." in words(sid.get("/start/desk"))
    assert "<script type" not in sid.at.text
    answer = sid.post("/start/desk", wish="A lamp", wm__act="start", at="asked")
    assert "Received" in title(sid.get(answer.headers["Location"]))


FORBIDDEN = re.compile(
    r"\b(token|instance|job|READY|exception|FEEL|suspect|offender|invalid|please)\b", re.IGNORECASE
)


@pytest.mark.parametrize("username", ["ann", "cat", "sid", "kim"])
def test_pages_speak_plainly(app, desk, visit, username):
    desk.start()
    desk.look(None)
    desk.start()
    for endpoint, method, path in list(routes(app)):
        if method == "GET" and not endpoint.startswith("studio"):
            found = FORBIDDEN.findall(words(visit(username).get(path)))
            assert found == [], path


@pytest.mark.feature("W37")
def test_every_page_leads_to_the_accessibility_statement_with_a_contact(app, desk, visit):
    desk.start()
    read = 0
    for endpoint, method, path in list(routes(app)):
        if method != "GET":
            continue
        page = visit("cat").get(path)
        if page.mimetype != "text/html" or "<footer" not in page.text:
            continue
        read += 1
        assert 'href="/accessibility"' in page.text, endpoint
    assert read > 15
    statement = words(visit("sid").get("/accessibility"))
    assert "servicedesk@waymark.example" in statement
