"""A running case is brought to a new version: what people and time have put into it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import access, clock
from engine.commands import operations, tasks
from engine.commands.operations import CannotMove, Migrate
from engine.database import Database
from engine.models import account_role, draft, process_instance, timer, user_task
from engine.testing import Scenario
from tests.engine.operating import operate, previewed, token
from tests.factories import deploy, form, forms, key_of, model, ready

BOUNDARY = """<bpmn:boundaryEvent id="nudge" name="Nudge" cancelActivity="false"
 attachedToRef="{step}"><bpmn:timerEventDefinition><bpmn:timeDuration>P5D</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:userTask id="nudged" name="Nudged" />
<bpmn:endEvent id="nudged_end" />
<bpmn:sequenceFlow id="n1" sourceRef="nudge" targetRef="nudged" />
<bpmn:sequenceFlow id="n2" sourceRef="nudged" targetRef="nudged_end" /></bpmn:process>"""


def publish(run: Scenario, files: dict[str, bytes], *changes: tuple[str, str]) -> Migrate:
    """A new version with these texts changed in its diagram; the operation that goes there."""
    text = files["process.bpmn"].decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    with clock.at(run.now), run.database.transaction() as db:
        deploy(db, {key_of(files): {**files, "process.bpmn": text.encode()}})
        root = db.execute(
            select(process_instance.c.key).where(process_instance.c.id == run.instance_id)
        ).scalar_one()
        return Migrate(operations.newest_for(db, root))


def row(run: Scenario, element: str) -> object:
    with run.database.reading() as db:
        return db.execute(
            select(user_task).where(
                user_task.c.instance_id == run.instance_id, user_task.c.element_id == element
            )
        ).one()


@pytest.mark.limit(27)
@pytest.mark.feature("N5")
@pytest.mark.feature("O16")
def test_a_renamed_step_keeps_due_date_draft_and_holder(database: Database) -> None:
    files = model("sequence", **forms(first=form(n="number")))
    run = ready(database, files)
    run.start("sequence", "ann", {})
    held = token(run, "first")
    with clock.at(run.now), database.transaction() as db:
        ann = access.load_actor(db, run.people["ann"])
        tasks.claim_task(db, held, actor=ann)
        tasks.save_draft(db, held, {"n": ["7"]}, 1, actor=ann)
        late = run.now + timedelta(days=3)
        db.execute(update(user_task).where(user_task.c.id == held).values(due_at=late))
    moved = {**files, "forms/begun.form": files["forms/first.form"]}
    del moved["forms/first.form"]
    to = publish(run, moved, ('"first"', '"begun"'), ('name="First"', 'name="Begun"'))
    with pytest.raises(CannotMove, match="First"):
        previewed(run, "cat", to)
    operate_mapped(run, Migrate(to.bound, {"sequence": {"first": "begun"}}))
    with database.reading() as db:
        kept = db.execute(select(user_task).where(user_task.c.id == held)).one()
        assert db.execute(select(draft.c.task_id)).scalar() == held
    assert (kept.element_id, kept.state) == ("begun", "claimed")
    assert kept.due_at == run.now + timedelta(days=3)
    run.task("begun", "ann", {"n": 7})
    run.task("second", "ann", {})
    run.expect_ended("done")


def operate_mapped(run: Scenario, operation: Migrate) -> None:
    with clock.at(run.now), run.database.transaction() as db:
        actor = access.load_actor(db, run.people["cat"])
        operations.perform(db, run.instance_id, operation, actor=actor, reason="A new version")


@pytest.mark.limit(29)
@pytest.mark.feature("O20")
def test_a_reminder_added_to_an_open_step_works_in_a_migrated_case(database: Database) -> None:
    files = model("sequence")
    run = ready(database, files)
    run.start("sequence", "ann", {})
    to = publish(run, files, ("</bpmn:process>", BOUNDARY.format(step="first")))
    effect = operate(run, "cat", to)
    assert [c.element_id for c in effect.opened] == ["nudge"]
    run.at(run.now + timedelta(days=6))
    run.expect_tasks(["first", "nudged"])
    run.task("first", "ann", {})
    run.task("nudged", "ann", {})
    run.task("second", "ann", {})
    run.expect_ended("done")


def test_a_reminder_taken_away_is_gone_and_the_step_stays(database: Database) -> None:
    files = model("sequence")
    text = files["process.bpmn"].decode()
    with_nudge = {
        **files,
        "process.bpmn": text.replace("</bpmn:process>", BOUNDARY.format(step="first")).encode(),
    }
    run = ready(database, with_nudge)
    run.start("sequence", "ann", {})
    effect = operate(run, "cat", publish(run, files))
    assert [c.element_id for c in effect.closed] == ["nudge"]
    run.task("first", "ann", {})
    run.task("second", "ann", {})
    run.expect_ended("done")


@pytest.mark.feature("O19")
def test_a_date_keeps_its_instant_unless_it_is_worked_out_again(database: Database) -> None:
    files = model("deadline")
    run = ready(database, files)
    run.start("deadline", "ann", {})
    with database.reading() as db:
        before = db.execute(select(timer)).one()
    text = files["process.bpmn"].decode()
    shorter = text[text.index("<bpmn:timeD") : text.index("</bpmn:timeD")]
    start = shorter[: shorter.index(">") + 1]
    to = publish(run, files, (shorter, f"{start}P90D"))
    run.now += timedelta(hours=1)
    operate(run, "cat", to)
    with database.reading() as db:
        assert db.execute(select(timer.c.due_at)).scalar() == before.due_at
    again = publish(run, files, (shorter, f"{start}P60D"))
    operate(run, "cat", Migrate(again.bound, redate=True))
    with database.reading() as db:
        assert db.execute(select(timer.c.due_at)).scalar() > before.due_at


@pytest.mark.limit(30)
def test_a_step_added_later_and_an_arrival_at_a_join_survive(database: Database) -> None:
    files = model("parallel")
    run = ready(database, files)
    run.start("parallel", "ann", {})
    run.task("two", "ann", {})
    to = publish(
        run,
        files,
        ('sourceRef="join" targetRef="after"', 'sourceRef="join" targetRef="late"'),
        (
            "</bpmn:process>",
            '<bpmn:userTask id="late" name="Late" /><bpmn:sequenceFlow id="l1" sourceRef="late" '
            'targetRef="after" /></bpmn:process>',
        ),
    )
    operate(run, "cat", to)
    run.task("one", "ann", {})
    run.task("late", "ann", {})
    run.task("after", "ann", {})
    run.expect_ended("done")


def three_ways() -> dict[str, bytes]:
    files = model("parallel")
    third = (
        '<bpmn:userTask id="three" name="Three" /><bpmn:sequenceFlow id="g1" sourceRef="fork" '
        'targetRef="three" /><bpmn:sequenceFlow id="g2" sourceRef="three" targetRef="join" />'
    )
    text = files["process.bpmn"].decode()
    return {
        **files,
        "process.bpmn": text.replace("</bpmn:process>", f"{third}</bpmn:process>").encode(),
    }


def test_a_join_does_not_count_a_way_that_is_gone_for_another(database: Database) -> None:
    run = ready(database, three_ways())
    run.start("parallel", "ann", {})
    run.task("three", "ann", {})
    with pytest.raises(CannotMove, match="“Three” is done, and does not lead to “join”"):
        previewed(run, "cat", publish(run, model("parallel")))
    both = (('"three"', '"drei"'), ('"two"', '"zwei"'))
    with pytest.raises(CannotMove, match="“Three” is done"):
        previewed(run, "cat", publish(run, three_ways(), *both))


def test_a_way_that_takes_the_place_of_the_only_one_that_is_gone_counts(database: Database) -> None:
    """A step put in front of a join: who has passed there already need not do it."""
    run = ready(database, three_ways())
    run.start("parallel", "ann", {})
    run.task("three", "ann", {})
    before = (
        'sourceRef="three" targetRef="join" />',
        'sourceRef="three" targetRef="four" /><bpmn:userTask id="four" name="Four" />'
        '<bpmn:sequenceFlow id="g3" sourceRef="four" targetRef="join" />',
    )
    operate(run, "cat", publish(run, three_ways(), before))
    run.task("one", "ann", {})
    run.expect_tasks(["two"])
    run.task("two", "ann", {})
    run.task("after", "ann", {})
    run.expect_ended("done")


def test_a_join_that_would_wait_for_what_cannot_come_is_a_reason_not_to_move(
    database: Database,
) -> None:
    run = ready(database, model("parallel"))
    run.start("parallel", "ann", {})
    with pytest.raises(CannotMove, match="“join” would wait for “Three”, which can no longer come"):
        previewed(run, "cat", publish(run, three_ways()))


def test_a_join_goes_on_that_waited_only_for_a_way_that_is_gone(database: Database) -> None:
    run = ready(database, three_ways())
    run.start("parallel", "ann", {})
    run.task("one", "ann", {})
    run.task("two", "ann", {})
    to = publish(
        run, model("parallel"),
        (
            'sourceRef="after" targetRef="done" />',
            'sourceRef="after" targetRef="late" /><bpmn:userTask id="late" name="Late" />'
            '<bpmn:sequenceFlow id="l1" sourceRef="late" targetRef="done" />',
        ),
    )  # fmt: skip
    effect = previewed(run, "cat", Migrate(to.bound, {"parallel": {"three": "late"}}))
    assert [c.element_id for c in effect.opened] == ["after"]


@pytest.mark.limit(31)
def test_inside_a_call_and_a_step_for_each_the_tokens_stay(database: Database) -> None:
    caller, called = model("caller"), model("called")
    run = ready(database, caller, called)
    run.start("caller", "ann", {})
    run.task("before", "ann", {})
    to = publish(run, called, ('id="inside" name="Inside"', 'id="inside" name="Deep"'))
    operate(run, "cat", to)
    run.task("inside", "ann", {})
    run.task("after", "ann", {})
    run.expect_ended("done")
    files = model("each_of", **forms(choose=form(people="list"), answer=form(said="text")))
    many = ready(database, files)
    many.start("each_of", "ann", {})
    many.task("choose", "ann", {"people": [{"name": "x"}, {"name": "y"}]})
    many.task("answer", "ann", {"said": "one"}, item=1)
    operate(many, "cat", publish(many, files, ('name="After"', 'name="Afterwards"')))
    many.task("answer", "ann", {"said": "two"})
    many.expect_tasks(["after"])
    assert len(many.variables()["answers"]) == 2


def test_a_step_of_another_kind_is_a_reason_not_to_move(database: Database) -> None:
    files = model("sequence")
    run = ready(database, files)
    run.start("sequence", "ann", {})
    text = files["process.bpmn"].decode()
    start = text.index('<bpmn:userTask id="first"')
    task = text[start : text.index("</bpmn:userTask>", start) + len("</bpmn:userTask>")]
    script = '<bpmn:scriptTask id="first" name="First"><bpmn:script>{a: 1}</bpmn:script>'
    to = publish(run, files, (task, f"{script}</bpmn:scriptTask>"))
    with pytest.raises(CannotMove, match="another kind"):
        previewed(run, "cat", to)


@pytest.mark.feature("O21")
def test_a_holder_who_may_no_longer_do_it_is_named_and_the_task_goes_back(
    database: Database,
) -> None:
    files = model("sequence")
    run = ready(database, files)
    run.start("sequence", "ann", {})
    held = token(run, "first")
    with clock.at(run.now), database.transaction() as db:
        tasks.claim_task(db, held, actor=access.load_actor(db, run.people["ann"]))
        db.execute(account_role.delete().where(account_role.c.account_id == run.people["ann"]))
    effect = operate(run, "cat", publish(run, files, ('name="Second"', 'name="Next"')))
    assert effect.losing == ("Ann Example",)
    assert row(run, "first").state == "created"  # type: ignore[attr-defined]


def test_a_case_at_a_problem_moves_with_it_and_is_retried_there(database: Database) -> None:
    files = model("failing", **forms(work=form(amount="number")))
    run = ready(database, files)
    run.start("failing", "ann", {})
    run.task("work", "ann", {"amount": 5})
    text = files["process.bpmn"].decode()
    script = text[text.index("<bpmn:script>") : text.index("</bpmn:script>")]
    operate(run, "cat", publish(run, files, (script, "<bpmn:script>{sum: 1}")))
    with database.reading() as db:
        from engine.models import incident

        number = db.execute(select(incident.c.id)).scalar_one()
    with clock.at(run.now), database.transaction() as db:
        actor = access.load_actor(db, run.people["cat"])
        operations.retry_incident(db, number, actor=actor, reason="The script was mended")
    run.expect_tasks(["after"])


def test_a_case_gets_the_first_event_subprocess_of_its_process_and_loses_it_again(
    database: Database,
) -> None:
    """The inside of the process moves into a body and out of it; every token keeps its id."""
    with_handlers = model("handlers")
    text = with_handlers["process.bpmn"].decode()
    head = text[: text.index("<bpmn:subProcess")]
    plain = {
        **with_handlers,
        "process.bpmn": (head + text[text.rindex("  </bpmn:process") :]).encode(),
    }
    run = ready(database, plain)
    run.start("handlers", "ann", {})
    held = token(run, "first")
    effect = operate(run, "cat", publish(run, with_handlers))
    assert {c.element_id for c in effect.opened} == {"noted", "must_end", "weekly"}
    assert token(run, "first") == held
    run.task("first", "ann", {})
    run.action("noted", "ann", {})
    with pytest.raises(CannotMove, match="A note comes"):
        previewed(run, "cat", publish(run, plain))
    run.task("read_note", "ann", {})
    held = token(run, "second")
    operate(run, "cat", publish(run, plain))
    assert token(run, "second") == held
    run.expect_waits(["second"])
    run.task("second", "ann", {})
    run.expect_ended("done")


def opens_two_looks_a_week_apart(run: Scenario) -> None:
    begun = run.now
    run.at(begun + timedelta(days=8))
    run.expect_tasks(["first", "look"])
    run.at(begun + timedelta(days=15))
    run.expect_tasks(["first", "look", "look"])
    run.at(begun + timedelta(days=60))
    run.expect_tasks(["first", "look", "look"])


def test_a_repeat_that_an_operation_opens_is_due_after_one_period_and_keeps_its_times(
    database: Database,
) -> None:
    with_handlers = model("handlers")
    text = with_handlers["process.bpmn"].decode()
    head = text[: text.index("<bpmn:subProcess")]
    plain = (head + text[text.rindex("  </bpmn:process") :]).encode()
    run = ready(database, {**with_handlers, "process.bpmn": plain})
    run.start("handlers", "ann", {})
    effect = operate(run, "cat", publish(run, with_handlers))
    told = next(c.due_at for c in effect.opened if c.element_id == "weekly")
    with database.reading() as db:
        kept = db.execute(select(timer.c.due_at).where(timer.c.element_id == "weekly")).scalar_one()
    assert told == kept == run.now + timedelta(days=7)
    opens_two_looks_a_week_apart(run)


def test_a_repeat_is_dated_anew_from_now_and_keeps_how_often_it_fires(database: Database) -> None:
    files = model("handlers")
    run = ready(database, files)
    run.start("handlers", "ann", {})
    run.at(run.now + timedelta(days=3))
    to = publish(run, files, ('name="First"', 'name="The first"'))
    operate(run, "cat", Migrate(to.bound, redate=True))
    t = timer.c
    with database.reading() as db:
        due = db.execute(select(t.due_at).where(t.element_id == "weekly")).scalar_one()
    assert due == run.now + timedelta(days=7)
    opens_two_looks_a_week_apart(run)


def test_a_date_that_becomes_a_repeat_fires_as_dated_and_repeats_from_there(
    database: Database,
) -> None:
    files = model("handlers")
    cycle = "<bpmn:timeCycle>R2/P7D</bpmn:timeCycle>"
    once = (
        files["process.bpmn"].decode().replace(cycle, "<bpmn:timeDuration>P3D</bpmn:timeDuration>")
    )
    run = ready(database, {**files, "process.bpmn": once.encode()})
    run.start("handlers", "ann", {})
    operate(run, "cat", publish(run, files))
    run.at(run.now + timedelta(days=4))
    run.expect_tasks(["first", "look"])
    fired = run.now
    run.at(fired + timedelta(days=8))
    run.expect_tasks(["first", "look", "look"])
    run.at(fired + timedelta(days=60))
    run.expect_tasks(["first", "look", "look", "look"])


def test_a_date_that_cannot_be_worked_out_anew_is_a_problem_that_the_preview_tells(
    database: Database,
) -> None:
    files = model("handlers")
    run = ready(database, files)
    run.start("handlers", "ann", {})
    cycle = "<bpmn:timeCycle>R2/P7D</bpmn:timeCycle>"
    to = publish(run, files, (cycle, "<bpmn:timeDate>never_set</bpmn:timeDate>"))
    effect = operate(run, "cat", Migrate(to.bound, redate=True))
    assert effect.status == "incident"


def test_handlers_follow_to_another_version_that_has_one_more(database: Database) -> None:
    files = model("handlers_terminate")
    run = ready(database, files)
    run.start("handlers_terminate", "ann", {})
    run.action("aside", "ann", {})
    more = """<bpmn:subProcess id="later" triggeredByEvent="true"><bpmn:startEvent id="in_a_week"
 isInterrupting="false"><bpmn:timerEventDefinition><bpmn:timeDuration>P7D</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:startEvent><bpmn:userTask id="look" /><bpmn:endEvent id="seen"
 /><bpmn:sequenceFlow id="m1" sourceRef="in_a_week" targetRef="look" /><bpmn:sequenceFlow id="m2"
 sourceRef="look" targetRef="seen" /></bpmn:subProcess></bpmn:process>"""
    operate(run, "cat", publish(run, files, ("</bpmn:process>", more)))
    run.at(run.now + timedelta(days=8))
    run.expect_tasks(["work", "extra", "look"])
    run.task("work", "ann", {})
    run.expect_ended("closed")
