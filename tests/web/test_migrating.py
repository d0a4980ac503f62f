"""Open cases are brought to a new version through its page: tried on each, then moved."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from engine import clock
from engine.models import process_instance, user_task
from engine.queries.studio import migrating
from tests.factories import deploy, folder
from tests.web.conftest import DESK, words

REASON = "The step has a clearer name now"
PAGE = "/studio/desk/migrate"
VIEWED = (('"look"', '"viewed"'),)
PROTECTED = '<spiffworkflow:property name="protected" value="true" />'
STAGE = '<spiffworkflow:property name="stage" value="Look" />'


def publish(desk, *changes, role="worker"):
    """A version in which these texts of the diagram, and who does the steps, are others."""
    files = folder(DESK)
    text = files["process.bpmn"].decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    if 'id="viewed"' in text:
        files["forms/viewed.form"] = files.pop("forms/look.form")
    files["process.yaml"] = files["process.yaml"].replace(b"role: worker", f"role: {role}".encode())
    with desk.database.transaction() as db:
        deploy(db, {"desk": {**files, "process.bpmn": text.encode()}})


def sent(visitor, **fields):
    """Tries the move, and returns what the page would send to confirm it."""
    page = visitor.post(PAGE, wm__act="preview", **fields).text
    ticked = re.findall(r'name="case" type="checkbox" value="([^"]+)" checked', page)
    to = re.search(r'name="wm-to" value="(\d+)"', page)[1]
    chosen = {"wm__to": to, "wm__reason": REASON, "case": ticked, "wm__count": str(len(ticked))}
    return {**fields, **chosen, "wm__act": "confirm"}


def versions(desk):
    p = process_instance.c
    with desk.database.reading() as db:
        rows = db.execute(select(p.reference, p.bound)).all()
    return {row.reference: row.bound["desk"] for row in rows}


@pytest.mark.feature("O15")
@pytest.mark.feature("N5")
def test_an_owner_moves_the_cases_they_choose_and_holders_keep_their_tasks(desk, visit):
    first, second, third = desk.start(), desk.start(), desk.start()
    visit("ann").post(f"/tasks/{desk.task()}/claim")
    before = versions(desk)
    publish(desk, *VIEWED)
    olga = visit("olga")
    assert "3 open cases run on older versions" in words(olga.get("/studio/desk"))
    shown = words(olga.get(PAGE))
    assert "“Look at it” (Desk) 3 cases stand here" in shown
    assert 'value="viewed" selected' in olga.at.text  # the step of the same name
    form = sent(olga, **{"map:desk:look": "viewed"})
    assert "3 cases can move, 0 cases cannot. Nothing has been changed." in words(olga.at)
    assert versions(desk) == before
    wrong = olga.post(PAGE, **{**form, "case": [first, third]})
    assert wrong.status_code == 422
    assert "Type the number of cases to confirm: 2." in words(wrong)
    assert REASON in words(wrong)
    done = words(olga.post(PAGE, **{**form, "case": [first, third], "wm__count": "2"}))
    assert "Moved to version 2: 2 of 2" in done
    after = versions(desk)
    assert {r for r in after if after[r] != before[r]} == {first, third}
    assert after[second] == before[second]
    t = user_task.c
    with desk.database.reading() as db:
        held = db.execute(select(t.element_id, t.state).where(t.state == "claimed")).one()
    assert tuple(held) == ("viewed", "claimed")
    assert REASON in words(visit("cat").get(f"/cases/{first}"))


@pytest.mark.feature("O16")
def test_a_case_whose_step_is_gone_says_so_by_name_and_stays(desk, visit):
    reference = desk.start()
    before = versions(desk)
    publish(desk, *VIEWED)
    olga = visit("olga")
    form = sent(olga, **{"map:desk:look": ""})
    shown = words(olga.at)
    assert "0 cases can move, 1 case cannot" in shown
    assert f"{reference}: " in shown
    assert "Look at it" in shown
    assert "Choose the cases to move." in words(olga.post(PAGE, **form))
    assert versions(desk) == before


@pytest.mark.feature("O21")
def test_who_may_no_longer_do_their_task_is_named_beforehand(desk, visit):
    desk.start()
    visit("ann").post(f"/tasks/{desk.task()}/claim")
    publish(desk, role="boss")
    olga = visit("olga")
    sent(olga)
    assert "Gives back a task they may no longer do: Ann Example." in words(olga.at)


@pytest.mark.feature("N16")
def test_where_a_protected_step_would_go_a_second_person_is_asked(desk, visit):
    publish(desk, (STAGE, STAGE + PROTECTED))
    reference = desk.start()
    before = versions(desk)
    publish(desk, ('name="Asked for"', 'name="Asked"'))
    cat = visit("cat")
    assert "newest version" in words(cat.get(f"/cases/{reference}/intervene"))
    form = sent(cat, only=reference)
    assert "A second person is asked first: “Look at it” is protected." in words(cat.at)
    assert "A second person is asked to confirm" in words(cat.post(PAGE, **form))
    assert versions(desk) == before
    gus = visit("gus")
    found = re.search(
        r'href="([^"]*/proposals/\d+)"', gus.get(f"/cases/{reference}/intervene").text
    )
    assert "proposes to move the case to the newest version" in words(gus.get(found[1]))
    gus.post(found[1], wm__act="confirm", wm__reason="I have looked at it as well")
    assert versions(desk) != before


def test_a_version_published_meanwhile_wants_another_look(desk, visit):
    desk.start()
    publish(desk, ('name="Asked for"', 'name="Asked"'))
    before = versions(desk)
    olga = visit("olga")
    form = sent(olga)
    publish(desk, ('name="Asked for"', 'name="Wanted"'))
    answer = olga.post(PAGE, **form)
    assert answer.status_code == 422
    assert "A newer version was published meanwhile." in words(answer)
    assert versions(desk) == before


def test_a_case_that_moved_on_meanwhile_is_told_by_itself(desk, visit):
    """What is confirmed is worked out again: one case that ended keeps no other from moving."""
    first, second = desk.start(), desk.start()
    publish(desk, ('name="Asked for"', 'name="Asked"'))
    before = versions(desk)
    olga = visit("olga")
    form = sent(olga)
    with clock.at(desk.run.now):
        desk.look(1)  # the newest case ends
    answer = words(olga.post(PAGE, **{**form, "wm__count": "1"}))
    assert "Moved to version 2: 1 of 1" in answer
    after = versions(desk)
    assert after[first] != before[first]
    assert after[second] == before[second]


def test_only_owners_and_supervisors_find_the_page(desk, visit):
    desk.start()
    publish(desk, ('name="Asked for"', 'name="Asked"'))
    for who, status in (("olga", 200), ("cat", 200), ("ann", 403), ("sid", 403), ("kim", 403)):
        assert visit(who).get(PAGE).status_code == status, who
        assert visit(who).post(PAGE, wm__act="preview").status_code == status, who


@pytest.mark.feature("O15")
def test_more_cases_than_one_page_shows_are_reached_though_the_first_stay(desk, visit, monkeypatch):
    monkeypatch.setattr(migrating, "AT_ONCE", 2)
    references = [desk.start() for _ in range(5)]
    before = versions(desk)
    publish(desk, ('name="Asked for"', 'name="Asked"'))
    olga = visit("olga")
    page = words(olga.get(PAGE))
    assert "Cases 1 to 2 of 5 are on this page, oldest first. Later cases" in page
    assert "from=3" in olga.at.text
    olga.get(f"{PAGE}?from=3")
    form = sent(olga, **{"from": "3"})
    assert form["case"] == references[2:4]
    done = words(olga.post(PAGE, **form))
    assert "Moved to version 2: 2 of 2" in done
    assert "See the cases that are still on older versions" in done
    after = versions(desk)
    assert [one for one in references if after[one] != before[one]] == references[2:4]
    page = words(olga.get(f"{PAGE}?from=999"))
    assert "Cases 3 to 3 of 3 are on this page, oldest first. Earlier cases" in page
