"""Every way a case can stand still: it is on the board within a minute, in the right words, and
what is offered there frees it. What does not stand still is not there.

features.md section 3 and process.md: person, date, message, service, problem, nothing, suspended.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from engine import access, clock, feel
from engine.commands import deployments, operations, tasks
from engine.commands.operations import Deliver, Fire, Move, Operation, Resume, Retry, Skip, Suspend
from engine.database import Database
from engine.models import account, account_role, timer
from engine.queries import caselist
from engine.queries.board import board
from engine.queries.cases import case_head
from engine.testing import Scenario, run_file
from engine.testing.files import play
from tests.engine.operating import REASON, operate, previewed, token
from tests.factories import MODELS, PROCESSES, deploy, folder, form, forms, model, ready

MINUTE = timedelta(minutes=1, seconds=1)
NUMBER = form(n="number")
AROUND = (
    "<bpmn:extensionElements><spiffworkflow:properties>",
    "</spiffworkflow:properties></bpmn:extensionElements>",
)


@dataclass(frozen=True)
class Stall:
    """`bring` leads a case there; `words` stand on the board; `free` is the remedy."""

    name: str
    bring: Callable[[Database], Scenario]
    words: str
    free: Callable[[Scenario], None]


def changed(name: str, old: str, new: str, **more: str) -> dict[str, bytes]:
    files = model(name, **more)
    text = files["process.bpmn"].decode()
    assert old in text, old
    return {**files, "process.bpmn": text.replace(old, new).encode()}


def with_property(name: str, element: str, key: str, value: str) -> dict[str, bytes]:
    """A model whose element carries one more property."""
    files = model(name)
    text = files["process.bpmn"].decode()
    prop = f"<spiffworkflow:property name=\"{key}\" value='{value}' />"
    wrapped = f"{AROUND[0]}{prop}{AROUND[1]}"
    start = text.index(f'id="{element}"')
    end = text.index(">", start)
    own = text[start:].find("<spiffworkflow:properties>")
    if text[end - 1] == "/":
        kind = text[text.rindex("<", 0, start) + 1 : start].split()[0]
        text = f"{text[: end - 1]}>{wrapped}</{kind}>{text[end + 1 :]}"
    elif 0 <= own < text[start:].find("</bpmn:"):
        at = start + own + len("<spiffworkflow:properties>")
        text = text[:at] + prop + text[at:]
    else:
        text = text[: end + 1] + wrapped + text[end + 1 :]
    return {**files, "process.bpmn": text.encode()}


def started(database: Database, *folders: dict[str, bytes]) -> Scenario:
    run = ready(database, *folders)
    key = next(iter(folders))["process.bpmn"].split(b'<bpmn:process id="')[1].split(b'"')[0]
    run.start(key.decode(), "ann", {})
    return run


def on_board(run: Scenario, by: str = "cat") -> str:
    """Everything the board says about cases that stand still, as text."""
    with clock.at(run.now), run.database.reading() as db:
        found = board(db, access.load_actor(db, run.people[by]))
    lines = [f"{o.wait.title} waits for {o.wait.waits_for}" for o in found.overdue]
    lines += [f"problem at {g.step}: {g.message}" for g in found.problems]
    lines += [f"{o.title}: {o.why}" for o in found.orphans]
    lines += [f"suspended by {s.by}: {s.reason}" for s in found.suspended]
    lines += [f"{p.by} proposes {p.waits}" for p in found.proposals]
    return "\n".join(lines)


def claimed(run: Scenario, by: str, element: str) -> None:
    with clock.at(run.now), run.database.transaction() as db:
        tasks.claim_task(db, token(run, element), actor=access.load_actor(db, run.people[by]))


def leaves(run: Scenario, username: str) -> None:
    with run.database.transaction() as db:
        db.execute(update(account).where(account.c.id == run.people[username]).values(active=False))


# --- bringing a case to a standstill --------------------------------------------------------------


def nobody_takes_it(database: Database) -> Scenario:
    run = started(database, model("sequence"))
    run.now += timedelta(days=60)
    return run


def holder_does_nothing(database: Database) -> Scenario:
    run = started(database, model("sequence"))
    claimed(run, "ann", "first")
    run.now += timedelta(days=60)
    return run


def expected_is_over_before_it_is_due(database: Database) -> Scenario:
    files = with_property("sequence", "first", "expected", 'today() + duration("P1D")')
    run = started(database, files)
    run.now += timedelta(days=3)
    return run


def holder_has_left(database: Database) -> Scenario:
    run = started(database, model("sequence"))
    claimed(run, "ann", "first")
    leaves(run, "ann")
    return run


def nobody_has_the_role(database: Database) -> Scenario:
    run = started(database, model("sequence"))
    with database.transaction() as db:
        db.execute(delete(account_role).where(account_role.c.role == "worker"))
    return run


def one_of_many_does_not_answer(database: Database) -> Scenario:
    files = with_property("each_of", "answer", "due", "today()")
    files |= {p: t.encode() for p, t in forms(choose=form(people="list")).items()}
    run = started(database, files)
    run.task("choose", "ann", {"people": [{"name": "x"}, {"name": "y"}]})
    run.task("answer", "ann", {}, item=1)
    run.now += timedelta(days=2)
    return run


def worker_is_silent(database: Database) -> Scenario:
    run = started(database, model("deadline"))
    run.now += timedelta(days=60)
    return run


def message_does_not_come(database: Database) -> Scenario:
    files = with_property("first_event", "came", "expected", 'today() + duration("P1D")')
    run = started(database, files)
    run.now += timedelta(days=3)
    return run


def script_fails(database: Database) -> Scenario:
    run = started(database, model("failing", **forms(work=form(amount="number"))))
    run.task("work", "ann", {"amount": 5})
    return run


def no_way_applies(database: Database) -> Scenario:
    files = changed("choice_no_default", "n &lt;= 10", "n &lt; 0", **forms(ask=NUMBER))
    run = started(database, files)
    run.task("ask", "ann", {"n": 1})
    return run


def condition_is_neither(database: Database) -> Scenario:
    run = started(database, model("choice", **forms(ask=NUMBER)))
    run.task("ask", "ann", {})
    return run


def date_is_no_date(database: Database) -> Scenario:
    files = changed("deadline", "add working days(today(), 3)", "agreed_on")
    return started(database, files)


def list_is_no_list(database: Database) -> Scenario:
    run = started(database, model("each_of", **forms(choose=form(people="number"))))
    run.task("choose", "ann", {"people": 3})
    return run


def no_row_applies(database: Database) -> Scenario:
    table = {"level.dmn": (MODELS / "level.dmn").read_text()}
    run = started(database, model("decided", **forms(work=NUMBER), **table))
    run.task("work", "ann", {"n": 99})
    return run


def error_is_caught_by_nobody(database: Database) -> Scenario:
    run = started(database, model("error_thrown"))
    run.task("ask", "ann", {})
    return run


def due_date_is_no_date(database: Database) -> Scenario:
    run = started(database, model("due_from_answer", **forms(work=form(days="text"))))
    run.task("work", "ann", {"days": "many"})
    return run


def key_is_null(database: Database) -> Scenario:
    return started(database, with_property("first_event", "came", "key", "unknown_name"))


def inside_a_call(database: Database) -> Scenario:
    files = changed(
        "called",
        '<bpmn:userTask id="inside" name="Inside" />',
        '<bpmn:scriptTask id="inside" name="Inside"><bpmn:script>5</bpmn:script></bpmn:scriptTask>',
    )
    run = started(database, model("caller"), files)
    run.task("before", "ann", {})
    return run


def branch_is_lost(database: Database) -> Scenario:
    """Only a condition is left, and nothing can change what it reads."""
    asks = forms(ask=NUMBER, again=NUMBER)
    run = started(database, model("conditions", **asks))
    run.task("ask", "ann", {"n": 1})
    run.task("again", "ann", {"n": 2})
    return run


def somebody_suspended_it(database: Database) -> Scenario:
    run = started(database, model("sequence"))
    operate(run, "cat", Suspend())
    return run


def second_person_is_asked(database: Database) -> Scenario:
    run = started(database, with_property("deadline", timer_of("deadline"), "protected", "true"))
    with clock.at(run.now), database.transaction() as db:
        cat = access.load_actor(db, run.people["cat"])
        fire = Fire(token(run, timer_of("deadline")))
        operations.propose(db, run.instance_id, fire, actor=cat, reason=REASON)
    return run


def timer_of(name: str) -> str:
    text = model(name)["process.bpmn"].decode()
    at = text.index("<bpmn:timerEventDefinition")
    start = text.rindex(' id="', 0, at)
    return text[start + 5 : text.index('"', start + 5)]


# --- freeing it -----------------------------------------------------------------------------------


def by(make: Callable[[Scenario], Operation]) -> Callable[[Scenario], None]:
    return lambda run: operate(run, "cat", make(run)) and None


def handed_over(element: str, to: str = "bob") -> Callable[[Scenario], None]:
    def free(run: Scenario) -> None:
        with clock.at(run.now), run.database.transaction() as db:
            cat = access.load_actor(db, run.people["cat"])
            held = token(run, element)
            tasks.reassign_task(db, held, run.people[to], REASON, actor=cat)
        run.task(element, to, {})

    return free


def role_is_given(run: Scenario) -> None:
    with run.database.transaction() as db:
        db.execute(account_role.insert().values(account_id=run.people["bob"], role="worker"))


def corrected(element: str, **values: object) -> Callable[[Scenario], Operation]:
    stored = {name: feel.to_json(value) for name, value in values.items()}
    return lambda run: Retry(token(run, element), stored, tuple(stored))


def confirmed(run: Scenario) -> None:
    from engine.queries.interventions import proposals

    run.person("dot", ["boss"])
    with clock.at(run.now), run.database.transaction() as db:
        dot = access.load_actor(db, run.people["dot"])
        found = proposals(db, dot)
        operations.confirm(db, found[0].id, actor=dot, reason=REASON)


STALLS = [
    Stall("nobody takes a task", nobody_takes_it, "somebody to take it", handed_over("first")),
    Stall("the holder does nothing", holder_does_nothing, "Ann Example", handed_over("first")),
    Stall("longer than expected", expected_is_over_before_it_is_due, "waits for somebody",
          handed_over("first")),
    Stall("the holder has left", holder_has_left, "Ann Example holds it and has left",
          handed_over("first")),
    Stall("nobody has the role", nobody_has_the_role, "nobody who can sign in is Worker",
          role_is_given),
    Stall("one of many does not answer", one_of_many_does_not_answer, "somebody to take it",
          by(lambda run: Skip(token(run, "answer")))),
    Stall("no worker comes by", worker_is_silent, "waits for the date",
          by(lambda run: Fire(token(run, timer_of("deadline"))))),
    Stall("a message does not come", message_does_not_come, "the message “came”, key T-",
          by(lambda run: Deliver(token(run, "came")))),
    Stall("a script fails", script_fails, "problem at Sum", by(corrected("sum", amount=20))),
    Stall("no way applies", no_way_applies, "None of the ways out",
          by(lambda run: Move("ask", token(run, problem_element(run))))),
    Stall("a condition is neither", condition_is_neither, "neither true nor false",
          by(lambda run: corrected(problem_element(run), n=20)(run))),
    Stall("a date is no date", date_is_no_date, "cannot be worked out",
          by(lambda run: Skip(token(run, timer_of("deadline"))))),
    Stall("a list is no list", list_is_no_list, "not a list",
          by(corrected("answer", people=[{"name": "x"}]))),
    Stall("no row of a table applies", no_row_applies, "problem at Decide the level",
          by(corrected("decide", n=20))),
    Stall("an error nobody catches", error_is_caught_by_nobody, "caught by nobody",
          by(lambda run: Move("ask", token(run, "failed")))),
    Stall("a due date is no date", due_date_is_no_date, "should give a date",
          by(corrected("after", days=3))),
    Stall("a key is null", key_is_null, "should give a text",
          by(lambda run: corrected("came", unknown_name="k")(run))),
    Stall("inside a call", inside_a_call, "problem at Inside",
          by(lambda run: Skip(token(run, "inside")))),
    Stall("nothing can move it", branch_is_lost, "Nothing can move this case",
          by(lambda run: Move("go", ""))),
    Stall("it was suspended", somebody_suspended_it, "suspended by Cat Example",
          by(lambda run: Resume())),
    Stall("a second person is asked", second_person_is_asked, "Cat Example proposes", confirmed),
]  # fmt: skip


def problem_element(run: Scenario) -> str:
    from sqlalchemy import select

    from engine.models import incident

    with run.database.reading() as db:
        return str(
            db.execute(
                select(incident.c.element_id).where(
                    incident.c.instance_id == run.instance_id, incident.c.resolved_at.is_(None)
                )
            ).scalar_one()
        )


@pytest.mark.feature("N1")
@pytest.mark.feature("N2")
@pytest.mark.feature("S24")
@pytest.mark.parametrize("stall", STALLS, ids=lambda stall: stall.name)
def test_a_case_that_stands_still_is_on_the_board_and_what_is_offered_frees_it(
    database: Database, stall: Stall
) -> None:
    run = stall.bring(database)
    run.now += MINUTE
    assert stall.words in on_board(run)
    stall.free(run)
    run.now += timedelta(seconds=1)
    assert stall.words not in on_board(run)


def test_there_are_at_least_twenty_ways() -> None:
    assert len({stall.bring for stall in STALLS}) >= 20


def test_a_healthy_case_is_not_on_the_board(database: Database) -> None:
    for name in ("sequence", "first_event", "deadline", "withdrawn", "handlers"):
        folders = [model(name), model("called")] if name == "withdrawn" else [model(name)]
        run = started(database, *folders)
        run.now += MINUTE
        assert on_board(run) == "", name


@pytest.mark.feature("S8")
def test_a_problem_that_stops_again_shows_the_text_of_the_latest_attempt(
    database: Database,
) -> None:
    run = script_fails(database)
    operate(run, "cat", corrected("sum", amount="none")(run))
    assert on_board(run).count("problem at Sum") == 1


@pytest.mark.feature("N9")
def test_every_intervention_wants_a_reason(database: Database) -> None:
    run = started(database, model("sequence"))
    held = token(run, "first")
    for operation in (Suspend(), operations.End("error"), Move("second", held), Skip(held)):
        previewed(run, "cat", operation)
        with pytest.raises(operations_refused(), match="reason"):
            operate(run, "cat", operation, reason="")


def operations_refused() -> type[Exception]:
    from engine.errors import InvalidInput

    return InvalidInput


def test_a_date_that_fires_in_time_is_never_late(database: Database) -> None:
    run = started(database, model("deadline"))
    with database.reading() as db:
        due = db.execute(timer.select()).first()
    assert due is not None
    run.now = due.due_at + timedelta(seconds=30)
    assert on_board(run) == ""


@pytest.mark.feature("S37")
def test_board_and_case_never_contradict_while_cases_move(database: Database) -> None:
    """Both read in one view of the data: what the board counts is what the cases say."""
    run = started(database, model("sequence"))
    stop = threading.Event()

    def work() -> None:
        other = Scenario(database, title="load", now=run.now, people=dict(run.people))
        while not stop.is_set():
            other.start("sequence", "ann", {})
            other.task("first", "ann", {})
            other.task("second", "ann", {})

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(15):
            with clock.at(run.now), database.reading() as db:
                cat = access.load_actor(db, run.people["cat"])
                live = board(db, cat).tiles.open
                lines = [
                    line
                    for status in ("active", "incident", "suspended")
                    for line in caselist.export(db, cat, {"status": status})
                ]
                heads = [case_head(db, cat, line.reference) for line in lines]
            assert live == len(lines)
            assert all(head.waits and head.status == "active" for head in heads)
    finally:
        stop.set()
        worker.join()


# What really is done late in that story, or by nobody in it: the board is right to say so.
LATE_IN_THE_STORY = {
    "Decide if there are reasonable grounds", "Agree to close a case",
    "Decide about the records of CN-2025-0001",
}  # fmt: skip


def test_a_healthy_year_shows_no_false_alarm(database: Database) -> None:
    """A whole course of eighteen months: before every step the board names what is late in the
    story, and nothing else."""
    with database.transaction() as db:
        files = [(PROCESSES / f"{name}.yaml").read_bytes() for name in ("roles", "organisations")]
        deployments.set_roles(db, *files)
        folders = {p.parent.name: folder(p.parent) for p in PROCESSES.glob("*/process.bpmn")}
        deploy(db, folders)
    Scenario(database).person("ines", ["information_governance"])
    seer = dataclasses.replace(access.SYSTEM, rights=frozenset({"see_all", "operate"}))
    late: set[str] = set()
    alarms: list[str] = []

    def watched(run: Scenario, step: Mapping[str, Any]) -> Scenario:
        with clock.at(run.now), database.reading() as db:
            found = board(db, seer)
        if "task" in step:
            late.update(o.wait.title for o in found.overdue)
        alarms.extend(g.message for g in found.problems)
        alarms.extend(f"{o.title}, {o.why}" for o in found.orphans)
        play(run, step)
        return run

    path = PROCESSES / "prevent_case" / "scenarios" / "adult_whole_course.yaml"
    run_file(database, path, player=watched)
    assert alarms == []
    assert {title.rsplit(", ", 1)[0] for title in late} == LATE_IN_THE_STORY
