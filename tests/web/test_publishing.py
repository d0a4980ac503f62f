"""A draft becomes a version: what is seen before, who asks, who approves, what cases would do."""

from __future__ import annotations

import re

import pytest

from engine.access import SYSTEM
from engine.commands import deployments, people
from engine.models import approval, audit_entry
from engine.queries.studio import effect
from tests.web.conftest import APPROVER, ROLES, title, words
from tests.web.test_studio import (
    DIAGRAM,
    REASON,
    THREE,
    WRONG,
    ask,
    decide,
    fields,
    publish,
    save,
    stored,
    summary,
    versions,
)

NOTE = "Looked at both drawings."
GONE = re.sub(r'id="look"|bpmnElement="look"|sourceRef="look"|targetRef="look"',
              lambda found: found[0].replace("look", "see"), THREE)  # fmt: skip


@pytest.fixture
def ada(owners):
    return owners("ada")


def decisions(desk):
    a = approval.c
    with desk.database.reading() as db:
        return [tuple(row) for row in db.execute(approval.select().with_only_columns(
            a.decision, a.version).order_by(a.id))]  # fmt: skip


# --- asking and deciding


@pytest.mark.feature("O24")
def test_one_person_asks_and_another_approves(desk, owners, olga, ada):
    desk.start()
    old = desk.task()
    save(olga)
    assert ask(olga).status_code == 303
    assert versions(desk) == [1]
    assert "Nothing is live until another person approves it." in words(
        olga.get("/studio/desk/publish")
    )
    assert "Olga Example asks for approval: Desk" in words(ada.get("/studio"))
    assert "/studio/desk/publish" in ada.get("/studio/desk").text
    page = words(ada.get("/studio/desk/publish"))
    assert title(ada.at).startswith("Before publishing Desk – Studio – Waymark")
    assert "Olga Example asks for approval, " in page
    assert REASON in page
    assert "moves from 2 to 3 working days" in page
    answer = decide(ada, "approve")
    assert answer.status_code == 303
    said = words(ada.get(answer.headers["Location"]))
    assert "Approved and published. New cases run on it; open cases keep their version." in said
    assert "Olga Example, approved by Ada Example" in said
    assert f"Approved with the note: {NOTE}" in said
    assert versions(desk) == [2, 1]
    assert stored(desk).counter == 0
    assert decisions(desk) == [("approved", 2)]
    desk.start()
    assert desk.task() != old


@pytest.mark.feature("O24")
def test_sending_back_needs_a_note_and_keeps_the_draft(desk, olga, ada):
    save(olga)
    ask(olga)
    answer = decide(ada, "send back", note="no")
    assert answer.status_code == 422
    assert summary(answer) == [("#note", "Say what has to change before it may be published.")]
    assert ">no</textarea>" in answer.text
    assert decide(ada, "send back", note="Three days are too few.").status_code == 303
    assert versions(desk) == [1]
    assert stored(desk).files["process.bpmn"] == THREE
    for path in ("/studio/desk/draft", "/studio/desk/publish"):
        assert "Ada Example sent this draft back" in words(olga.get(path))
        assert "Three days are too few." in words(olga.at)
    assert ask(olga).status_code == 303
    assert decisions(desk) == [("sent back", None), (None, None)]


@pytest.mark.feature("O24")
def test_nobody_approves_their_own(desk, owners, olga, ada):
    """Neither who asked nor who saved it last, whatever their rights."""
    with desk.database.transaction() as db:
        both = b"both: {title: Both, organisation: council, rights: [model, approve]}\n"
        deployments.set_roles(db, ROLES + APPROVER + both, b"{}")
        for username in ("bea", "ben"):
            people.create_account(
                db, username, f"{username.title()} Example", "council", roles=["both"], actor=SYSTEM
            )
    for username in ("bea", "ben"):
        desk.run.person(username, [])
    bea, ben = owners("bea"), owners("ben")
    save(bea)
    ask(olga)
    for visitor, why in ((bea, "You changed this draft last"),):
        page = visitor.get("/studio/desk/publish")
        assert f"{why}: another person decides." in words(page)
        assert "Approve and publish" not in page.text
    page = ada.get("/studio/desk/publish").text
    number = re.search(r'action="/studio/desk/publish/(\d+)"', page)[1]
    for decision in ("approve", "send back"):
        answer = bea.post(f"/studio/desk/publish/{number}", decision=decision, note=NOTE)
        assert answer.status_code == 403
    save(olga, DIAGRAM.replace("today(), 2)", "today(), 4)"))
    assert ask(ben).status_code == 303
    assert "You asked for this: another person decides." in words(ben.get("/studio/desk/publish"))
    assert decide(bea, "approve").status_code == 303
    assert versions(desk) == [2, 1]


@pytest.mark.feature("O24")
@pytest.mark.parametrize("act", ["save", "discard", "withdraw"])
def test_changing_the_draft_withdraws_the_request(desk, olga, ada, act):
    save(olga)
    ask(olga)
    page = ada.get("/studio/desk/publish").text
    number = re.search(r'action="/studio/desk/publish/(\d+)"', page)[1]
    if act == "save":
        save(olga, DIAGRAM.replace("today(), 2)", "today(), 9)"))
    elif act == "discard":
        olga.get("/studio/desk/draft")
        olga.post("/studio/desk/draft/discard", **fields(olga))
    else:
        olga.get("/studio/desk/publish")
        assert olga.post("/studio/desk/publish/withdraw").status_code == 303
    answer = ada.post(f"/studio/desk/publish/{number}", decision="approve", note=NOTE)
    assert answer.status_code == 409
    assert "This request was withdrawn by Olga Example." in words(answer)
    assert versions(desk) == [1]
    assert decisions(desk) == [("withdrawn", None)]
    assert "asks for approval" not in words(ada.get("/studio"))


