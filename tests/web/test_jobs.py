"""Service steps on the pages: what a case waits for, the status page, the demo's outbox."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from flask import Flask

from engine import clock, connectors, jobs
from engine.connectors import Call, ConnectorFailed
from engine.database import Database
from engine.testing.double import Double
from tests.factories import deploy, model
from tests.web.conftest import Desk, words
from tests.web.test_studio import fields, upload

NOON = clock.local_now().replace(hour=12, minute=0, second=0, microsecond=0)


def away(_call: Call) -> None:
    raise ConnectorFailed("It was away.")


def service_case(desk: Desk, source: dict[str, bytes]) -> str:
    with desk.database.transaction() as db:
        deploy(db, {"service": source})
    desk.run.now = NOON
    desk.run.start("service", "ann", {})
    return desk.reference


@pytest.mark.feature("S38")
def test_a_step_that_is_tried_again_says_which_attempt_and_when(desk, visit):
    Double().answer = away
    reference = service_case(desk, model("service"))
    with clock.at(NOON):
        jobs.run_due(desk.database)
        page = words(visit("cat").get(f"/cases/{reference}"))
        assert "Ask the other system: Trying again, 2 of 3, next at 12:01pm" in page
        assert "running" not in page.lower()
    with clock.at(NOON + timedelta(minutes=1)):
        jobs.run_due(desk.database)
        page = words(visit("cat").get(f"/cases/{reference}"))
        assert "Trying again, 3 of 3, next at 12:11pm" in page


def test_the_status_page_names_the_oldest_date_and_service_step_that_are_due(desk, visit):
    Double()
    with clock.at(NOON):
        assert "Oldest service step that is due None waits" in words(visit("kim").get("/status"))
    service_case(desk, model("service"))
    with clock.at(NOON + timedelta(days=8)):
        page = words(visit("kim").get("/status"))
    assert "Oldest service step that is due None waits" not in page
    assert "Oldest date that is due None waits" not in page


MAIL = {
    b'value="double"': b'value="email"',
    b'name="input.say" value="{n: 1 + 1}"/>': b'name="input.to" value="&quot;a@b.example&quot;"/>'
    b'<spiffworkflow:property name="input.subject" value="&quot;A case&quot;"/>'
    b'<spiffworkflow:property name="input.text" value="&quot;Please look.&quot;"/>',
    b'<spiffworkflow:property name="result" value="answer"/>': b"",
}


def mailing() -> dict[str, bytes]:
    source = model("service")
    for old, new in MAIL.items():
        assert old in source["process.bpmn"]
        source["process.bpmn"] = source["process.bpmn"].replace(old, new)
    return source


def test_the_demo_keeps_an_e_mail_for_its_administrator_to_read(
    desk: Desk, database: Database, visit, app: Flask
):
    connectors.configure(connectors.Settings(outbox=True))
    service_case(desk, mailing())
    with clock.at(NOON):
        assert jobs.run_due(database) == 1
    assert visit("kim").get("/outbox").status_code == 404
    from dataclasses import replace

    settings = connectors.Settings(outbox=True)
    app.config["WAYMARK"] = replace(app.config["WAYMARK"], connectors=settings)
    page = words(visit("kim").get("/outbox"))
    assert "A case To a@b.example" in page
    assert "Please look." in page
    assert visit("ann").get("/outbox").status_code == 403
    connectors.configure(connectors.Settings())


@pytest.mark.feature("A18")
def test_the_last_attempt_that_fails_opens_a_problem_that_the_board_shows(desk, visit):
    Double().answer = away
    reference = service_case(desk, model("service"))  # three attempts, after 1 and 10 minutes
    for minutes in (0, 1):
        with clock.at(NOON + timedelta(minutes=minutes)):
            assert jobs.run_due(desk.database) == 1
            assert jobs.run_due(desk.database) == 0
            assert "did not work" not in words(visit("cat").get("/board?part=problems"))
    with clock.at(NOON + timedelta(minutes=11)):
        assert jobs.run_due(desk.database) == 1
        board = words(visit("cat").get("/board?part=problems"))
        assert "“Ask the other system” did not work: It was away." in board
        assert "Problem at Ask the other system" in words(visit("cat").get(f"/cases/{reference}"))


@pytest.mark.feature("A20")
def test_the_studio_offers_connectors_with_what_they_want_and_refuses_an_unknown_one(desk, visit):
    Double()
    service_case(desk, model("service"))
    olga = visit("olga")
    page = olga.get("/studio/service/draft")
    found = re.search(r"data-connectors='([^']+)'", page.text)
    offered = {one["name"]: one for one in json.loads(html.unescape(found[1]))}
    assert {"email", "http_call", "similar_cases"} <= set(offered)
    assert [p["name"] for p in offered["email"]["parameters"]] == ["to", "subject", "text"]
    fax = model("service")["process.bpmn"].replace(b'"double"', b'"fax"')
    upload(olga, "process.bpmn", fax, key="service")
    findings = words(olga.get("/studio/service/draft"))
    assert "Choose what “Ask the other system” should call: there is no “fax”." in findings
    assert "email, http_call, similar_cases" in findings
    answer = olga.post("/studio/service/publish", reason="To fax it.", **fields(olga))
    assert answer.status_code == 422
    assert "Put the errors right first." in words(answer)
