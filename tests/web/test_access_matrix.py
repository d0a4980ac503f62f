"""Who gets what, by every address: each role, on or off the case, for each class of field, against
an oracle written from what the process says each role sees. Nothing here asks the code."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert, select

from engine import access, clock
from engine.access import SYSTEM
from engine.commands import files, operations, people
from engine.commands.operations import End
from engine.models import (
    incident,
    message_subscription,
    process_instance,
    user_task,
)
from tests.conftest import empty
from tests.factories import DATA_KEY, KEY
from tests.web import council as councils
from tests.web.conftest import Visitor
from web import create_app
from web.config import Config

# --- the oracle: each role's rights, and what it reads of a case that it is on ------------------

OPEN, SPECIAL, THIRD, POLICE = "open", "special", "third_party", "police"
MOST = {OPEN, SPECIAL, THIRD}


@dataclass(frozen=True)
class Sees:
    """`reads`: classes of everybody's answers. `own`: only their own part of a case they are on.
    `off`: a case they are not on as well. `reason`: some of it opens with a reason."""

    rights: frozenset[str]
    reads: frozenset[str] = frozenset()
    own: bool = False
    off: bool = False
    reason: bool = False


def _sees(rights, reads=(), **more):
    return Sees(frozenset(rights.split()), frozenset(reads), **more)


# Every account is a member of staff: it starts concerns and may be asked to check its own.
ORACLE = {
    "referrer": _sees("work", own=True),
    "safeguarding_lead": _sees("work", MOST),
    "senior_manager": _sees("work", MOST),
    "referral_intake": _sees("work", {OPEN, SPECIAL}),
    "prevent_coordinator": _sees(
        "work see_all operate figures", {OPEN, THIRD}, off=True, reason=True
    ),
    "caseworker": _sees("work", MOST),
    "ct_case_officer": _sees("work", {*MOST, POLICE}),
    "ct_supervisor": _sees("work", {*MOST, POLICE}),
    "panel_chair": _sees("work", MOST),
    "partner": _sees("work", own=True),
    "consent_lead": _sees("work", own=True),
    "intervention_provider": _sees("work", own=True),
    "second_approver": _sees("work", {*MOST, POLICE}),
    "supervisor": _sees("see_all operate figures", {OPEN}, off=True, reason=True),
    "information_governance": _sees("work govern", reason=True),
    "prevent_board": _sees("figures", own=True),
    "process_owner": _sees("model", own=True),
    "process_approver": _sees("approve", own=True),
    "administrator": _sees("administer", own=True),
}
BELONGS = {"partner": "mental_health", "intervention_provider": "provider"}

# What is typed into one field of each class.
MARKS = {
    OPEN: "Words of no class 7Q1", SPECIAL: "Name in no class 7Q2",
    THIRD: "Said by somebody else 7Q3",
}  # fmt: skip

# --- the oracle: what each address answers ------------------------------------------------------

EVERYBODY = {
    "signing.home", "signing.sign_in", "worklist.tasks", "cases.index", "cases.find", "start.index",
    "pages.accessibility", "pages.privacy", "pages.glossary", "pages.licences",
    "health.alive", "brand", "static",
}  # fmt: skip
BY_RIGHT = {
    "board.board": {"operate"}, "board.leaver": {"operate"}, "problems.problem": {"operate"},
    "figures.index": {"figures"},
    "health.status": {"administer"}, "health.outbox": {"administer"},
    "interventions.index": {"operate"}, "interventions.ask": {"operate"},
    "interventions.proposal": {"operate"}, "studio.index": {"model", "approve"},
    "studio.process": {"model", "approve"}, "studio.download": {"model", "approve"},
    "studio.migrate": {"model", "operate"},
}  # fmt: skip
NOBODY = {"cases.action", "start.received"}  # nothing is open in it, and none of these started it
STARTS = "referral_intake"  # who alone enters a case of this process by hand
ANSWERED = {200, 303, 409}


def _who_knows(sees: Sees, knows: bool) -> set[int]:
    return {200} if knows else {404}


def _who_reads_it_whole(sees: Sees, knows: bool) -> set[int]:
    return {200} if knows and not sees.own else {404}


def _who_opens_it(sees: Sees, knows: bool) -> set[int]:
    return {200} if knows and not sees.own and sees.reason else {404}


def _file(sees: Sees, knows: bool) -> set[int]:
    return {403} if knows and sees.reason else _who_reads_it_whole(sees, knows)


def _somebody_elses_task(sees: Sees, knows: bool) -> set[int]:
    return ANSWERED if sees.off else {404}


OF_THE_CASE = {
    "cases.case": _who_knows, "cases.answers": _who_knows, "cases.diagram": _who_knows,
    "files.index": _who_knows, "cases.read_notes": _who_reads_it_whole,
    "cases.ask_open": _who_opens_it, "files.read": _file, "tasks.task": _somebody_elses_task,
    "tasks.done": _somebody_elses_task, "tasks.hand_over": _somebody_elses_task,
}  # fmt: skip
EXTRA = (  # the same addresses with what can be asked of them
    "/cases/{reference}?all=1", "/cases?reference={reference}", "/cases/find?reference={reference}",
    "/tasks?tab=unclaimed", "/tasks?tab=team", "/tasks?tab=done", "/board?part=workload",
    "/board?part=problems", "/board?part=dates", "/board?part=diagram",
)  # fmt: skip


def expected(endpoint: str, role: str, on: bool) -> set[int]:
    """The statuses that may come back."""
    sees = ORACLE[role]
    if endpoint in EVERYBODY:
        return {200, 303}
    if endpoint in NOBODY:
        return {404}
    if endpoint == "start.process":
        return {200} if role == STARTS else {404}
    if endpoint in OF_THE_CASE:
        return OF_THE_CASE[endpoint](sees, on or sees.off)
    return _by_right(endpoint, sees)


def _by_right(endpoint: str, sees: Sees) -> set[int]:
    if endpoint.startswith("studio.") and endpoint not in BY_RIGHT:  # some are the owner's alone
        return {*ANSWERED, 403, 404} if {"model", "approve"} & sees.rights else {403}
    needed = BY_RIGHT.get(endpoint)
    assert needed, f"no line of the oracle says who gets {endpoint}"
    return {*ANSWERED, 404} if needed & sees.rights else {403}


def readable(role: str, on: bool) -> set[str]:
    """The classes whose values may stand on a page."""
    sees = ORACLE[role]
    return set(sees.reads) if (on or sees.off) and not sees.own else set()


# --- one closed case with a value of every class, and an open one -------------------------------


@dataclass
class Office:
    council: councils.Council
    closed: str
    running: str
    examples: dict[str, str]
    police: str
    people: dict[tuple[str, bool], str] = field(default_factory=dict)
    read: dict[tuple[str, bool], list[Read]] = field(default_factory=dict)

    def visit(self, role: str, on: bool) -> Visitor:
        return self.council.visit(self.people[role, on])

    @property
    def marks(self) -> dict[str, str]:
        return {**MARKS, POLICE: self.police}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def office(request):
    database = request.getfixturevalue(f"_{request.param}")
    empty(database)
    app = create_app(Config(database.url, "k" * 40, KEY, (DATA_KEY,), https=False), database)
    council = councils.found(app, database)
    yield _furnished(council)
    clock.stand_still(None)


def _furnished(council: councils.Council) -> Office:
    council.bring("list_for_panel")
    running = council.reference
    _bring_with_marks(council)
    reference, instance_id = council.reference, council.run.instance_id
    with council.database.transaction() as db:
        vera = access.load_actor(db, council.run.people["vera"])
        operations.perform(db, instance_id, End("A mistake"), actor=vera, reason="For the test")
        casey = access.load_actor(db, council.run.people["casey"])
        given = files.Upload("letter.txt", b"Words of no class 7Q1")
        number = files.add_file(db, instance_id, given, actor=casey)
        t = user_task.c
        gateway = db.execute(
            select(t.id).where(t.instance_id == instance_id, t.element_id == "gateway_outcome")
        ).scalar_one()
        action = db.execute(select(message_subscription.c.id)).scalars().first()
        problem = _problem(db, instance_id)
    examples = {
        "reference": reference, "task_id": gateway, "action_id": str(action), "number": str(number),
        "key": "prevent_case", "version": "1", "path": "process.bpmn", "filename": "favicon.svg",
        "incident_id": str(problem), "kind": "suspend", "account_id": str(casey.account_id),
        "element_id": "assess", "name": "check_concern", "question": "1",
    }  # fmt: skip
    form = _gateway_form(council)
    office = Office(council, reference, running, examples, form)
    for role in ORACLE:
        for on in (True, False):
            office.people[role, on] = _person(council, role, on, instance_id)
    return office


def _bring_with_marks(council: councils.Council) -> None:
    """The course, with a value of every class typed on the way."""
    more = {
        "register_referral": {"concern": MARKS[OPEN], "other_names": MARKS[SPECIAL]},
        "partner_return": {"relevant_information": MARKS[THIRD]},
    }
    council.raise_concern()
    for step in councils.COURSE:
        if isinstance(step, int):
            council.later(step)
        elif step[0] == "list_for_panel":
            return
        else:
            asked = {} if step[2] == "nil" else more.get(step[0], {})
            council.do(*step, **asked)


def _gateway_form(council: councils.Council) -> str:
    """The words of the police's answer, as pages say them."""
    from engine import definitions

    with council.database.reading() as db:
        found = db.execute(
            select(user_task.c.definition_id).where(user_task.c.element_id == "gateway_outcome")
        ).scalars()
        form = definitions.load(db, found.first()).form("gateway_outcome")
    asked = form.question("criminality")
    return next(c.label for c in asked.choices if c.value == "none")


