"""Starting, the case page, case actions, the supervisor's board and problems."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from sqlalchemy import select, update

from engine import audit, clock, feel, forms
from engine.models import process_instance, variable
from engine.queries import variables
from tests.factories import PROCESSES
from tests.web.conftest import title, words


def test_a_start_page_explains_and_its_form_begins_a_case(visit):
    sid = visit("sid")
    page = words(sid.get("/start/desk"))
    assert "The desk desk@council.example" in page
    assert "Wish: What somebody would like." in page
    answer = sid.post("/start/desk", wish="A lamp", wm__act="start", at="asked")
    received = words(sid.get(answer.headers["Location"]))
    assert "Your reference DK-" in received
    assert "Somebody looks at it." in received


def test_a_start_form_with_a_gap_begins_nothing(desk, visit):
    sid = visit("sid")
    sid.get("/start/desk")
    answer = sid.post("/start/desk", police_note="kept", wm__act="start", at="asked")
    assert answer.status_code == 422
    assert "Enter wish" in words(answer)
    assert 'value="kept"' in answer.text
    assert "You have raised nothing yet" in words(sid.get("/start"))


@pytest.mark.feature("W41")
def test_rows_are_added_and_removed_without_script_and_nothing_typed_is_lost(visit):
    sid = visit("sid")
    sid.get("/start/desk")
    page = sid.post("/start/desk", wish="A lamp", wm__act="add:things", at="asked")
    assert page.status_code == 200
    assert 'name="things-1-thing"' in page.text
    assert 'value="A lamp"' in page.text
    page = sid.post("/start/desk", wish="A lamp", things__1__thing="one", wm__act="add:things")
    assert 'name="things-2-thing"' in page.text
    page = sid.post(
        "/start/desk", things__1__thing="one", things__2__thing="two", wm__act="remove:things-1"
    )
    assert 'value="two"' in page.text
    assert 'value="one"' not in page.text


def test_a_process_without_a_start_for_this_person_is_not_there(visit):
    assert visit("sid").get("/start/nothing").status_code == 404


@pytest.mark.feature("S2")
def test_a_case_is_found_by_its_reference_from_every_page(desk, visit):
    reference = desk.start()
    ann = visit("ann")
    answer = ann.get(f"/cases/find?reference=%20{reference.lower()}")
    assert answer.headers["Location"] == f"/cases/{reference}"
    nothing = ann.get(ann.get("/cases/find?reference=DK-9").headers["Location"])
    assert "You see no case with “DK-9”" in words(nothing)


def test_the_case_page_says_what_it_waits_for_and_where_it_is(desk, visit):
    reference = desk.start()
    page = words(visit("ann").get(f"/cases/{reference}"))
    assert title(visit("ann").at or visit("ann").get(f"/cases/{reference}")).startswith(reference)
    assert "Waiting for Look at DK-" in page
    assert "somebody to take it (Worker)" in page
    assert "Look (the case is here)" in page
    assert "Case started: Asked for by Sid Example" in page


def test_answers_are_shown_in_the_forms_words_and_masked_by_class(desk, visit):
    reference = desk.start(wish="A lamp", police_note="hush", things=[{"thing": "a shade"}])
    desk.look(200)
    worker = words(visit("ann").get(f"/cases/{reference}/answers"))
    assert "Are you sure? Yes" in worker
    assert "Secret Masked" in worker
    assert "Thing a shade" in worker
    assert "hush" not in worker
    assert "Secret hush" in words(visit("cat").get(f"/cases/{reference}/answers"))


@pytest.mark.feature("W24")
def test_a_row_that_a_step_took_out_of_a_list_is_told_in_the_lists_words():
    """The step of one action of a plan names the row by a name that no form has."""
    source = (PROCESSES / "make_plan" / "forms" / "draft_plan.form").read_bytes()
    words = {one.key: one for one in forms.read(source, "draft_plan.form").questions()}
    row = {"need": "Somebody to talk to", "owner": "casey"}
    plan = variables.question_of(words, "action", row)
    assert plan is words["plan_actions"]
    assert variables.question_of(words, "plan_actions", [row]) is plan
    for other in ({}, {**row, "colour": "red"}, "casey", [row]):
        assert variables.question_of(words, "action", other) is None


def test_the_diagram_marks_the_present_step_and_says_it_in_words(desk, visit):
    reference = desk.start()
    page = visit("ann").get(f"/cases/{reference}/diagram")
    assert "The case is at: Look at it." in words(page)
    assert "<svg" in page.text
    assert "is-here" in page.text
    assert "style=" not in page.text


@pytest.mark.feature("W39")
def test_a_case_action_is_a_button_for_its_role_and_moves_the_case(desk, visit):
    reference = desk.start()
    desk.look(200)
    bob = visit("bob")
    page = bob.get(f"/cases/{reference}")
    assert "It was called off" in words(page)
    action = page.text.split(f"/cases/{reference}/do/")[1].split('"')[0]
    assert "It was called off" not in words(visit("cat").get(f"/cases/{reference}"))
    refused = bob.post(f"/cases/{reference}/do/{action}", wm__act="send")
    assert refused.status_code == 422
    answer = bob.post(f"/cases/{reference}/do/{action}", wm__act="send", why_off="No money")
    desk.run.expect_ended("off")
    assert "Recorded: " in words(bob.get(answer.headers["Location"]))
    story = words(visit("cat").get(f"/cases/{reference}"))
    assert "Recorded: It was called off by Bob Example" in story


def test_reading_a_case_is_recorded_once_an_hour(desk, visit):
    reference = desk.start()
    ann = visit("ann")
    with clock.at(clock.now().replace(minute=10)):
        for page in ("", "/answers", "/diagram", ""):
            ann.get(f"/cases/{reference}{page}")
        assert len(_readings(desk)) == 1
    with clock.at(clock.now().replace(minute=10) + timedelta(minutes=55)):
        assert ann.get(f"/cases/{reference}").status_code in (200, 303)
    with desk.database.reading() as db:
        assert audit.verify(db) == []


def _readings(desk):
    from sqlalchemy import select

    from engine.models import audit_entry

    with desk.database.reading() as db:
        action = audit_entry.c.action == "case.read"
        return db.execute(select(audit_entry).where(action)).all()


def test_the_list_of_cases_filters_and_holds_only_ones_own(desk, visit):
    first = desk.start()
    desk.look(5)
    second = desk.start()
    ann = visit("ann")
    assert first in words(ann.get("/cases?status=completed"))
    assert second not in words(ann.at)
    assert first not in words(visit("bob").get("/cases"))
    assert second in words(visit("bob").get("/cases"))


# --- supervisors --------------------------------------------------------------------------------


@pytest.mark.feature("S22")
def test_the_board_shows_what_waits_too_long_for_whom_since_when_and_by_how_much(desk, visit):
    with clock.at(clock.now() - timedelta(days=30)):
        reference = desk.start()
    page = words(visit("cat").get("/board"))
    assert "1 waiting too long" in page
    assert "1 late task" in page
    assert f"{reference} Look at {reference} somebody to take it (Worker)" in page
    assert "days" in page


@pytest.mark.feature("S4")
def test_the_board_counts_cases_on_the_diagram_and_in_a_table(desk, visit):
    desk.start()
    desk.look(200)
    desk.start()
    page = visit("cat").get("/board?part=diagram")
    assert "Look at it 1 0" in words(page)
    assert "Agree to it 1 0" in words(page)
    assert 'aria-label="Look at it: 1 case"' in page.text


@pytest.mark.feature("S34")
def test_the_board_shows_the_workload_of_people_and_queues(desk, visit):
    desk.start()
    page = words(visit("cat").get("/board?part=workload"))
    assert "Unclaimed: Worker 1 0 1" in page


@pytest.mark.feature("S7")
@pytest.mark.feature("S10")
def test_a_problem_is_read_in_words_put_right_with_a_reason_and_the_case_goes_on(desk, visit):
    reference = desk.start()
    desk.look(None)
    cat = visit("cat")
    page = cat.get("/board?part=problems")
    assert "1 × at How much?" in words(page)
    address = "/board/problems/" + page.text.split("/board/problems/")[1].split('"')[0]
    problem = words(cat.get(address))
    assert "Problem: How much?" in problem
    assert "Amount nothing Not answered" in problem
    refused = cat.post(address, amount="200", wm__reason="")
    assert refused.status_code == 422
    assert "Give a reason" in words(refused)
    assert 'value="200"' in refused.text
    assert cat.post(address, amount="200", wm__reason="It was left out").status_code == 303
    desk.run.expect_tasks(["agree"])
    story = words(cat.get(f"/cases/{reference}"))
    assert "Corrected: Amount by Cat Example" in story
    assert "From “Not answered” to “200”. Reason: It was left out" in story
    again = cat.post(address, amount="1", wm__reason="Once more")
    assert again.status_code == 409


def test_a_person_whose_answer_led_to_a_problem_reads_that_it_was_received(desk, visit):
    desk.start()
    task = desk.task()
    ann = visit("ann")
    ann.post(f"/tasks/{task}/claim")
    ann.get(f"/tasks/{task}")
    answer = ann.post(f"/tasks/{task}", wm__act="complete", sure="yes")
    page = words(ann.get(answer.headers["Location"]))
    assert "Received; being looked into." in page


def test_a_supervisor_does_not_correct_what_is_masked_to_them(desk, visit):
    desk.start()
    desk.look(None)
    gus = visit("gus")
    page = gus.get("/board?part=problems")
    address = "/board/problems/" + page.text.split("/board/problems/")[1].split('"')[0]
    assert gus.get(address).status_code == 200


# --- errors -------------------------------------------------------------------------------------


def test_an_unforeseen_fault_gives_a_reference_number_and_nothing_else(
    app, visit, monkeypatch, capfd
):
    from engine.queries import caselist

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(caselist, "case_list", broken)
    answer = visit("ann").get("/cases")
    assert answer.status_code == 500
    assert "Something went wrong" in title(answer)
    assert "secret of the machine" not in answer.text
    assert "secret of the machine" not in capfd.readouterr().err


def test_a_busy_database_is_503_with_a_time_to_come_back(app, visit, monkeypatch):
    from engine.errors import Unavailable
    from engine.queries import caselist

    def busy(*_: object, **__: object) -> None:
        raise Unavailable("The service is busy. Try again in a moment.")

    monkeypatch.setattr(caselist, "case_list", busy)
    answer = visit("ann").get("/cases")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    "path",
    ["/tasks?tab=x&after=~~~", "/tasks?after=1~2~x~y", "/cases?after=abc&status=x", "/cases/%00",
     "/tasks/%F0%9F%98%80", "/board/problems/99999999999999999999", "/start/../x"],
)  # fmt: skip
def test_a_strange_address_is_answered_calmly(visit, path):
    assert visit("cat").get(path).status_code in (200, 303, 308, 404)


def test_a_sign_that_no_database_takes_is_refused_in_what_is_typed(visit):
    ann = visit("ann")
    ann.get("/start/desk")
    assert ann.post("/start/desk", wish="a\x00b", wm__act="start").status_code == 400


def test_far_too_much_text_is_refused_with_a_page(visit):
    ann = visit("ann")
    ann.get("/start/desk")
    answer = ann.post("/start/desk", wish="x" * 5_000_000, wm__act="start")
    assert answer.status_code == 413
    assert "too large" in words(answer)


def test_hostile_text_is_shown_and_not_run(desk, visit):
    reference = desk.start(wish="<script>alert(1)</script>")
    for page in (f"/tasks/{desk.task()}", f"/cases/{reference}/answers"):
        text = visit("ann").get(page).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


@pytest.mark.feature("S5")
@pytest.mark.feature("S6")
@pytest.mark.feature("S9")
def test_a_group_of_problems_is_tried_again_after_its_count_is_typed_with_a_result_each(
    desk, visit
):
    first, second, third = desk.start(), desk.start(), desk.start()
    for _ in range(3):
        desk.look(None)
        desk.run.instance_id -= 1
    cat = visit("cat")
    page = cat.get("/board?part=problems")
    assert "3 × at How much?" in words(page)
    numbers = re.findall(r'name="incident" value="(\d+)"', page.text)
    asked = cat.post("/board/problems/retry", incident=numbers)
    assert "Try 3 cases again" in words(asked)
    wrong = cat.post(
        "/board/problems/retry", incident=numbers, wm__act="confirm", wm__count="30",
        wm__reason="The rule was mended",
    )  # fmt: skip
    assert wrong.status_code == 422
    with desk.database.transaction() as db:  # two are put right, one is not
        for reference in (first, second):
            i = process_instance.c
            of = db.execute(select(i.id).where(i.reference == reference)).scalar_one()
            stored = orjson.dumps(feel.to_json(Decimal(5)))
            db.execute(
                update(variable)
                .where(variable.c.instance_id == of, variable.c.name == "amount")
                .values(value=stored)
            )
    done = cat.post(
        "/board/problems/retry", incident=numbers, wm__act="confirm", wm__count="3",
        wm__reason="The rule was mended",
    )  # fmt: skip
    text = words(done)
    assert "2 of 3 went on" in text
    assert f"{third} It stopped again." in text
    assert f"{first} It goes on." in text


@pytest.mark.feature("S25")
@pytest.mark.feature("S26")
def test_a_task_is_handed_over_from_the_board_and_that_is_an_entry(desk, visit):
    reference = desk.start()
    visit("ann").post(f"/tasks/{desk.task()}/claim")
    cat = visit("cat")
    with clock.at(clock.now() + timedelta(days=20)):
        cat = visit("cat")
        page = cat.get("/board")
        task = re.search(r'href="(/tasks/[0-9a-f]{32})"', page.text)[1]
        assert "Hand" in words(cat.get(task))
        bob = desk.run.people["bob"]
        answer = cat.post(f"{task}/hand-over", account=str(bob), wm__reason="Ann is away")
        assert answer.status_code == 303
        story = words(cat.get(f"/cases/{reference}?all=1"))
    assert "Handed over" in story
    assert "Given from Ann Example to Bob Example." in story
    assert "Ann is away" in story


@pytest.mark.feature("S31")
@pytest.mark.feature("W42")
def test_linked_cases_name_each_other_to_those_who_may_see_both(desk, visit):
    first, second = desk.start(), desk.start()
    with desk.database.transaction() as db:
        p = process_instance.c
        of = db.execute(select(p.id).where(p.reference == first)).scalar_one()
        db.execute(update(process_instance).where(p.reference == second).values(started_from=of))
    cat = visit("cat")
    assert f"Has started {second}" in words(cat.get(f"/cases/{first}"))
    assert f"Started from {first}" in words(cat.get(f"/cases/{second}"))
