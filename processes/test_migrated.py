"""Story 11: twelve cases at eleven steps when a new version renames a step and changes its form.

They are brought to the new version by a supervisor; dates, drafts and holders stay, and every case
reaches the end that it would have reached.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import access, clock
from engine.access import SYSTEM
from engine.commands import deployments, operations, tasks
from engine.commands.operations import Migrate
from engine.database import Database
from engine.models import draft, process_instance, timer, user_task
from tests.factories import folder
from tests.web import council as councils
from tests.web.council import ANSWERS, Council, dated

HERE = Path(__file__).parent
RENAMED = {"assess": "assess_need"}
# Where each case stands, and the outcome with which it ends when it goes on as `WAYS` says.
STANDING = [
    ("register_referral", "police_pursue"), ("match_referrals", "police_pursue"),
    ("gateway_outcome", "police_pursue"), ("choose_partners", "no_reasonable_grounds"),
    ("partner_return", "no_reasonable_grounds"), ("assess", "no_reasonable_grounds"),
    ("assess", "no_reasonable_grounds"), ("section_36_decision", "no_reasonable_grounds"),
    ("list_for_panel", "not_adopted"), ("record_vote", "not_adopted"),
    ("draft_plan", "consent_refused"), ("ask_consent", "consent_refused"),
]  # fmt: skip
PARTNERS = {"mental_health": "mina", "college": "tom", "youth_services": "yusuf"}
COURSE = {step[0]: step[1:] for step in councils.COURSE if not isinstance(step, int)}
WAYS: dict[str, tuple[str, str, dict[str, Any]]] = {
    **{step: (by, answers, {}) for step, (by, answers) in COURSE.items()},
    "gateway_outcome": ("omar", "progress", {"criminality": "incitement"}),
    "assess_need": ("casey", "assessed", {"what_helps": "The aunt."}),
    "section_36_decision": ("omar", "grounds", {"reasonable_grounds": False}),
    "confirm_no_grounds": ("femi", "second_agrees", {}),
    "consider_other_support": ("casey", "no_other", {}),
    "record_vote": ("petra", "vote", {"votes_for": 1, "votes_against": 5}),
    "ask_consent": ("tara", "consent", {"consent_outcome": "refused"}),
    "panel_reconsiders": ("petra", "reconsidered", {}),
    "reassess": ("casey", "reassessed", {}),
    "decide_after_reassessment": ("petra", "not_needed", {"reassessment_result": "still_refused"}),
    "tell_referrer_outcome": ("iris", "told", {}),
}
BESIDE = {"chase_partner"}  # beside the way: it never holds a case open


@pytest.fixture
def council(database: Database) -> Iterator[Council]:
    yield councils.found(None, database)  # type: ignore[arg-type]  # no page is opened here
    clock.stand_still(None)


def renamed_version(database: Database) -> None:
    """`assess` has another id, another name, and a form with a question more and one less."""
    files = folder(HERE / "gather_information")
    drawn = files["process.bpmn"].decode()
    drawn = re.sub(r'(["_>])assess(["_<])', r"\1assess_need\2", drawn)
    form = json.loads(files.pop("forms/assess.form"))
    person = next(group for group in form["components"] if group["id"].startswith("p"))
    person["components"] = [c for c in person["components"] if c.get("key") != "peer_group"]
    person["components"].append(
        {"type": "textarea", "id": "what_helps", "key": "what_helps", "label": "What helps?"}
    )
    files["forms/assess_need.form"] = json.dumps(form).encode()
    files["process.bpmn"] = drawn.replace("Assess the need for support", "Say what helps").encode()
    with database.transaction() as db:
        deployments.deploy(db, {"gather_information": files}, actor=SYSTEM, reason="Better words.")


def kept(council: Council, case: int) -> dict[str, list[Any]]:
    """What must not change: open tasks with holder and dates, timers, drafts; new element ids."""
    t, m, d = user_task.c, timer.c, draft.c
    with council.database.reading() as db:
        open_tasks = db.execute(
            select(t.element_id, t.id, t.state, t.assignee_id, t.due_at, t.expected_at)
            .where(t.instance_id == case, t.ended_at.is_(None))
            .order_by(t.id)
        ).all()
        timers = db.execute(
            select(m.element_id, m.due_at).where(m.instance_id == case).order_by(m.id)
        ).all()
        drafts = db.execute(select(d.task_id, d["values"]).order_by(d.task_id)).all()
    return {
        "tasks": [(RENAMED.get(row[0], row[0]), *row[1:]) for row in open_tasks],
        "timers": [tuple(row) for row in timers],
        "drafts": [tuple(row) for row in drafts],
    }


def migrate(council: Council, case: int) -> None:
    with clock.at(council.run.now), council.database.transaction() as db:
        vera = access.load_actor(db, council.run.people["vera"])
        there = Migrate(operations.newest_for(db, "prevent_case"), {"gather_information": RENAMED})
        operations.perform(db, case, there, actor=vera, reason="The new form is clearer.")


def hold_with_draft(council: Council) -> None:
    """Casey holds the assessment and has begun to write."""
    task = council.task("assess")
    with clock.at(council.run.now), council.database.transaction() as db:
        casey = access.load_actor(db, council.run.people["casey"])
        tasks.claim_task(db, task, actor=casey)
        tasks.save_draft(db, task, {"nature_of_risk": ["Begun"]}, 1, actor=casey)


def go_on(council: Council, cases: list[int]) -> None:
    """In every case what is open is done; then time passes, until all have ended."""
    for _ in range(12):
        for case in cases:
            council.run.instance_id = case
            while waiting := [w for w in council.run.waiting(("task",)) if w not in BESIDE]:
                do(council, waiting[0])
        if all(ended(council, case) for case in cases):
            return
        council.later(30)
    raise AssertionError([case for case in cases if not ended(council, case)])


def do(council: Council, step: str) -> None:
    by, answers, more = WAYS[step]
    said = dated({**ANSWERS[answers], **more}, council.run.now)
    council.run.task(step, partner(council) if step == "partner_return" else by, said)


def ended(council: Council, case: int) -> bool:
    c = process_instance.c
    with council.database.reading() as db:
        wanted = select(c.status).where(c.id == case)
        return str(db.execute(wanted).scalar_one()) == "completed"


def partner(council: Council) -> str:
    """Somebody of the organisation whose answer is still missing."""
    t = user_task.c
    with council.database.reading() as db:
        asked = db.execute(
            select(t.organisation).where(t.id == council.task("partner_return"))
        ).scalar_one()
    return PARTNERS[asked]


def test_twelve_cases_move_to_a_new_version_and_end_as_they_would_have(council: Council) -> None:
    cases = []
    for step, outcome in STANDING:
        council.bring(step)
        cases.append((council.run.instance_id, outcome))
    council.run.instance_id = cases[5][0]
    hold_with_draft(council)
    before = {case: kept(council, case) for case, _ in cases}
    renamed_version(council.database)
    for case, _ in cases:
        migrate(council, case)
        assert kept(council, case) == before[case]
    assert ("assess_need", "claimed") in {
        (row[0], row[2]) for row in kept(council, cases[5][0])["tasks"]
    }
    go_on(council, [case for case, _ in cases])
    for case, outcome in cases:
        council.run.instance_id = case
        council.run.expect_variables({"outcome": outcome})