def _problem(db, instance_id: int) -> int:
    made = db.execute(
        insert(incident).values(
            instance_id=instance_id, definition_id=db.execute(
                select(process_instance.c.definition_id).where(process_instance.c.id == instance_id)
            ).scalar_one(),
            code="test.problem", message="A problem", details={}, opened_at=clock.now(),
        )
    )  # fmt: skip
    return int(made.inserted_primary_key[0])


def _person(council: councils.Council, role: str, on: bool, instance_id: int) -> str:
    """An account with this role alone; on the case is who completed a task of it."""
    username = f"{role}_{'on' if on else 'off'}"
    belongs = BELONGS.get(role)
    with council.database.transaction() as db:
        given = () if role == "referrer" else (role,)
        account_id = people.create_account(
            db, username, f"{role} {on}", belongs or "council", roles=given, actor=SYSTEM
        )
        council.run.people[username] = account_id
        if on:
            _worked(db, instance_id, account_id, belongs)
    return username


def _worked(db, instance_id: int, account_id: int, organisation: str | None) -> None:
    one = db.execute(
        select(user_task).where(
            user_task.c.instance_id == instance_id, user_task.c.element_id == "choose_partners"
        )
    ).first()
    given = {
        **one._mapping, "id": f"{account_id:032x}", "assignee_id": account_id,
        "ended_by": account_id, "organisation": organisation, "state": "completed",
    }  # fmt: skip
    db.execute(insert(user_task).values(**given))


