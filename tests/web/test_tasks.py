"""The caseworker's desk: lists, the task page, drafts, conflicts, what happens next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine import clock
from tests.factories import deploy, form, forms, model
from tests.web.conftest import CSRF, key_of, title, words


@pytest.fixture
def task(desk):
    desk.start()
    return desk.task()


@pytest.fixture
def held(task, visit):
    """Ann holds the task and has its page open."""
    ann = visit("ann")
    ann.get("/tasks?tab=unclaimed")
    ann.post(f"/tasks/{task}/claim")
    ann.get(f"/tasks/{task}")
    return ann


@pytest.mark.feature("W1")
def test_a_task_is_claimed_from_its_row_and_is_then_mine(desk, task, visit):
    ann = visit("ann")
    page = ann.get("/tasks?tab=unclaimed&stage=Look")
    assert "Look at DK-" in words(page)
    answer = ann.post(f"/tasks/{task}/claim", back="/tasks?tab=unclaimed&stage=Look")
    assert answer.status_code == 303
    page = ann.get(answer.headers["Location"])
    assert "The task is yours." in words(page)
    assert f'href="/tasks?tab=unclaimed&amp;stage=Look#task-{task}"' in page.text
    assert "Look at DK-" in words(ann.get("/tasks"))


@pytest.mark.feature("W2")
def test_who_comes_second_reads_who_was_faster_and_when(task, held, visit):
    bob = visit("bob")
    answer = bob.post(f"/tasks/{task}/claim")
    assert answer.status_code == 409
    assert "Ann Example" in words(answer)
    assert "today" in words(answer)


def test_an_unclaimed_task_can_be_read_but_not_filled_in(task, visit):
    page = visit("bob").get(f"/tasks/{task}")
    assert "Nobody has this task" in words(page)
    assert "Claim this task" in words(page)
    assert "What this task asks Amount" in words(page)
    assert 'name="amount"' not in page.text


@pytest.mark.feature("W27")
def test_guidance_is_markdown_in_which_nothing_runs(held):
    page = held.at
    assert "<strong>twice</strong>" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.feature("W25")
def test_the_summary_shows_the_owners_fields_and_masks_what_the_role_may_not_read(desk, visit):
    desk.start(wish="A lamp", police_note="hush")
    page = words(visit("ann").get(f"/tasks/{desk.task()}"))
    assert "What is wished for A lamp" in page
    assert "The secret Masked" in page
    assert "hush" not in page


@pytest.mark.feature("W28")
def test_completing_says_what_happens_next(task, held):
    answer = held.post(f"/tasks/{task}", amount="200", sure="yes", wm__act="complete")
    assert answer.status_code == 303
    page = words(held.get(answer.headers["Location"]))
    assert "What happens next Agree to it: somebody to take it (Worker)" in page


def test_the_last_step_says_that_the_case_is_closed(task, held):
    answer = held.post(f"/tasks/{task}", amount="5", sure="yes", wm__act="complete")
    assert "The case is closed" in words(held.get(answer.headers["Location"]))


def test_wrong_answers_are_named_and_what_was_typed_is_kept(task, held):
    tomorrow = clock.today() + timedelta(days=1)
    answer = held.post(
        f"/tasks/{task}", wm__act="complete", amount="lots", sure="no", doubt="Hm",
        seen_on__day=str(tomorrow.day), seen_on__month=str(tomorrow.month),
        seen_on__year=str(tomorrow.year),
    )  # fmt: skip
    assert answer.status_code == 422
    assert title(answer).startswith("Error: Look at DK-")
    page = words(answer)
    assert "There is a problem Amount must be a number, like 7" in page
    assert 'href="#doubt"' in answer.text
    assert 'value="lots"' in answer.text
    assert ">Hm</textarea>" in answer.text


def test_the_forms_own_check_speaks_in_its_own_words(task, held):
    answer = held.post(
        f"/tasks/{task}", wm__act="complete", sure="yes",
        seen_on__day="1", seen_on__month="1", seen_on__year="2999",
    )  # fmt: skip
    assert answer.status_code == 422
    assert 'href="#seen_on-day"' in answer.text
    assert "The date must be today or earlier" in words(answer)


@pytest.mark.feature("W18")
def test_an_unfinished_form_is_saved_without_a_check_and_comes_back(task, held):
    answer = held.post(f"/tasks/{task}", wm__act="save", amount="lots", wm__counter="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/tasks#task-{task}")
    assert "Draft saved" in words(held.get("/tasks"))
    page = held.get(f"/tasks/{task}")
    assert 'value="lots"' in page.text
    assert "Saved " in words(page)


@pytest.mark.feature("W19")
def test_the_script_saves_and_an_older_save_is_ignored(task, held):
    answer = held.client.post(f"/tasks/{task}/draft", data=_typed(held, "new", 5))
    assert answer.json["saved"][-2:] in ("am", "pm")
    held.client.post(f"/tasks/{task}/draft", data=_typed(held, "old", 4))
    assert 'value="new"' in held.get(f"/tasks/{task}").text


def _typed(visitor, amount, counter):
    return {"wm-csrf": CSRF.search(visitor.at.text)[1], "amount": amount, "wm-counter": counter}


@pytest.mark.feature("W3")
def test_a_task_done_meanwhile_keeps_the_typed_text_and_says_who_and_when(desk, task, held):
    desk.look(5)
    answer = held.post(f"/tasks/{task}", wm__act="complete", sure="no", doubt="My long thought")
    assert answer.status_code == 409
    page = words(answer)
    assert "Ann Example" in page
    assert "Why not? My long thought" in page


@pytest.mark.feature("W4")
def test_a_task_is_put_back_and_the_draft_stays_for_the_next(task, held, visit):
    held.post(f"/tasks/{task}", wm__act="save", amount="77", wm__counter="1")
    held.get(f"/tasks/{task}")
    assert held.post(f"/tasks/{task}/release").status_code == 303
    bob = visit("bob")
    bob.post(f"/tasks/{task}/claim")
    assert 'value="77"' in bob.get(f"/tasks/{task}").text


@pytest.mark.feature("W5")
def test_a_supervisor_gives_a_task_to_somebody_who_may_do_it_with_a_reason(desk, task, held, visit):
    cat = visit("cat")
    page = cat.get(f"/tasks/{task}/hand-over")
    assert "Bob Example" in words(page)
    assert "Olga Example" not in words(page)
    bob = str(desk.run.people["bob"])
    refused = cat.post(f"/tasks/{task}/hand-over", account=bob, wm__reason="")
    assert refused.status_code == 422
    assert "Give a reason" in words(refused)
    nobody = cat.post(f"/tasks/{task}/hand-over", account="²", wm__reason="Ann is away")
    assert nobody.status_code == 422
    assert "Choose who takes the task" in words(nobody)
    assert (
        cat.post(
            f"/tasks/{task}/hand-over", account=bob, wm__chosen="Absence", wm__reason="Ann is away"
        ).status_code
        == 303
    )
    assert "Look at DK-" in words(visit("bob").get("/tasks"))
    story = words(cat.get(f"/cases/{desk.reference}"))
    assert "Ann Example to Bob Example. Reason: Absence: Ann is away" in story


def test_one_form_sent_twice_does_one_thing(desk, task, held):
    key = key_of(held.at)
    first = held.post(f"/tasks/{task}", key, wm__act="complete", amount="5", sure="yes")
    again = held.post(f"/tasks/{task}", key, wm__act="complete", amount="5", sure="yes")
    assert first.headers["Location"] == again.headers["Location"]
    desk.run.expect_ended("granted")


def test_one_form_sent_ten_times_at_once_gives_ten_equal_answers(app, desk, task, held):
    key = key_of(held.at)
    fields = {"wm-csrf": CSRF.search(held.at.text)[1], "wm-key": key, "wm-act": "complete"}
    cookie = held.client.get_cookie("waymark").value

    def send(_):
        client = app.test_client()
        client.set_cookie("waymark", cookie)
        answer = client.post(f"/tasks/{task}", data={**fields, "amount": "5", "sure": "yes"})
        return answer.status_code, answer.headers.get("Location")

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert answers == {(303, f"/tasks/{task}/done")}
    desk.run.expect_ended("granted")


def test_a_used_key_with_other_answers_is_refused(desk, task, held):
    desk.start()
    key = key_of(held.at)
    held.post(f"/tasks/{task}", key, wm__act="save", amount="5", wm__counter="1")
    answer = held.post(f"/tasks/{task}", key, wm__act="save", amount="6", wm__counter="2")
    assert answer.status_code == 422


@pytest.mark.feature("W17")
def test_the_list_opens_late_first_and_says_so_in_words(desk, visit):
    with clock.at(clock.now() - timedelta(days=20)):
        late = desk.start()
    desk.start()
    page = words(visit("ann").get("/tasks?tab=unclaimed"))
    assert "2 tasks, 1 late" in page
    assert page.index(late) < page.index(desk.reference)
    assert "working days late" in page


def test_a_long_list_is_cut_into_pages_that_leave_nothing_out(desk, visit):
    for _ in range(52):
        desk.start()
    ann = visit("ann")
    first = ann.get("/tasks?tab=unclaimed").text
    address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = ann.get(address).text
    assert first.count('id="task-') == 50
    assert second.count('id="task-') == 2


def test_a_poll_is_answered_in_one_word_while_nothing_changed(desk, task, visit):
    ann = visit("ann")
    page = ann.get("/tasks?tab=unclaimed")
    tag = page.headers["ETag"]
    poll = {"X-Waymark-Refresh": "1", "If-None-Match": tag}
    assert ann.get("/tasks?tab=unclaimed", **poll).status_code == 304
    desk.start()
    changed = ann.get("/tasks?tab=unclaimed", **poll)
    assert changed.status_code == 200
    assert "<html" not in changed.text


@pytest.mark.feature("W23")
def test_the_tasks_own_history_is_on_its_page(task, held):
    assert "History (2)" in words(held.at)
    assert "Taken: Look at it by Ann Example" in words(held.at)


def test_the_second_person_must_be_another(desk, task, held, visit):
    held.post(f"/tasks/{task}", wm__act="complete", amount="200", sure="yes")
    agree = desk.task("agree")
    answer = held.post(f"/tasks/{agree}/claim")
    assert answer.status_code == 403
    assert "another person must do this one" in words(answer)
    assert visit("bob").post(f"/tasks/{agree}/claim").status_code == 303


@pytest.mark.feature("W3")
def test_who_gave_a_task_back_and_still_sends_it_reads_who_completed_it(task, held, visit):
    form = held.get(f"/tasks/{task}")
    held.post(f"/tasks/{task}/release")
    bob = visit("bob")
    bob.get(f"/tasks/{task}")
    bob.post(f"/tasks/{task}/claim")
    bob.get(f"/tasks/{task}")
    bob.post(f"/tasks/{task}", wm__act="complete", amount="5", sure="yes")
    held.at = form
    answer = held.post(f"/tasks/{task}", wm__act="complete", doubt="My long thought")
    assert answer.status_code == 409
    assert "Bob Example completed this task" in words(answer)
    assert "My long thought" in words(answer)


@pytest.mark.feature("W38")
def test_each_round_of_a_repeated_task_opens_with_an_empty_form(desk, visit):
    with desk.database.transaction() as db:
        questions = form(rounds="number", limit="number", remark="text")
        deploy(db, {"loop_of_reviews": model("loop_of_reviews", **forms(review=questions))})
    desk.run.start("loop_of_reviews", "sid", {})
    ann = visit("ann")
    first = desk.task("review")
    ann.post(f"/tasks/{first}/claim")
    ann.post(
        f"/tasks/{first}", wm__act="complete", rounds="1", limit="3", remark="Said the first time"
    )
    second = desk.task("review")
    assert second != first
    ann.post(f"/tasks/{second}/claim")
    page = ann.get(f"/tasks/{second}")
    assert 'name="remark"' in page.text
    assert "Said the first time" not in page.text
    assert 'name="rounds" type="text" value' not in page.text


@pytest.mark.feature("W38")
def test_a_round_opens_with_what_the_diagram_fills_in(desk, visit):
    files = model("loop_of_reviews", **forms(review=form(rounds="number", limit="number")))
    filled = (
        b'<bpmn:userTask id="review" name="Review"><bpmn:extensionElements>'
        b'<spiffworkflow:properties><spiffworkflow:property name="prefill" '
        b'value="{limit: 7}" /></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>'
    )
    diagram = files["process.bpmn"].replace(b'<bpmn:userTask id="review" name="Review" />', filled)
    with desk.database.transaction() as db:
        deploy(db, {"loop_of_reviews": {**files, "process.bpmn": diagram}})
    desk.run.start("loop_of_reviews", "sid", {})
    ann = visit("ann")
    ann.post(f"/tasks/{desk.task('review')}/claim")
    page = ann.get(f"/tasks/{desk.task('review')}")
    assert 'value="7"' in page.text
