"""What must never be possible, tried: each of these is refused, hidden or cannot be published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import access, clock, definitions
from engine.access import SYSTEM
from engine.commands import deployments, operations
from engine.commands.operations import End, Fire, Move, Operation, Skip
from engine.definitions import Definition
from engine.errors import InvalidDefinition
from tests.conftest import empty
from tests.engine.operating import token
from tests.factories import DATA_KEY, KEY, folder
from tests.web import council as councils
from tests.web.conftest import words
from tests.web.council import ANSWERS, Council, dated
from web import create_app
from web.config import Config

HERE = Path(__file__).parent
FOLDERS = sorted(path.parent for path in HERE.glob("*/process.bpmn"))
SUPPORT = ("deliver_support", "provider_sessions")
POLICE = (
    "agree_plan", "review_support", "panel_reconsiders", "decide_after_reassessment", "agree_end",
)  # fmt: skip
REASONS = {
    "share_decision": ("shared", "share_reason"),
    "gateway_outcome": ("progress", "gateway_reason"),
    "section_36_decision": ("grounds", "grounds_reason"),
    "record_vote": ("vote", "panel_rationale"),
    "choose_consent_seeker": ("seeker", "why_best_placed"),
    "review_support": ("goes_on", "review_reason"),
}
COUNTED = {"votes_for", "votes_against", "votes_abstain", "days_between_sessions"}
RATED = re.compile(r"\b(scores?|points?|rating|rank|grade|colou?r|red|amber|green)\b", re.I)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def council(request: pytest.FixtureRequest) -> Iterator[Council]:
    database = request.getfixturevalue(f"_{request.param}")
    empty(database)
    app = create_app(Config(database.url, "k" * 40, KEY, (DATA_KEY,), https=False), database)
    made = councils.found(app, database)
    made.run.person("both", ["caseworker", "second_approver"])
    made.run.person("una", ["consent_lead"], "school")
    made.run.person("sol", ["safeguarding_lead"], "school")
    yield made
    clock.stand_still(None)


def read(name: str) -> Definition:
    return definitions.read(folder(HERE / name), key=name)


def answer(council: Council, element: str, by: str, answers: str, **more: Any) -> None:
    council.do(element, by, answers, **more)


def refused(
    council: Council, because: str, element: str, by: str, answers: Mapping[str, Any]
) -> None:
    values = dated(answers, council.run.now)
    council.run.refused(because, lambda: council.run.task(element, by, values))


def to_refusal(council: Council) -> None:
    """The person has refused; the panel is to look at it again."""
    council.bring("ask_consent")
    said = {"consent_outcome": "refused", "words_of_refusal": "No, thank you."}
    answer(council, "ask_consent", "tara", "consent", **said)


def to_reviews(council: Council, proposer: str = "casey") -> None:
    """Support has ended; the case waits for its first review."""
    council.bring("review_support")
    answer(council, "review_support", "petra", "can_end")
    answer(council, "propose_closure", proposer, "proposed")
    answer(council, "approve_closure", "femi", "approved")


# --- consent


def support_steps() -> set[str]:
    return {
        element.id
        for name in SUPPORT
        for element in read(name).elements.values()
        if element.kind == "userTask"
    }


@pytest.mark.parametrize("outcome", ["refused", "not_reached", "deferred"])
def test_no_task_of_support_is_there_before_consent_is_given(
    council: Council, outcome: str
) -> None:
    council.bring("ask_consent")
    said = {"deferred": {"try_again_by": {"day": 5}}}.get(outcome, {})
    answer(council, "ask_consent", "tara", "consent", consent_outcome=outcome, **said)
    assert not council.run.passed() & support_steps()
    assert not set(council.run.waiting()) & support_steps()


def test_a_parent_cannot_consent_for_an_adult_who_has_capacity(council: Council) -> None:
    sent = council.send("ask_consent", {**ANSWERS["consent"], "given_by": "parent"})
    assert sent.status_code == 422
    assert "This is not who can consent in this case" in words(sent)
    council.run.expect_variables({"consent_from": "person"})


def test_a_first_refusal_ends_nothing_and_needs_a_date_to_look_again(council: Council) -> None:
    to_refusal(council)
    council.run.expect_status("active")
    council.run.expect_tasks(["panel_reconsiders"])
    without = {k: v for k, v in ANSWERS["reconsidered"].items() if k != "reassess_on"}
    refused(council, "Answer “", "panel_reconsiders", "petra", without)
    past = {**without, "reassess_on": {"day": 0}}
    refused(council, "after today", "panel_reconsiders", "petra", past)


# --- decisions


@pytest.mark.parametrize("step", sorted(REASONS))
@pytest.mark.parametrize("reason", ["", "Because."])
def test_no_decision_without_a_reason(council: Council, step: str, reason: str) -> None:
    answers, field = REASONS[step]
    sent = council.send(step, {**ANSWERS[answers], field: reason})
    assert sent.status_code == 422
    assert f'href="#{field}"' in sent.text


def test_every_reason_in_every_form_is_required_and_has_twenty_characters() -> None:
    reasons = re.compile(r"(_reason|_rationale|^why_best_placed|^reason|^approval_reason)$")
    short = [
        f"{path.name}: {question.key}"
        for path in FOLDERS
        for form in read(path.name).forms.values()
        for question in form.questions()
        if question.kind != "radio" and reasons.search(question.key)  # one of a list says enough
        if not (question.required and question.min_length == 20)
    ]
    assert [name for name in short if "transfer_words" not in name] == []


def test_a_closure_is_not_approved_by_who_proposed_it(council: Council) -> None:
    council.bring("review_support")
    answer(council, "review_support", "petra", "can_end")
    answer(council, "propose_closure", "both", "proposed")
    refused(council, "another person must do this one", "approve_closure", "both",
            ANSWERS["approved"])  # fmt: skip
    answer(council, "approve_closure", "femi", "approved")


@pytest.mark.parametrize("step", POLICE)
def test_nothing_is_decided_without_the_police_of_the_area(council: Council, step: str) -> None:
    if step in ("agree_plan", "review_support"):
        council.bring(step)
    elif step == "agree_end":
        to_reviews(council)
        for review, days in (("six_month_review", 175), ("twelve_month_review", 183)):
            council.later(days)
            answer(council, review, "casey", "no_concern")
    else:
        to_refusal(council)
    if step == "decide_after_reassessment":
        answer(council, "panel_reconsiders", "petra", "reconsidered")
        answer(council, "consider_other_support", "casey", "no_other")
        council.later(92)
        answer(council, "reassess", "casey", "reassessed")
    answers = {
        "agree_plan": "agreed", "review_support": "goes_on", "panel_reconsiders": "reconsidered",
        "decide_after_reassessment": "not_needed", "agree_end": "end_agreed",
    }[step]  # fmt: skip
    without = {**ANSWERS[answers], "police_of_residence_present": False}
    refused(council, "without the police of the area", step, "petra", without)


def test_a_panel_without_the_police_of_the_area_comes_to_no_vote(council: Council) -> None:
    council.bring("record_meeting")
    answer(council, "record_meeting", "petra", "met", police_of_residence_present=False)
    council.run.expect_tasks(["list_for_panel"])


# --- nobody is counted


@pytest.mark.seed("SD-51")
def test_no_form_and_no_table_gives_a_person_a_number_a_colour_or_a_rank() -> None:
    for path in FOLDERS:
        definition = read(path.name)
        for form in definition.forms.values():
            for question in form.questions():
                said = f"{question.key} {question.label}".replace("_", " ")
                assert not RATED.search(said), (path.name, said)
                assert question.kind != "number" or question.key in COUNTED, (path.name, said)
        for model, key in definition.decisions.values():
            for output in model.decisions[key].outputs:
                assert not RATED.search(output.replace("_", " ")), (path.name, output)


@pytest.mark.parametrize(
    ("name", "file", "old", "new"),
    [
        ("gateway", "review_level.dmn", "complex_needs", "indicators"),
        ("gateway", "process.bpmn", 'gateway_result = "pursue"', 'acts = "pursue"'),
        ("panel_consideration", "required_seats.dmn", "is_child", "critical_factors"),
    ],
)
@pytest.mark.seed("SD-51")
@pytest.mark.feature("N17")
def test_a_table_or_condition_that_reads_what_never_decides_is_not_published(
    council: Council, name: str, file: str, old: str, new: str
) -> None:
    folders = {path.name: folder(path) for path in FOLDERS}
    changed = folders[name][file].decode().replace(old, new)
    assert changed != folders[name][file].decode()
    folders[name][file] = changed.encode()
    field = new.split(" ")[0]
    with pytest.raises(InvalidDefinition) as caught, council.database.transaction() as db:
        deployments.deploy(db, folders, actor=SYSTEM, reason="a try")
    assert f"reads “{field}”, a field that never decides" in str(caught.value)


# --- who may read what


@pytest.mark.parametrize("username", ["boris", "owen"])
def test_a_board_member_and_a_process_owner_read_nobodys_name(
    council: Council, username: str
) -> None:
    council.bring("assess")
    visitor = council.visit(username)
    for path in ("/tasks", "/cases", "/start", f"/cases/find?reference={council.reference}"):
        assert "Alex Example" not in visitor.get(path).text
    for part in ("", "/answers", "/diagram"):
        assert visitor.get(f"/cases/{council.reference}{part}").status_code == 404
    assert visitor.get(f"/tasks/{council.task('assess')}").status_code == 404


def test_a_partner_does_not_read_what_another_partner_answered(council: Council) -> None:
    council.bring("partner_return")
    said = "Seen twice at the clinic in March."
    council.do("partner_return", "mina", "known", relevant_information=said)
    tom = council.visit("tom")
    reference = council.reference
    for path in ("", "/answers", "/diagram"):
        assert said not in tom.get(f"/cases/{reference}{path}").text
    assert said not in tom.get(f"/tasks/{council.task('partner_return')}").text
    council.do("partner_return", "tom", "known")
    for path in ("", "/answers"):
        assert said not in tom.get(f"/cases/{reference}{path}").text
    assert said in council.visit("casey").get(f"/cases/{reference}/answers").text


@pytest.mark.feature("S40")
@pytest.mark.parametrize("process", ["prevent_case", "raise_concern", "urgent_risk"])
def test_no_figure_counts_fewer_than_five(council: Council, process: str) -> None:
    council.bring("register_referral")
    page = council.visit("boris").get(f"/figures?process={process}")
    assert page.status_code == 200
    tables = page.text.split("Days in each stage")[0]
    counted = [int(n) for n in re.findall(r"<td[^>]*>\s*(\d+)\s*</td>", tables)]
    assert not [n for n in counted if 0 < n < 5]


@pytest.mark.parametrize("username", ["ada", "pia", "una"])
def test_who_has_no_part_in_a_case_reads_nothing_of_it(council: Council, username: str) -> None:
    """A step given to one person by name is shown to no other partner, provider, consent lead."""
    council.bring("ask_consent")
    visitor = council.visit(username)
    assert visitor.get(f"/cases/{council.reference}").status_code == 404
    council.do("ask_consent", "tara", "consent")
    council.run.expect_tasks(["update_action", "update_action"])
    council.run.action(
        "risk_handed_over",
        "casey",
        {"proposed_risk_owner": "sam", "handover_reason": "I leave the team this month."},
    )
    for path in ("/tasks?tab=unclaimed", "/tasks?tab=team", "/cases"):
        assert council.reference not in words(visitor.get(path))
    assert visitor.get(f"/cases/{council.reference}").status_code == 404


def test_a_safeguarding_lead_reads_the_concerns_of_their_own_organisation(
    council: Council,
) -> None:
    task = council.bring("share_decision")
    sol, lena = council.visit("sol"), council.visit("lena")
    assert council.reference not in words(sol.get("/tasks?tab=unclaimed"))
    assert sol.get(f"/tasks/{task}").status_code == 404
    assert sol.get(f"/cases/{council.reference}").status_code == 404
    assert council.reference in words(lena.get("/tasks?tab=unclaimed"))


# --- protected waits


def operations_on(council: Council) -> dict[str, Operation]:
    resting = token(council.run, "wait_six_months")
    return {
        "fire": Fire(resting), "skip": Skip(resting), "end": End("It takes too long."),
        "move": Move("six_month_review", resting),
    }  # fmt: skip


def alone(council: Council, operation: Operation) -> None:
    """The supervisor tries it without asking anybody."""
    with clock.at(council.run.now), council.database.transaction() as db:
        actor = access.load_actor(db, council.run.people["vera"])
        case = council.run.instance_id
        operations.perform(db, case, operation, actor=actor, reason="To save time.")


@pytest.mark.feature("N16")
@pytest.mark.parametrize("kind", ["fire", "skip", "move", "end"])
def test_one_person_alone_does_not_take_the_six_month_review_away(
    council: Council, kind: str
) -> None:
    to_reviews(council)
    waits = council.run.waiting()
    with pytest.raises(operations.NeedsSecondPerson, match="is protected"):
        alone(council, operations_on(council)[kind])
    assert council.run.waiting() == waits
    council.later(176)
    assert "six_month_review" in council.run.waiting()


@pytest.mark.feature("N16")
def test_a_new_version_without_the_protected_wait_says_so_before_publishing(
    council: Council,
) -> None:
    owen = council.visit("owen")
    text = owen.get("/studio/post_exit_reviews/draft").text
    hidden = {
        name: found[1]
        for name in ("counter", "base")
        if (found := re.search(rf'name="{name}" value="(\d*)"', text))
    }
    drawn = (HERE / "post_exit_reviews" / "process.bpmn").read_text()
    owen.post(
        "/studio/post_exit_reviews/draft",
        diagram=drawn.replace('name="protected" value="true"', 'name="protected" value="false"', 1),
        **hidden,
    )
    page = words(owen.get("/studio/post_exit_reviews/draft"))
    assert "(id wait_six_months) is protected in the version in use" in page


def test_every_wait_that_a_person_is_owed_is_protected() -> None:
    """The reviews after support, and the date on which a refusal is looked at again."""
    wanted = {
        "post_exit_reviews": {"wait_six_months", "wait_twelve_months", "wait_extended"},
        "reassessment": {"reassess_on"},
    }
    for name, waits in wanted.items():
        elements = read(name).elements
        assert {w for w in waits if elements[w].properties.get("protected") == "true"} == waits


def test_no_form_lets_a_choice_be_made_beforehand() -> None:
    """Every choice starts without an answer: none is suggested."""
    for path in HERE.glob("*/forms/*.form"):
        assert "defaultValue" not in path.read_text(), path


def test_no_sentence_is_told_twice_on_the_page_of_a_step() -> None:
    """What the form says need not stand in the guidance above it."""
    twice = []
    for path in HERE.glob("*/process.bpmn"):
        definition = read(path.parent.name)
        for element in definition.elements.values():
            form = definition.form(element.id)
            texts = " ".join(one.text for one in form.fields) if form else ""
            sentences = re.split(r"(?<=\.)\s+", element.guidance or "")
            twice += [(element.id, s) for s in sentences if len(s) > 40 and s in texts]
    assert twice == []