# --- the matrix ---------------------------------------------------------------------------------

CASES = [(role, on) for role in ORACLE for on in (True, False)]


def routes(office: Office) -> list[tuple[str, str]]:
    """(endpoint, path) of everything that answers a GET."""
    found = []
    for one in office.council.app.url_map.iter_rules():
        if "GET" in one.methods:
            path = one.rule
            for name in one.arguments:
                path = re.sub(rf"<(?:[^<>]*:)?{name}>", office.examples[name], path)
            found.append((one.endpoint, path))
    return found


@dataclass(frozen=True)
class Read:
    endpoint: str
    path: str
    status: int
    text: str


def answers(office: Office, role: str, on: bool) -> list[Read]:
    """Of every GET, and of the list taken away as a file; asked once."""
    if (role, on) not in office.read:
        visitor = office.visit(role, on)
        asked = routes(office)
        asked += [("", path.format(reference=office.closed)) for path in EXTRA]
        got = [(endpoint, path, visitor.get(path)) for endpoint, path in asked]
        got.append(("", "export", visitor.post("/cases/export")))
        office.read[role, on] = [
            Read(endpoint, path, one.status_code, one.data.decode(errors="replace"))
            for endpoint, path, one in got
        ]
    return office.read[role, on]


def test_the_oracle_knows_every_role(office):
    from engine.models import role as roles

    with office.council.database.reading() as db:
        assert set(db.execute(select(roles.c.key)).scalars()) == set(ORACLE)


@pytest.mark.feature("A4")
@pytest.mark.parametrize(("role", "on"), CASES)
def test_every_address_answers_a_role_as_the_oracle_says(office, role, on):
    wrong = [
        (one.endpoint, one.path, one.status)
        for one in answers(office, role, on)
        if one.endpoint and one.status not in expected(one.endpoint, role, on)
    ]
    assert wrong == []