def test_the_second_to_decide_is_told_who_was_faster(desk, olga, ada):
    save(olga)
    ask(olga)
    page = ada.get("/studio/desk/publish").text
    number = re.search(r'action="/studio/desk/publish/(\d+)"', page)[1]
    decide(ada, "approve")
    answer = ada.post(f"/studio/desk/publish/{number}", decision="approve", note=NOTE)
    assert answer.status_code == 409
    assert "approved and published by Ada Example" in words(answer)
    assert ada.post("/studio/desk/publish/999", decision="approve", note=NOTE).status_code == 404
    assert versions(desk) == [2, 1]


@pytest.mark.parametrize("reason", ["", "   ", "ok"])
def test_asking_needs_a_reason(desk, olga, reason):
    save(olga)
    answer = ask(olga, reason)
    assert answer.status_code == 422
    assert summary(answer) == [("#reason", "Say why this version is to be published.")]
    assert decisions(desk) == []


def test_errors_stop_asking_and_everything_is_kept(desk, olga):
    save(olga, WRONG)
    answer = ask(olga)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: Before publishing Desk")
    assert summary(answer) == [("#findings", "Put the errors right first.")]
    assert REASON in answer.text
    assert "This draft cannot run yet" in words(answer)
    assert decisions(desk) == []


def test_there_must_be_something_to_publish(desk, olga):
    olga.get("/studio/desk/publish")
    assert "There is nothing to publish: save a change first." in words(olga.at)
    answer = olga.post("/studio/desk/publish", reason=REASON, counter="0")
    assert answer.status_code == 422
    assert "There is no draft to publish." in summary(answer)[0][1]
    save(olga, DIAGRAM)
    answer = ask(olga)
    assert answer.status_code == 422
    assert "runs just as version 1 does" in summary(answer)[0][1]


def test_who_may_not_ask_or_decide_does_not(desk, owners, olga, ada):
    save(olga)
    assert ada.post("/studio/desk/publish", reason=REASON, counter="1").status_code == 403
    assert ada.post("/studio/desk/publish/withdraw").status_code == 403
    ask(olga)
    for username in ("olga", "otto", "ann", "cat"):
        answer = owners(username).post("/studio/desk/publish/1", decision="approve", note=NOTE)
        assert answer.status_code == 403, username
    assert owners("cat").get("/studio/desk/publish").status_code == 403
    assert versions(desk) == [1]


def test_each_step_of_it_is_in_the_audit_trail(desk, owners, olga):
    save(olga)
    publish(owners, olga)
    e = audit_entry.c
    with desk.database.reading() as db:
        rows = db.execute(audit_entry.select().with_only_columns(e.action).where(
            e.action.like("definition.%")).order_by(e.seq)).scalars().all()  # fmt: skip
    assert rows[-3:] == ["definition.ask", "definition.publish", "definition.approved"]


# --- what it would mean for open cases


@pytest.mark.feature("O14")
@pytest.mark.feature("N4")
def test_the_open_cases_on_each_changed_step_are_counted_and_named_without_links(desk, olga):
    references = [desk.start(wish="A red chair"), desk.start()]
    save(olga)
    page = olga.get("/studio/desk/publish")
    said = words(page)
    assert (
        "2 cases are open. If they were moved to this draft, 2 would move and 0 could not." in said
    )
    assert f"Look at it ≠ Changed 2 {', '.join(references)} None" in said
    for reference in references:
        assert f"/cases/{reference}" not in page.text
    assert "A red chair" not in page.text


@pytest.mark.feature("O14")
@pytest.mark.feature("N4")
def test_a_case_that_cannot_move_says_why_and_nothing_is_stored(desk, olga, ada):
    reference = desk.start()
    desk.start()
    desk.look(200)
    save(olga, GONE)
    said = words(olga.get("/studio/desk/publish"))
    assert "If they were moved to this draft, 1 would move and 1 could not." in said
    assert f"Look at it × Removed 1 None {reference}" in said
    assert re.search(rf"“Look at it”[^.]*\. 1 case: {reference}\.", said)
    assert versions(desk) == [1]
    assert desk.task() is not None


def test_without_open_cases_it_says_so(olga):
    save(olga)
    assert "No case of this process is open." in words(olga.get("/studio/desk/publish"))


@pytest.mark.feature("N4")
def test_of_many_open_cases_those_on_changed_steps_are_tried_first_and_all_when_asked(
    desk, olga, monkeypatch
):
    monkeypatch.setattr(effect, "MOST", 1)
    desk.start()
    desk.look(200)
    elsewhere, reference = desk.reference, desk.start()
    save(olga)
    page = words(olga.get("/studio/desk/publish"))
    assert "2 cases are open. 1 of them were tried" in page
    assert f"Look at it ≠ Changed 1 {reference} None" in page
    page = words(olga.get("/studio/desk/publish?tried=all"))
    assert "2 would move and 0 could not" in page
    assert "Try all" not in page
    assert elsewhere != reference
