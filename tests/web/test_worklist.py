"""The lists of tasks: dates in words, working days, priority, order, and a list that stays put."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from engine import clock
from tests.factories import deploy, folder
from tests.web.conftest import DESK, title, words

MAUNDY = datetime(2026, 4, 2, 8, 0, tzinfo=clock.LONDON)
DUE = b'name="due" value="add working days(today(), 2)"'


@pytest.fixture
def change(desk):
    """Publishes the desk's process anew with another setting of its first task."""

    def publish(old: bytes, new: bytes) -> None:
        files = folder(DESK)
        assert old in files["process.bpmn"]
        changed = {**files, "process.bpmn": files["process.bpmn"].replace(old, new)}
        with desk.database.transaction() as db:
            deploy(db, {"desk": changed})

    return publish


def order(visitor, query: str) -> list[str]:
    """The ids of the tasks as the list shows them."""
    return re.findall(r'id="task-([0-9a-f]{32})"', visitor.get(f"/tasks?{query}").text)


def started(desk, days: int, **answers) -> str:
    """A case started so many days ago; its task."""
    with clock.at(clock.now() - timedelta(days=days)):
        desk.start(**answers)
    return desk.task()


@pytest.mark.feature("W9")
def test_a_due_date_is_said_as_a_date_and_in_words(desk, visit):
    with clock.at(MAUNDY):
        desk.start()  # two working days later: Wednesday 8 April, after the bank holidays
    for now, said in (
        (MAUNDY, "8 April 2026 in 2 working days"),
        (MAUNDY.replace(day=8), "8 April 2026 today"),
        (MAUNDY.replace(day=10), "8 April 2026 2 working days late"),
    ):
        with clock.at(now):
            assert said in words(visit("ann").get("/tasks?tab=unclaimed"))


@pytest.mark.feature("W9")
def test_tasks_are_sorted_and_filtered_by_their_due_date(desk, visit):
    late, latest, soon = started(desk, 20), started(desk, 30), started(desk, 0)
    ann = visit("ann")
    assert order(ann, "tab=unclaimed&sort=due") == [latest, late, soon]
    assert 'aria-sort="ascending"' in ann.at.text
    assert order(ann, "tab=unclaimed&sort=-due") == [soon, late, latest]
    assert 'aria-sort="descending"' in ann.at.text
    assert order(ann, "tab=unclaimed&due=late") == [latest, late]
    assert "2 tasks, 2 late" in words(ann.at)
    assert order(ann, "tab=unclaimed&sort=by-name") == [latest, late, soon]


@pytest.mark.feature("W10")
@pytest.mark.parametrize("hour", [0, 8, 23])
def test_five_working_days_over_easter_are_the_same_date_on_every_page(desk, change, visit, hour):
    change(DUE, b'name="due" value="add working days(today(), 5)"')
    with clock.at(MAUNDY.replace(hour=hour, minute=59)):
        reference = desk.start()
        task = desk.task()
        ann = visit("ann")
        for path in ("/tasks?tab=unclaimed", "/tasks?tab=team", f"/tasks/{task}"):
            assert "13 April 2026" in words(ann.get(path)), path
            assert "in 5 working days" in words(ann.at), path
        for path in (f"/cases/{reference}", "/board?part=workload"):
            assert "April 2026" not in words(visit("cat").get(path)).replace(
                "13 April 2026", ""
            ).replace("2 April 2026", ""), path
        assert "13 April 2026" in words(visit("cat").get(f"/cases/{reference}"))


@pytest.mark.feature("W11")
def test_the_diagram_makes_a_task_urgent_and_the_list_says_so_in_a_word(desk, change, visit):
    change(
        DUE,
        DUE + b' /><spiffworkflow:property name="priority" value="'
        b"if wish = &quot;A fire engine&quot; then &quot;urgent&quot; else &quot;normal&quot;"
        b'"',
    )
    normal, urgent = started(desk, 20), started(desk, 0, wish="A fire engine")
    ann = visit("ann")
    assert order(ann, "tab=unclaimed&sort=priority") == [urgent, normal]
    assert re.search(r"in \d working days? Urgent .* Normal", words(ann.at))
    assert order(ann, "tab=unclaimed") == [normal, urgent]  # late comes before urgent
    assert "· Urgent Look at" in words(ann.get(f"/tasks/{urgent}"))
    assert "Urgent" not in words(ann.get(f"/tasks/{normal}"))