@pytest.mark.feature("A4")
@pytest.mark.parametrize(("role", "on"), CASES)
def test_no_answer_holds_a_value_that_the_role_does_not_read(office, role, on):
    may = readable(role, on)
    wrong = [
        (one.path, kind)
        for one in answers(office, role, on)
        for kind, mark in office.marks.items()
        if kind not in may and mark in one.text
    ]
    assert wrong == []


@pytest.mark.feature("A4")
@pytest.mark.parametrize(("role", "on"), CASES)
def test_the_answers_show_what_the_role_does_read(office, role, on):
    text = office.visit(role, on).get(f"/cases/{office.closed}/answers").text
    found = {kind for kind, mark in office.marks.items() if mark in text}
    assert found == readable(role, on)


@pytest.mark.feature("A4")
@pytest.mark.parametrize(("role", "on"), CASES)
def test_who_may_not_know_of_a_case_reads_its_reference_nowhere(office, role, on):
    sees = ORACLE[role]
    hidden = [] if sees.off else [office.running]
    if not (on or sees.off):
        hidden.append(office.closed)
    if role == "panel_chair":  # the running case has a task for the chair
        hidden = [one for one in hidden if one != office.running]
    wrong = [
        (one.path, reference)
        for one in answers(office, role, on)
        for reference in hidden
        if reference not in one.path and reference in one.text
    ]
    assert wrong == []


@pytest.mark.feature("A4")
@pytest.mark.parametrize(("role", "on"), CASES)
def test_a_search_and_an_export_keep_the_same_rule(office, role, on):
    sees, visitor = ORACLE[role], office.visit(role, on)
    found = visitor.get(f"/cases/find?reference={office.closed}").headers["Location"]
    assert (found == f"/cases/{office.closed}") == (on or sees.off)
    exported = visitor.post("/cases/export")
    assert exported.status_code == (200 if {"operate", "see_all"} & sees.rights else 403)
    assert (office.closed in exported.text) == sees.off


@pytest.mark.feature("A4")
@pytest.mark.parametrize("role", sorted(ORACLE))
def test_an_error_says_the_same_of_a_hidden_case_as_of_one_that_is_not_there(office, role):
    visitor = office.visit(role, False)
    if ORACLE[role].off:
        return
    for part in ("", "/answers", "/notes", "/files", "/diagram", "/open"):
        hidden = visitor.get(f"/cases/{office.closed}{part}")
        missing = visitor.get(f"/cases/PR-1999-0001{part}")
        assert hidden.status_code == missing.status_code == 404
        assert _bare(hidden.text) == _bare(missing.text)


def _bare(text: str) -> str:
    """Without what differs from answer to answer."""
    return re.sub(r'(nonce|value|content)="[^"]*"|PR-[0-9-]+', "", text)


@pytest.mark.feature("A4")
@pytest.mark.parametrize(("role", "on"), CASES)
def test_nobody_changes_what_they_may_not_see(office, role, on):
    """Sent by hand, past the pages that would not have offered it."""
    sees, visitor = ORACLE[role], office.visit(role, on)
    reference = office.closed
    tried = {
        f"/cases/{reference}/notes": ({}, (on or sees.off) and not sees.own),
        f"/cases/{reference}/files": ({"wm__file": (io.BytesIO(b""), "a.txt")}, on or sees.off),
        f"/cases/{reference}/open": ({}, sees.reason and (on or sees.off)),
    }
    for path, (fields, may) in tried.items():
        status = visitor.post(path, **fields).status_code
        assert (status == 422) == may, (path, status)
        assert may or status in (403, 404), (path, status)


@pytest.mark.feature("A4")
@pytest.mark.parametrize("role", ["prevent_coordinator", "supervisor"])
def test_a_reason_opens_what_the_role_opens_and_no_more(office, role):
    """Last: it changes what this account reads."""
    username = f"{role}_opening"
    with office.council.database.transaction() as db:
        made = people.create_account(db, username, "x y", "council", roles=[role], actor=SYSTEM)
    office.council.run.people[username] = made
    visitor = office.council.visit(username)
    visitor.get(f"/cases/{office.closed}/open")
    visitor.post(f"/cases/{office.closed}/open", wm__reason="The panel asked for it")
    text = visitor.get(f"/cases/{office.closed}/answers").text
    found = {kind for kind, mark in office.marks.items() if mark in text}
    assert found == MOST
    file = visitor.get(f"/cases/{office.closed}/files/{office.examples['number']}")
    assert file.status_code == 200
