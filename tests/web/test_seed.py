"""What the council's own page on the Prevent duty says is there to be read and done, on the pages.

Each test names the statements it shows; `python -m tests.coverage_of seed` lists those without one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from engine import clock
from tests.conftest import empty
from tests.factories import DATA_KEY, KEY, PROCESSES
from tests.web import council as councils
from tests.web.conftest import words
from tests.web.council import ANSWERS
from web import create_app
from web.config import Config

MOST = "Most individuals, even those who hold radical views, do not become involved in violent"
VOLUNTARY = "Taking part is voluntary. The person can change their mind at any time."
NO_SURVEILLANCE = "no expectation that you take on a surveillance role"
SIX = {
    "SD-44": "Identity crisis: distance from their cultural or religious heritage",
    "SD-45": "Personal crisis: family tensions, a sense of isolation, low self-esteem",
    "SD-46": "Personal circumstances: moving to a new place, events at home or elsewhere",
    "SD-47": "Unmet aspirations: feeling treated unfairly",
    "SD-48": "Experiences of criminality: time in prison",
    "SD-49": "Special educational need: finding it hard to deal with people",
}
EIGHT = {
    "SD-52": "Contact with extremist recruiters",
    "SD-53": "Accessing violent extremist websites, especially those with a social networking",
    "SD-54": "Possessing or accessing violent extremist literature",
    "SD-55": "Using extremist narratives and an ideology to explain personal disadvantage",
    "SD-56": "Justifying the use of violence to solve societal issues",
    "SD-57": "Joining or seeking to join extremist organisations",
    "SD-58": "Significant changes to appearance or behaviour",
    "SD-59": "A high level of social isolation resulting in an identity crisis or personal crisis",
}


def each(statements):
    """A test for each, carrying its mark."""
    return [
        pytest.param(said, id=name, marks=pytest.mark.seed(name))
        for name, said in statements.items()
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def council(request):
    """One database for the whole module: nearly all of these tests only read."""
    database = request.getfixturevalue(f"_{request.param}")
    empty(database)
    app = create_app(Config(database.url, "k" * 40, KEY, (DATA_KEY,), https=False), database)
    yield councils.found(app, database)
    clock.stand_still(None)


def refused(answer, said):
    assert answer.status_code == 422
    told = re.search(r"There is a problem (.*?) (?:CN|PR)-", words(answer))
    assert told is not None
    assert said in told[1]


# --- noticing, checking, sharing


@pytest.mark.seed("SD-11")
@pytest.mark.seed("SD-12")
@pytest.mark.parametrize("username", sorted(councils.TOLD["people"]))
def test_every_member_of_staff_can_raise_a_concern(council, username):
    page = words(council.visit(username).get("/start"))
    assert "Raise a concern Tell the people who lead on safeguarding" in page


@pytest.mark.seed("SD-12")
@pytest.mark.seed("SD-16")
@pytest.mark.seed("SD-36")
@pytest.mark.seed("SD-37")
def test_the_entry_page_says_how_to_refer_whom_to_ask_and_what_a_concern_means(council):
    page = words(council.visit("robin").get("/start/raise_concern"))
    assert "Anyone on the staff can raise a concern. All staff must escalate a concern" in page
    assert "does not mean you think the person is a terrorist. It means you are concerned" in page
    assert "To ask a question, or to refer in another way, write to the Prevent team" in page
    assert "Who to contact Prevent team prevent.team@council.example" in page


@pytest.mark.seed("SD-02")
def test_the_legal_basis_is_shown_at_the_entry_at_intake_and_under_privacy(council):
    act = "ection 26 of the Counter-Terrorism and Security Act 2015"
    assert act in words(council.visit("robin").get("/start/raise_concern"))
    assert act in council.page("register_referral")
    assert act in words(council.visit("robin").get("/privacy"))


@pytest.mark.seed("SD-15")
def test_nobody_needs_to_know_the_signs_and_own_words_are_enough(council):
    page = words(council.visit("robin").get("/start/raise_concern"))
    assert "You need no detailed knowledge of the signs of radicalisation." in page
    assert "What have you noticed? Use your own words." in page
    council.bring("match_referrals")  # registered without one indicator
    assert not council.run.variables()["indicators"]


@pytest.mark.seed("SD-29")
@pytest.mark.seed("SD-30")
def test_a_concern_that_was_noticed_is_checked_with_whom_when_and_what_they_said(council):
    assert "Notice. Write what you noticed" in words(
        council.visit("robin").get("/start/raise_concern")
    )
    page = council.page("check_concern")
    for asked in ("Who did you check the concern with?", "When did you talk", "What did they say?"):
        assert asked in page


@pytest.mark.seed("SD-31")
@pytest.mark.parametrize("username", ["lena", "marta"])
def test_either_a_safeguarding_lead_or_a_senior_manager_decides_how_to_share(council, username):
    council.bring("share_decision")
    page = words(council.visit(username).get("/tasks?tab=unclaimed"))
    assert f"Decide how to share a concern, {council.reference}" in page


@pytest.mark.seed("SD-19")
def test_specialist_advice_can_be_asked_for_before_anything_is_shared(council):
    council.bring("check_concern")
    council.do(
        "check_concern", "robin", "checked",
        advice_wanted=True, advice_question="Is this a Prevent matter at all?",
    )  # fmt: skip
    page = words(council.visit("priya").get("/tasks?tab=unclaimed"))
    assert f"Give advice on a concern, {council.reference}" in page


@pytest.mark.seed("SD-17")
def test_a_concern_does_not_vanish_when_nobody_checks_it(council):
    council.bring("check_concern")
    reference = council.reference
    council.later(14)
    page = words(council.visit("lena").get("/tasks?tab=unclaimed"))
    assert f"Chase a concern that nobody has checked, {reference}" in page


@pytest.mark.seed("SD-18")
def test_who_raised_a_concern_reads_where_it_is_and_is_told_that_it_arrived(council):
    council.bring("acknowledge_referrer")
    page = words(council.visit("robin").get("/start"))
    assert re.search(rf"{council.reference} Prevent case [\w ]+ We have the referral\.", page)
    assert "has arrived and will be taken seriously" in council.page("acknowledge_referrer")
    refused(
        council.send("acknowledge_referrer", {"acknowledged_how": "email"}),
        "Answer “What did you say?”",
    )


@pytest.mark.seed("SD-13")
def test_another_need_is_asked_about_and_can_be_referred_at_once(council):
    page = words(council.visit("robin").get("/start/raise_concern"))
    assert "Does the person need help of another kind?" in page
    assert "Make another safeguarding referral" in council.page("share_decision")


@pytest.mark.seed("SD-06")
def test_other_help_is_a_way_out_where_a_concern_is_shared_and_where_it_is_considered(council):
    assert "Make another safeguarding referral" in council.page("share_decision")
    page = council.page("gateway_outcome")
    assert "The person has another safeguarding need What help does the person need?" in page


@pytest.mark.seed("SD-14")
def test_nobody_is_asked_to_watch_search_or_question(council):
    assert NO_SURVEILLANCE in words(council.visit("robin").get("/start/raise_concern"))
    assert NO_SURVEILLANCE in council.page("check_concern")
    page = council.page("partner_return")
    assert NO_SURVEILLANCE in page
    assert "Nobody is asked to watch, search or question anyone." in page
    assert "Ask only for what they already know" in council.page("choose_partners")


# --- the words


@pytest.mark.seed("SD-38")
@pytest.mark.seed("SD-39")
def test_the_glossary_says_what_radicalisation_and_extremism_are(council):
    page = words(council.visit("robin").get("/glossary"))
    assert "Radicalisation The process by which a person comes to support terrorism" in page
    assert "vocal or active opposition to fundamental British values" in page
    assert "calls for the death of members of our armed forces" in page
    assert "newer definition in March 2024" in page


@pytest.mark.seed("SD-10")
def test_a_person_is_at_risk_and_no_page_calls_them_anything_else(council):
    steps = {step[0] for step in councils.COURSE if not isinstance(step, int)}
    for step in sorted(steps):
        page = council.page(step)
        assert not re.search(r"\b(suspect|offender|perpetrator|extremist individual)s?\b", page)
    assert "at risk of being drawn into terrorism" in council.page("section_36_decision")


@pytest.mark.seed("SD-40")
def test_there_is_no_typical_extremist_and_nobody_asks_who_the_person_is_by_origin(council):
    page = council.page("register_referral")
    assert "There is no such thing as a 'typical extremist'." in page
    concern = words(council.visit("robin").get("/start/raise_concern"))
    for asked in ("ethnic", "nationality", "religion", "Religion", "immigration"):
        assert asked not in page
        assert asked not in concern


@pytest.mark.seed("SD-41")
@pytest.mark.parametrize(
    "step",
    ["share_decision", "gateway_outcome", "section_36_decision", "record_vote", "review_support"],
)
def test_beside_every_decision_stands_that_most_individuals_never_turn_to_violence(council, step):
    assert MOST in council.page(step)


# --- the two lists


@pytest.mark.parametrize("said", each(SIX))
def test_each_of_the_six_can_be_ticked_described_and_left_out(council, said):
    page = council.page("register_referral")
    assert said in page
    name = said.split(":")[0]
    assert f"{name}: what was said (optional)" in page


@pytest.mark.parametrize("said", each(EIGHT))
def test_each_of_the_more_critical_factors_stands_in_a_list_of_its_own(council, said):
    page = council.page("register_referral")
    start = page.index("More critical risk factors could include those below.")
    assert "(optional)" in page[start : page.index("Contact with extremist recruiters")]
    assert said in page[start:]


@pytest.mark.seed("SD-50")
def test_the_list_says_that_it_is_not_exhaustive_and_takes_something_else(council):
    page = council.page("register_referral")
    assert "This list is not exhaustive." in page
    assert "Something else (optional)" in page


@pytest.mark.seed("SD-51")
def test_ticking_everything_counts_for_nothing(council):
    assert "Ticking something does not mean that the person is at risk." in council.page(
        "register_referral"
    )
    council.bring("register_referral")
    ticks = {
        name: [o.value for o in council.form("register_referral").question(name).choices]
        for name in ("indicators", "critical_factors")
    }
    council.do("register_referral", "iris", "referral", **ticks)
    ticked = council.run.variables()
    council.bring("match_referrals")
    plain = council.run.variables()
    other = {"concern_reference", "similar_cases"}  # of each case
    differing = {name for name in ticked if ticked[name] != plain.get(name)}
    assert differing - other == set(ticks)
    page = words(council.visit("priya").get(f"/cases/{council.reference}"))
    assert not re.search(r"\b(score|points|rating|level of risk|high risk|low risk)\b", page)


@pytest.mark.seed("SD-43")
@pytest.mark.seed("SD-60")
def test_family_views_and_acts_are_asked_about_apart(council):
    page = council.page("register_referral")
    assert "Is someone drawing the person away from their family or community?" in page
    assert "What has the person said? (optional) Views expressed." in page
    assert "What has the person done? (optional) Acts, kept apart from views." in page


# --- considering


@pytest.mark.seed("SD-32")
def test_the_consideration_names_other_action_and_needs_a_reason(council):
    page = council.page("gateway_outcome")
    for way in ("It goes on to be considered for Channel", "Pursue:", "It is not a Prevent matter"):
        assert way in page
    refused(
        council.send("gateway_outcome", {**ANSWERS["progress"], "gateway_reason": "No."}),
        "must be 20 characters or more",
    )


@pytest.mark.seed("SD-63")
def test_views_alone_are_no_crime(council):
    page = council.page("gateway_outcome")
    assert "Holding radical or extreme views is not illegal" in page
    assert "Extreme views alone, or having no clear ideology, are not a reason" in page


@pytest.mark.seed("SD-04")
@pytest.mark.seed("SD-34")
@pytest.mark.seed("SD-64")
def test_inciting_an_act_leads_to_the_police_and_not_to_support(council):
    page = council.page("gateway_outcome")
    assert "inciting someone to commit an act is." in page
    assert "Someone already engaged in terrorism needs another route than Channel" in page
    council.bring("gateway_outcome")
    council.do("gateway_outcome", "omar", "progress", criminality="incitement")
    assert council.run.variables()["outcome"] == "police_pursue"
    page = words(council.visit("priya").get(f"/cases/{council.reference}"))
    assert "Gather information" not in page


@pytest.mark.seed("SD-20")
@pytest.mark.seed("SD-42")
def test_the_assessment_has_room_for_social_psychological_physical_and_personal_factors(council):
    page = council.page("assess")
    for family in ("Social factors", "Psychological factors", "Physical factors"):
        assert family in page
    assert "The person and their surroundings" in page


@pytest.mark.seed("SD-27")
def test_the_nature_and_the_extent_of_the_risk_are_told_apart_and_in_words(council):
    page = council.page("assess")
    assert "What is the nature of the risk? In words. There is no score." in page
    assert "What is the extent of the risk? In words. There is no score." in page


@pytest.mark.seed("SD-21")
def test_no_assessment_without_what_protects_the_person(council):
    refused(
        council.send("assess", {**ANSWERS["assessed"], "protective_factors": ""}),
        "Answer “What protects the person?”",
    )


@pytest.mark.seed("SD-61")
def test_no_assessment_without_the_family_and_social_context(council):
    refused(
        council.send("assess", {**ANSWERS["assessed"], "family_social_context": ""}),
        "Answer “What is the family and social context?”",
    )
    said = {**ANSWERS["assessed"], "family_social_context": "Not known, because nobody asked."}
    assert council.send("assess", said).status_code == 303


@pytest.mark.seed("SD-62")
def test_friends_and_behaviour_are_told_if_they_are_known(council):
    page = council.page("assess")
    assert "Who are the person's friends, if you know? (optional)" in page
    assert "How does the person behave, if you know? (optional)" in page


@pytest.mark.seed("SD-26")
def test_identifying_a_person_at_risk_is_a_stage_that_the_case_shows(council):
    page = council.page("section_36_decision")
    assert "Consideration: stage 2 of 7." in page
    assert "Are there reasonable grounds to believe that the person is at risk" in page


# --- the panel, consent, support


@pytest.mark.seed("SD-22")
@pytest.mark.seed("SD-24")
def test_the_panel_has_six_seats_and_keeps_who_was_there(council):
    for page in (council.page("list_for_panel"), council.page("record_meeting")):
        for seat in ("Police", "Mental health", "Youth services", "Probation"):
            assert seat in page
        assert "Adults' safeguarding" in page
        assert "Children's safeguarding" in page
    council.bring("record_vote")
    assert council.run.variables()["seats_present"] == ANSWERS["met"]["seats_present"]


@pytest.mark.seed("SD-01")
@pytest.mark.seed("SD-25")
def test_the_council_chairs_and_without_it_nothing_is_decided(council):
    assert "The council chairs" in council.page("list_for_panel")
    council.bring("record_meeting")
    council.do("record_meeting", "petra", "met", council_in_chair=False)
    page = words(council.visit("priya").get(f"/cases/{council.reference}"))
    assert "Waiting for List a case for a panel meeting" in page


@pytest.mark.seed("SD-33")
def test_the_panel_names_who_asks_for_consent_and_why(council):
    page = council.page("choose_consent_seeker")
    assert "Who is best placed to ask the person? The panel's choice, not one person's." in page
    refused(
        council.send("choose_consent_seeker", {**ANSWERS["seeker"], "why_best_placed": "Free."}),
        "must be 20 characters or more",
    )


@pytest.mark.seed("SD-28")
def test_a_plan_is_made_for_the_person_and_says_what_else_was_considered(council):
    assert "Write a plan for this person" in council.page("draft_plan")
    refused(
        council.send("draft_plan", {**ANSWERS["plan"], "alternatives_considered": ""}),
        "Answer “Which other support was considered?”",
    )


@pytest.mark.seed("SD-03")
@pytest.mark.seed("SD-35")
def test_support_is_offered_starts_after_consent_and_ends_when_it_is_withdrawn(council):
    readme = words(council.visit("iris").get("/start/prevent_case"))
    assert "they are offered support, and nothing here is a mark against them" in readme
    assert VOLUNTARY in council.page("ask_consent")
    council.bring("ask_consent")
    council.run.expect_tasks(["ask_consent"])
    council.do("ask_consent", "tara", "consent")
    council.run.expect_tasks(["update_action", "update_action"])
    page = words(council.visit("casey").get(f"/cases/{council.reference}"))
    assert "Something happened? Consent withdrawn" in page


@pytest.mark.seed("SD-23")
def test_children_and_adults_are_both_considered_and_a_child_is_asked_about_otherwise(council):
    assert "Under 16 16 or 17 18 to 24 25 or over" in council.page("register_referral")
    council.bring("register_referral")
    council.do("register_referral", "iris", "referral", age_band="under_16")
    page = words(council.visit("iris").get(f"/tasks/{council.task('match_referrals')}"))
    assert "Have children's services been told?" in page


# --- who leads, who governs


@pytest.mark.seed("SD-05")
def test_the_coordinator_is_a_role_that_sees_every_case_and_no_diagram_names_a_person(council):
    council.bring("register_referral")
    assert council.reference in words(council.visit("priya").get("/cases"))
    names = re.compile(r"\b(" + "|".join(councils.TOLD["people"]) + r")\b")
    for diagram in PROCESSES.glob("*/process.bpmn"):
        assert not names.search(diagram.read_text()), diagram


@pytest.mark.seed("SD-01")
@pytest.mark.seed("SD-25")
def test_nobody_outside_the_council_can_be_given_the_chair(council):
    environment = {
        "WAYMARK_DATABASE_URL": council.database.engine.url.render_as_string(hide_password=False),
        "WAYMARK_SECRET_KEY": "s" * 40,
        "WAYMARK_AUDIT_KEY": KEY.decode(), "WAYMARK_DATA_KEY": DATA_KEY.hex(),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "web.cli", "user", "add", "omar.chair", "--name", "Omar Example",
         "--organisation", "police", "--role", "panel_chair", "--password", "a long password"],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "is for people of a council organisation" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.seed("SD-09")
@pytest.mark.parametrize(
    ("step", "basis"),
    [
        ("ask_consent", "local policy"),
        ("assess", "a default of this service, for the council to set"),
    ],
)
def test_a_date_says_whether_the_council_may_set_it(council, step, basis):
    assert f"The due date comes from: {basis}." in council.page(step)


@pytest.mark.seed("SD-09")
def test_a_changed_period_is_published_with_a_reason_that_is_kept(council):
    owen = council.visit("owen")
    text = owen.get("/studio/make_plan/draft").text
    state = {
        name: re.search(rf'name="{name}" value="(\d*)"', text)[1] for name in ("counter", "base")
    }
    drawn = (PROCESSES / "make_plan" / "process.bpmn").read_text()
    longer = drawn.replace("add working days(today(), 5)", "add working days(today(), 6)")
    owen.post("/studio/make_plan/draft", diagram=longer, **state)
    text = owen.get("/studio/make_plan/draft").text
    state["counter"] = re.search(r'name="counter" value="(\d*)"', text)[1]
    refused_at_once = owen.post("/studio/make_plan/publish", reason="", **state)
    assert "Say why this version is to be published." in words(refused_at_once)
    said = "The Prevent Board agreed a day more on 3 March."
    tested = {"untested": "yes", "untested_why": "One day more takes no way that is new."}
    asked = owen.post("/studio/make_plan/publish", reason=said, **tested, **state)
    assert asked.status_code == 303
    anna = council.visit("anna")
    text = anna.get("/studio/make_plan/publish").text
    number = re.search(r'action="/studio/make_plan/publish/(\d+)"', text)[1]
    decision = {"decision": "approve", "note": "The Board's minutes say so."}
    assert anna.post(f"/studio/make_plan/publish/{number}", **decision).status_code == 303
    page = words(owen.get("/studio/make_plan"))
    assert said in page
    assert "Owen Hart, approved by Anna Reed" in page


@pytest.mark.seed("SD-07")
@pytest.mark.seed("SD-08")
def test_the_board_reads_figures_no_small_count_no_name_and_no_case(council):
    council.bring("register_referral")
    council.do("register_referral", "iris", "referral", area="A small village")
    boris = council.visit("boris")
    page = words(boris.get("/figures"))
    assert "Prevent case" in page
    for small in ("A small village", "Alex Example", council.reference):
        assert small not in page
    assert not re.search(r"\b(ethnic|religio|nationalit|communit)", page, re.IGNORECASE)
    assert council.reference not in words(boris.get("/cases"))
    assert boris.get(f"/cases/{council.reference}").status_code == 404


def test_during_a_hold_others_read_only_that_the_case_is_with_the_police(council):
    council.bring("gateway_outcome")
    council.do("gateway_outcome", "omar", "progress", live_investigation=True)
    priya, omar = council.visit("priya"), council.visit("omar")
    assert "on hold" in words(omar.get("/tasks?tab=unclaimed"))
    for path in ("", "?every=1", "/answers", "/intervene"):
        page = words(priya.get(f"/cases/{council.reference}{path}"))
        assert "on hold" not in page, path
        assert "when the hold ends" not in page, path
    assert "With the police" in words(priya.get(f"/cases/{council.reference}"))
    assert "on hold" not in words(priya.get("/tasks?tab=team"))
