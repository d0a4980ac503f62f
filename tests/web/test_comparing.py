"""Two versions of a process side by side, through the page."""

from __future__ import annotations

import re

import pytest

from engine.access import SYSTEM
from engine.commands import deployments
from tests.web.conftest import DESK, title, words
from tests.web.test_studio import DIAGRAM, THREE, save, stored, upload

NAMED = THREE.replace('name="Agree to it"', 'name="Agree with it"')
TWO_CHANGES = (
    "The time to do the task “Look at it” moves from 2 to 3 working days.",
    "The task “Agree to it” is renamed “Agree with it”.",
)


def publish(desk, diagram):
    files = {path: text.encode() for path, text in stored(desk).files.items()}
    with desk.database.transaction() as db:
        changed = {**files, "process.bpmn": diagram.encode()}
        deployments.deploy(db, {"desk": changed}, actor=SYSTEM, reason="A test.")


@pytest.mark.feature("N13")
def test_a_draft_is_compared_with_the_live_version_in_sentences(olga):
    save(olga, NAMED)
    page = olga.get("/studio/desk/compare")
    assert title(page).startswith("What changes in Desk – Studio – Waymark")
    said = words(page)
    assert "From version 1 to the draft. " in said
    assert "2 changes. Steps and ways" in said
    for sentence in TWO_CHANGES:
        assert sentence in said


@pytest.mark.feature("O4")
def test_both_drawings_are_marked_with_a_sign_and_a_word(olga):
    added = NAMED.replace('<bpmn:endEvent id="off" name="Called off">',
                          '<bpmn:endEvent id="gone" name="Called off">')  # fmt: skip
    save(olga, added.replace('bpmnElement="off"', 'bpmnElement="gone"'))
    page = olga.get("/studio/desk/compare?from=1&to=draft").text
    old, new = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert ("× Removed" in old, "+ Added" in old) == (True, False)
    assert ("× Removed" in new, "+ Added" in new) == (False, True)
    assert old.count("≠ Changed") == new.count("≠ Changed") == 2
    assert "style=" not in old


@pytest.mark.feature("O5")
def test_the_files_follow_line_by_line(olga):
    upload(
        olga, "look.form", (DESK / "forms/look.form").read_text().replace("amount", "sum").encode()
    )
    page = olga.get("/studio/desk/compare")
    assert "forms/look.form: changed" in words(page)
    assert "The form of “Look at it” gains the question" in words(page)
    assert "wm-line--added" in page.text
    assert "wm-line--removed" in page.text


@pytest.mark.feature("O4")
def test_any_two_versions_are_compared_either_way(desk, olga):
    publish(desk, THREE)
    publish(desk, NAMED)
    assert "From version 2 to version 3" in words(olga.get("/studio/desk/compare"))
    both = words(olga.get("/studio/desk/compare?from=1&to=3"))
    assert all(sentence in both for sentence in TWO_CHANGES)
    back = words(olga.get("/studio/desk/compare?from=3&to=1"))
    assert "moves from 3 to 2 working days" in back
    assert "Nothing differs between version 2 and version 2." in words(
        olga.get("/studio/desk/compare?from=2&to=2")
    )


def test_the_process_and_the_draft_lead_to_their_comparison(desk, owners, olga):
    publish(desk, THREE)
    assert "/studio/desk/compare?to=2&amp;from=1" in olga.get("/studio/desk").text
    save(olga, DIAGRAM)
    assert "/studio/desk/compare?to=draft&amp;from=2" in olga.get("/studio/desk").text
    assert "/studio/desk/compare?to=draft&amp;from=2" in olga.get("/studio/desk/draft").text
    assert owners("ada").get("/studio/desk/compare").status_code == 200


@pytest.mark.parametrize("asked", ["from=9&to=1", "from=x", "to=-1", "from=" + "9" * 40, "to=²"])
def test_a_version_that_is_not_there_is_not_found(olga, asked):
    assert olga.get(f"/studio/desk/compare?{asked}").status_code == 404
    assert olga.get("/studio/nothing/compare").status_code == 404


def test_what_cannot_be_read_is_still_compared(olga, desk):
    save(olga)
    with desk.database.transaction() as db:
        from engine.access import load_actor
        from engine.commands import drafts

        draft = drafts.draft_of(db, "desk")
        actor = load_actor(db, desk.run.people["olga"])
        broken = {**draft.files, "process.yaml": "title: [", "process.bpmn": "<a"}
        drafts.save(db, "desk", broken, draft.counter, actor=actor)
    page = words(olga.get("/studio/desk/compare"))
    assert "“process.bpmn” cannot be read in one of the two" in page
    assert "“process.yaml” cannot be read in one of the two" in page
    assert "There is no drawing to show." in page


def test_only_the_studio_s_people_compare(owners, olga):
    save(olga)
    for username in ("ann", "cat", "kim"):
        assert owners(username).get("/studio/desk/compare").status_code == 403