@pytest.mark.feature("W26")
def test_a_tasks_title_carries_the_case_wherever_it_is_named(desk, visit):
    reference = desk.start()
    task = desk.task()
    ann = visit("ann")
    assert f"Look at {reference}" in words(ann.get("/tasks?tab=unclaimed"))
    assert title(ann.get(f"/tasks/{task}")).startswith(f"Look at {reference} –")
    assert f"Look at {reference}: somebody to take it" in words(
        visit("cat").get(f"/cases/{reference}")
    )
    ann.post(f"/tasks/{task}/claim")
    ann.post(f"/tasks/{task}", wm__act="complete", amount="5", sure="yes")
    assert title(ann.get(f"/tasks/{task}/done")).startswith(f"Completed: Look at {reference}")


@pytest.mark.feature("N14")
@pytest.mark.feature("W16")
def test_filter_order_page_and_row_survive_opening_a_task(desk, visit):
    for _ in range(52):
        desk.start()
    ann = visit("ann")
    state = "tab=unclaimed&process=desk&stage=Look&due=week&sort=-due"
    first = ann.get(f"/tasks?{state}")
    address = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = ann.get(address)
    task, link = re.search(
        r'id="task-([0-9a-f]{32})" .*?href="([^"]+)"', second.text, re.S
    ).groups()
    assert 'tabindex="-1"' in second.text
    page = ann.get(link.replace("&amp;", "&"))
    back = re.search(r'govuk-back-link" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert back.endswith(f"#task-{task}")
    again = ann.get(back.split("#")[0])
    assert order(ann, back.split("?")[1].split("#")[0]) == re.findall(
        r'id="task-([0-9a-f]{32})"', second.text
    )
    for chosen in ('value="desk" selected', "<option selected>Look", 'value="week" selected'):
        assert chosen in again.text
    assert 'value="-due" selected' in again.text


@pytest.mark.feature("N14")
@pytest.mark.feature("W16")
def test_saving_for_later_and_handing_over_lead_back_to_the_same_place(desk, visit):
    desk.start()
    task, back = desk.task(), "/tasks?tab=mine&sort=due"
    ann = visit("ann")
    ann.post(f"/tasks/{task}/claim", back=back)
    ann.get(ann.at.headers["Location"])
    saved = ann.post(f"/tasks/{task}", wm__act="save", wm__counter="1", wm__back=back)
    assert saved.headers["Location"] == f"{back}#task-{task}"
    page = ann.get(f"/tasks/{task}/hand-over?back=/tasks?tab=mine%26sort=due")
    assert f'href="/tasks/{task}?back=/tasks?tab%3Dmine%26sort%3Ddue"' in page.text


@pytest.mark.feature("N14")
@pytest.mark.parametrize(
    "other", ["//elsewhere.example/tasks", "https://elsewhere.example/tasks", "/tasksx",
              "/cases/DK-1", "javascript:alert(1)", "/tasks/../cases", "\\\\elsewhere"],
)  # fmt: skip
def test_only_our_own_list_may_be_gone_back_to(desk, visit, other):
    desk.start()
    page = visit("ann").client.get(f"/tasks/{desk.task()}", query_string={"back": other})
    assert f'govuk-back-link" href="/tasks#task-{desk.task()}"' in page.text
    assert other not in page.text


@pytest.mark.feature("N14")
def test_the_place_in_the_list_is_in_the_address_alone(app, desk, visit):
    desk.start()
    ann = visit("ann")
    answer = ann.get("/tasks?tab=unclaimed&sort=due")
    ann.get(f"/tasks/{desk.task()}?back=/tasks?tab=unclaimed")
    assert all(name == "waymark" for _, _, name in ann.client._cookies)
    assert "sort" not in "".join(answer.headers.getlist("Set-Cookie"))
