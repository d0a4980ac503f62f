"""A supervisor does something about a case: sees what would happen, confirms, reads it told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from engine import clock
from engine.models import user_task
from tests.web.conftest import words

REASON = "It was sent to the wrong desk"


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]


def link(text: str, kind: str) -> str:
    found = re.search(rf'href="([^"]*/intervene/{kind}[^"]*)"', text)
    assert found is not None, kind
    return found[1].replace("&amp;", "&")


def through(visitor, reference: str, kind: str, **fields: str):
    """Asks, previews, and returns the preview's answer with what must be sent to confirm."""
    page = visitor.get(f"/cases/{reference}/intervene").text
    asked = visitor.get(link(page, kind)).text
    sent = {"wm__seen": hidden(asked, "wm-seen"), "wm__reason": REASON, **fields}
    if 'name="wm-token"' in asked:
        sent["wm__token"] = hidden(asked, "wm-token")
    path = f"/cases/{reference}/intervene/{kind}"
    return path, sent, visitor.post(path, **sent, wm__act="preview")


def test_a_step_of_one_organisation_names_it(desk, visit):
    """The same question asked of several agencies is told apart by whom it was sent to."""
    reference = desk.start()
    page = f"/cases/{reference}/intervene"
    assert "Who: Worker Due" in words(visit("cat").get(page))
    with desk.database.transaction() as db:
        db.execute(update(user_task).values(organisation="council"))
    assert "Who: Worker, The council Due" in words(visit("cat").get(page))


@pytest.mark.feature("S11")
@pytest.mark.feature("S13")
@pytest.mark.feature("N15")
@pytest.mark.feature("S27")
def test_a_case_is_moved_after_its_effect_was_seen_and_the_story_says_who_and_why(desk, visit):
    reference = desk.start()
    cat = visit("cat")
    path, sent, preview = through(cat, reference, "move", wm__target="agree")
    shown = words(preview)
    assert "What would happen" in shown
    assert f"Closes Task: Look at {reference}" in shown
    assert "Opens" in shown
    still = words(cat.get(f"/cases/{reference}"))
    assert f"Look at {reference}" in still  # nothing is changed yet
    answer = cat.post(path, **sent, wm__act="confirm")
    assert answer.status_code == 303
    story = words(cat.get(f"/cases/{reference}"))
    assert "Moved from Look at it to Agree to it" in story
    assert REASON in story
    assert "Cat Example" in story


@pytest.mark.feature("S15")
def test_a_case_is_suspended_and_resumed(desk, visit):
    reference = desk.start()
    cat = visit("cat")
    path, sent, _ = through(cat, reference, "suspend")
    cat.post(path, **sent, wm__act="confirm")
    assert "Suspended" in words(cat.get(f"/cases/{reference}"))
    path, sent, preview = through(cat, reference, "resume")
    assert "Nothing fell due while the case was suspended" in words(preview)
    cat.post(path, **sent, wm__act="confirm")
    assert "Resumed" in words(cat.get(f"/cases/{reference}"))


@pytest.mark.feature("S17")
def test_a_case_is_ended_and_who_held_its_task_reads_why(desk, visit):
    reference = desk.start()
    ann, cat = visit("ann"), visit("cat")
    task = re.search(r"/tasks/[0-9a-f]{32}", ann.get("/tasks?tab=unclaimed").text)[0]
    ann.post(f"{task}/claim")
    path, sent, preview = through(cat, reference, "end", wm__cause="Registered in error")
    assert "held by Ann Example" in words(preview)
    cat.post(path, **sent, wm__act="confirm")
    assert "Registered in error" in words(ann.post(task, wish="more", wm__act="send"))


@pytest.mark.feature("S14")
def test_a_step_is_skipped_with_some_of_its_answers(desk, visit):
    reference = desk.start()
    cat = visit("cat")
    path, sent, preview = through(cat, reference, "skip")
    assert preview.status_code == 200
    cat.post(path, **sent, wm__act="confirm")
    assert "Skipped: Look at it" in words(cat.get(f"/cases/{reference}"))


