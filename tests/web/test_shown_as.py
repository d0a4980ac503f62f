"""A step that others read only by the words its diagram gives for them (`shownAs`)."""

from __future__ import annotations

import pytest

from engine import access, clock
from engine.commands import operations
from engine.queries.board import board, counts
from tests.factories import deploy, folder
from tests.web.conftest import DESK, words

INSTEAD, TITLE = "With somebody else", "Agree to it"


@pytest.fixture
def reference(desk):
    """A case at the step that only its doers read, moved there by ann."""
    files = folder(DESK)
    property_ = b'<spiffworkflow:property name="notCompletedBy" value="look" />'
    told = f'<spiffworkflow:property name="shownAs" value="{INSTEAD}" />'.encode()
    due = (
        b'<spiffworkflow:property name="due" value="today() + duration(&quot;P30D&quot;)" />'
        b'<spiffworkflow:property name="dueBasis" value="product default" />'
    )
    assert property_ in files["process.bpmn"]
    files["process.bpmn"] = files["process.bpmn"].replace(property_, property_ + told + due)
    with desk.database.transaction() as db:
        deploy(db, {"desk": files})
    reference = desk.start()
    desk.look(200)
    return reference


PAGES = (
    "/cases/{case}?every=1", "/cases/{case}", "/cases/{case}/diagram", "/cases/{case}/answers",
    "/cases/{case}/files", "/cases/{case}/intervene", "/cases/{case}/intervene/suspend",
    "/tasks?tab=team", "/tasks/{task}", "/tasks/{task}/hand-over", "/board", "/cases",
    "/cases?waits=person",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_who_only_oversees_reads_the_other_words(desk, reference, visit, path):
    page = visit("cat").get(path.format(case=reference, task=desk.task("agree")))
    assert page.status_code == 200
    text = words(page)
    if path.endswith("/diagram"):  # its names are no secret: where the case is on it is one
        assert "is-here" not in page.text
        return
    assert TITLE not in text
    if ("{case}" in path and path.endswith(("{case}", "intervene"))) or "{task}" in path:
        assert INSTEAD in text


def test_who_does_the_step_reads_it_whole(desk, reference, visit):
    bob = visit("bob")
    assert TITLE in words(bob.get("/tasks?tab=unclaimed"))
    assert TITLE in words(bob.get(f"/tasks/{desk.task('agree')}"))
    assert TITLE in words(bob.get(f"/cases/{reference}"))
    assert INSTEAD not in words(bob.get(f"/cases/{reference}"))


def test_it_has_neither_date_nor_form_nor_place_for_others(desk, reference, visit):
    cat, task = visit("cat"), desk.task("agree")
    visit("bob").post(f"/tasks/{task}/claim")
    mine, others = words(visit("bob").get(f"/tasks/{task}")), words(cat.get(f"/tasks/{task}"))
    for told in ("a default of this service", "Show the diagram"):
        assert (told in mine, told in others) == (True, False), told
    assert "is-here" in visit("bob").get(f"/cases/{reference}/diagram").text
    with desk.database.reading() as db:
        actor = access.load_actor(db, desk.run.people["cat"])
        at = [definition for definition, *_ in counts.drawable(db)]
        assert [counts.counted(db, actor, one).steps for one in at] == [()]


def test_a_supervisor_is_told_in_the_same_words_what_would_close(desk, reference):
    with clock.at(clock.now()), desk.database.reading() as db:
        actor = access.load_actor(db, desk.run.people["cat"])
        of = desk.run.instance_id
        effect = operations.preview(db, of, operations.End("A mistake"), actor=actor)
        assert INSTEAD in {change.title for change in effect.closed}
        assert TITLE not in {change.title for change in effect.closed}
        assert board(db, actor, "waiting").tiles.open == 1
