"""kill -9 at random moments of a bulk migration, and a version published in the middle of one.

The cases done stay done, the others stay as they were; run again, it finishes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from engine import access, audit, clock
from engine.commands import tasks
from engine.database import Database
from engine.models import draft, history_event, process_definition, process_instance, user_task
from engine.testing import Scenario
from tests.factories import deploy, form, forms, model, ready
from tests.faults.kill import _case_losses
from tests.faults.processes import go_on, line, python, rest, url_of

WORKER = "tests.faults.migration_worker"
FILES = model("sequence", **forms(first=form(n="number")))
PUBLISHED_AFTER = 3  # cases
A_CASE = 0.006  # seconds that one takes, about
NUDGE = """<bpmn:boundaryEvent id="nudge{n}" name="Nudge" cancelActivity="false"
 attachedToRef="first"><bpmn:timerEventDefinition><bpmn:timeDuration>P5D</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:userTask id="nudged{n}" name="Nudged" />
<bpmn:endEvent id="nudged{n}_end" />
<bpmn:sequenceFlow id="n{n}1" sourceRef="nudge{n}" targetRef="nudged{n}" />
<bpmn:sequenceFlow id="n{n}2" sourceRef="nudged{n}" targetRef="nudged{n}_end" /></bpmn:process>"""


def run(database: Database, *, cases: int, kills: int) -> list[str]:
    """Every case that is lost, half done or elsewhere than it was brought to, in words."""
    scenario = ready(database, FILES)
    before = _begin(scenario, cases)
    found = _killed(scenario, before, kills)
    found += _published_meanwhile(scenario, before)
    with database.reading() as db:
        found += audit.verify(db)
    print(
        f"{database.engine.dialect.name}: {cases} cases, {kills} kills, one publish in the middle: "
        f"{len(found)} faults"
    )
    return found


def _begin(scenario: Scenario, cases: int) -> dict[str, Any]:
    """Cases with a holder, words not sent yet and a due date; what must stay of each."""
    for _ in range(cases):
        scenario.start("sequence", "ann", {})
    t = user_task.c
    with clock.at(scenario.now), scenario.database.transaction() as db:
        ann = access.load_actor(db, scenario.people["ann"])
        for task_id in db.execute(select(t.id).where(t.ended_at.is_(None))).scalars().all():
            tasks.claim_task(db, task_id, actor=ann)
            tasks.save_draft(db, task_id, {"n": ["7"]}, 1, actor=ann)
    return _kept(scenario.database)


def _kept(database: Database) -> dict[str, Any]:
    """Reference → what a migration must not change."""
    t, p = user_task.c, process_instance.c
    wanted = (
        select(p.reference, t.id, t.element_id, t.state, t.assignee_id, t.due_at, draft.c["values"])
        .join(process_instance, p.id == t.instance_id)
        .outerjoin(draft, draft.c.task_id == t.id)
        .where(t.ended_at.is_(None))
    )
    with database.reading() as db:
        return {row.reference: tuple(row) for row in db.execute(wanted)}


def _publish(scenario: Scenario, number: int) -> int:
    """A version with one more reminder on the open step; its id."""
    text = FILES["process.bpmn"].decode()
    for n in range(number):
        text = text.replace("</bpmn:process>", NUDGE.format(n=n))
    with scenario.database.transaction() as db:
        deploy(db, {"sequence": {**FILES, "process.bpmn": text.encode()}})
        d = process_definition.c
        return int(db.execute(select(d.id).order_by(d.id.desc()).limit(1)).scalar_one())


def _versions(database: Database) -> dict[str, int]:
    p = process_instance.c
    with database.reading() as db:
        return {row.reference: row.bound["sequence"] for row in db.execute(select(p))}


def _killed(scenario: Scenario, before: dict[str, Any], kills: int) -> list[str]:
    """Each worker is to move all that are not moved yet, and is killed somewhere in the case after
    those it has said; the last one is not."""
    database, to = scenario.database, _publish(scenario, 1)
    dice = random.Random(7)  # noqa: S311  # moments to kill at, not secrets
    said: set[str] = set()
    in_the_middle = 0
    for kill in range(kills + 1):
        old = _versions(database)
        left = sorted(one for one, version in old.items() if version != to)
        if not left:  # the worker was faster than the kill
            break
        with python(WORKER, url_of(database), "0", *left) as worker:
            line(worker)
            if kill < kills:
                most = max(1, len(left) // (kills - kill + 1))
                said |= {line(worker) for _ in range(dice.randint(1, most))}
                time.sleep(dice.uniform(0.0, A_CASE))
                worker.kill()
            heard = rest(worker)
        said |= set(heard[: heard.rfind("\n") + 1].split())
        now = _versions(database)
        found = [f"{one} was said to be moved and is not" for one in said if now[one] != to]
        found += [
            f"{one} is on no version of these" for one in now if now[one] not in (old[one], to)
        ]
        if found := found + _differing(scenario, before):
            return found
        in_the_middle += 0 < sum(version == to for version in now.values()) < len(now)
    print(f"{in_the_middle} of {kills} kills left some moved and some not")
    return [f"{one} was not brought along" for one, version in now.items() if version != to]


def _published_meanwhile(scenario: Scenario, before: dict[str, Any]) -> list[str]:
    """All go where they were to go when it began, though a newer version came in the middle."""
    database, to = scenario.database, _publish(scenario, 2)
    with python(WORKER, url_of(database), str(PUBLISHED_AFTER), *sorted(before)) as worker:
        for _ in range(1 + PUBLISHED_AFTER):
            line(worker)
        newer = _publish(scenario, 3)
        go_on(worker)
        rest(worker)
    elsewhere = [one for one, version in _versions(database).items() if version != to]
    found = [f"{one} is not on the version it was to go to" for one in elsewhere]
    if newer == to:
        found.append("nothing was published in the middle")
    return found + _differing(scenario, before)


def _differing(scenario: Scenario, before: dict[str, Any]) -> list[str]:
    """A holder, words or date that is not as it was; a case that does not open; a move that is
    told twice."""
    now = _kept(scenario.database)
    found = [f"{one} was {was}, is {now.get(one)}" for one, was in before.items()
             if now.get(one) != was]  # fmt: skip
    for number, status in _cases(scenario.database):
        found += _case_losses(scenario.database, number, status)
    return found + _told_twice(scenario.database)


def _cases(database: Database) -> Iterable[tuple[int, str]]:
    p = process_instance.c
    with database.reading() as db:
        return [(row.id, row.status) for row in db.execute(select(p.id, p.status))]


def _told_twice(database: Database) -> list[str]:
    """A case tells each version that it came to once."""
    from engine.history import unpack

    h = history_event.c
    with database.reading() as db:
        rows = db.execute(select(history_event).where(h.kind == "case.migrated")).all()
    told = [(row.instance_id, str(unpack(row)["versions"])) for row in rows]
    return [f"case {one} tells twice that it moved {words}" for one, words in set(told)
            if told.count((one, words)) > 1]  # fmt: skip