@pytest.mark.feature("S19")
@pytest.mark.feature("S20")
def test_a_message_is_recorded_by_hand_and_only_what_the_case_waits_for_is_offered(desk, visit):
    reference = desk.start()
    cat = visit("cat")
    assert "/intervene/deliver" not in cat.get(f"/cases/{reference}/intervene").text
    path, sent, _ = through(cat, reference, "move", wm__target="agree")
    cat.post(path, **sent, wm__act="confirm")
    page = cat.get(f"/cases/{reference}/intervene")
    assert f"called_off, key {reference}" in words(page)
    path, sent, _preview = through(cat, reference, "deliver", why_off="A chair was found")
    cat.post(path, **sent, wm__act="confirm")
    assert "Message recorded by hand" in words(cat.get(f"/cases/{reference}"))


@pytest.mark.feature("S39")
def test_the_second_of_two_supervisors_reads_who_was_faster_and_sees_the_new_state(desk, visit):
    reference = desk.start()
    cat, gus = visit("cat"), visit("gus")
    path, sent, _ = through(cat, reference, "suspend")
    other_path, other, _ = through(gus, reference, "move", wm__target="agree")
    cat.post(path, **sent, wm__act="confirm")
    refused = gus.post(other_path, **other, wm__act="confirm")
    assert refused.status_code == 409
    assert "Cat Example" in words(refused)
    assert "Agree to it" not in words(gus.get(f"/cases/{reference}"))


def test_a_move_without_a_step_or_reason_says_so_and_keeps_the_rest(desk, visit):
    reference = desk.start()
    cat = visit("cat")
    _, _, preview = through(cat, reference, "move", wm__target="")
    assert preview.status_code == 422
    assert "Choose the step" in words(preview)
    _, _, preview = through(cat, reference, "suspend", wm__reason="")
    assert "Give a reason" in words(preview)


def test_nobody_without_the_right_finds_the_page(desk, visit):
    reference = desk.start()
    assert visit("sid").get(f"/cases/{reference}/intervene").status_code in (403, 404)
    assert visit("ann").get(f"/cases/{reference}/intervene").status_code in (403, 404)


@pytest.mark.feature("S21")
def test_dates_are_shown_with_their_origin(desk, visit):
    """The desk has no date: the board's own test reads them."""
    with clock.at(clock.now() + timedelta(days=1)):
        reference = desk.start()
    assert "What the case rests on" in words(visit("cat").get(f"/cases/{reference}/intervene"))


@pytest.mark.feature("S41")
def test_a_masked_value_is_opened_with_a_reason_for_a_quarter_of_an_hour_and_told(desk, visit):
    reference = desk.start(police_note="seen at the station")
    gus, cat = visit("gus"), visit("cat")
    page = gus.get(f"/cases/{reference}/answers")
    assert "seen at the station" not in page.text
    asked = gus.get(f"/cases/{reference}/open")
    assert asked.status_code == 200
    assert gus.post(f"/cases/{reference}/open", wm__reason="").status_code == 422
    answer = gus.post(f"/cases/{reference}/open", wm__reason="The police asked what we hold")
    assert answer.status_code == 303
    assert "seen at the station" in gus.get(f"/cases/{reference}/answers").text
    assert "The police asked what we hold" in words(cat.get(f"/cases/{reference}"))
    with clock.at(clock.now() + timedelta(minutes=16)):
        later = visit("gus").get(f"/cases/{reference}/answers")
    assert "seen at the station" not in later.text
    assert visit("ann").get(f"/cases/{reference}/open").status_code == 404


@pytest.mark.feature("W30")
def test_a_task_of_a_suspended_case_is_read_with_who_when_and_why_and_takes_nothing(desk, visit):
    reference = desk.start()
    ann, cat = visit("ann"), visit("cat")
    task = desk.task()
    ann.post(f"/tasks/{task}/claim")
    path, sent, _ = through(cat, reference, "suspend")
    cat.post(path, **sent, wm__act="confirm")
    page = ann.get(f"/tasks/{task}")
    assert "The case is suspended. Cat Example suspended it at" in words(page)
    assert REASON in words(page)
    assert "Complete task" not in page.text
    refused = ann.post(f"/tasks/{task}", wm__act="complete", amount="5", sure="yes")
    assert refused.status_code == 409
    assert "suspended" in words(refused)
    path, sent, _ = through(cat, reference, "resume")
    cat.post(path, **sent, wm__act="confirm")
    assert "The case is suspended" not in words(ann.get(f"/tasks/{task}"))
