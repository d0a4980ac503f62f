"""Accounts, roles and what they let people do."""

from types import SimpleNamespace

import pytest
import yaml

from engine import access
from engine.access import SYSTEM
from engine.commands import deployments, people
from engine.errors import InvalidInput, NotAllowed, NotFound
from tests.factories import person

WORDS = "long enough words"
ROLES = {
    "staff": {"rights": ["start", "work"], "everyone": True, "masks": ["police"]},
    "case": {"organisation": "council", "rights": ["work"], "masks": ["police"]},
    "officer": {"organisation": "police", "rights": ["work"], "masks": ["special"]},
    "outside": {"organisation": "partner", "rights": ["work"], "masks": ["special", "police"]},
    "boss": {"organisation": "council", "rights": ["see_all", "operate"], "masks": ["special"]},
    "clerk": {"organisation": "council", "rights": ["administer"], "masks": []},
}


@pytest.fixture
def db(database):
    with database.transaction() as connection:
        deployments.set_roles(connection, yaml.safe_dump(ROLES).encode(), b"{}")
        yield connection


def row(state="created", roles=("case",), organisation=None, assignee_id=None):
    return SimpleNamespace(
        state=state, roles=list(roles), organisation=organisation, assignee_id=assignee_id
    )


def test_everybody_has_the_shared_roles_and_their_own(db):
    actor = person(db, "ann", "case")
    assert actor.roles == {"staff", "case"}
    assert actor.team_roles == {"case"}
    assert actor.own_rights == {"work"}
    assert actor.rights == {"start", "work"}


def test_a_class_is_masked_unless_a_role_that_does_case_work_reads_it(db):
    assert person(db, "ann", "case").masks == {"police"}
    assert person(db, "omar", "officer").masks == {"special"}
    assert person(db, "both", "case", "officer").masks == frozenset()
    assert person(db, "kim", "clerk").masks == {"police"}
    assert person(db, "sid").masks == {"police"}


def test_a_task_is_for_its_role_and_its_organisation(db):
    ann, tom = person(db, "ann", "case"), person(db, "tom", "outside", organisation="school")
    assert access.may_claim(ann, row())
    assert not access.may_claim(ann, row(roles=["boss"]))
    assert not access.may_claim(ann, row(state="claimed", assignee_id=99))
    assert access.may_claim(tom, row(roles=["outside"], organisation="school"))
    assert not access.may_claim(tom, row(roles=["outside"], organisation="health"))
    assert access.may_complete(ann, row(state="claimed", assignee_id=ann.account_id))
    assert not access.may_complete(ann, row(state="claimed", assignee_id=99))
    assert not access.may_claim(SYSTEM, row())


def test_a_process_is_started_by_those_it_names(db):
    ann = person(db, "ann", "case")
    assert access.may_start(ann, {"reference": "X", "start": ["anyone"]})
    assert access.may_start(ann, {"reference": "X", "start": ["case"]})
    assert not access.may_start(ann, {"reference": "X", "start": ["boss"]})
    assert not access.may_start(ann, {"reference": "X"})
    assert not access.may_start(ann, {"start": ["anyone"]})


def test_a_role_for_one_kind_of_organisation_is_given_to_no_other(db):
    kinds = {"council": {"title": "Council", "kind": "council"},
             "force": {"title": "Police", "kind": "police"}}  # fmt: skip
    deployments.set_roles(db, yaml.safe_dump(ROLES).encode(), yaml.safe_dump(kinds).encode())
    omar = people.create_account(db, "omar", "Omar", "force", roles=["officer"], actor=SYSTEM)
    with pytest.raises(InvalidInput, match="“boss” is for people of a council organisation"):
        people.set_roles(db, omar, ["officer", "boss"], actor=SYSTEM)


def test_an_account_is_made_once_with_roles_that_exist(db):
    made = people.create_account(
        db, "Jo", "Jo Smith", "council", password=WORDS, roles=["case"], actor=SYSTEM
    )
    assert access.load_actor(db, made).username == "jo"
    with pytest.raises(InvalidInput, match="already an account"):
        people.create_account(db, "jo", "Jo", "council", actor=SYSTEM)
    with pytest.raises(InvalidInput, match="no role “nonsense”"):
        people.set_roles(db, made, ["nonsense"], actor=SYSTEM)
    with pytest.raises(InvalidInput, match="10 characters"):
        people.set_password(db, made, "short", actor=SYSTEM)
    with pytest.raises(InvalidInput) as caught:
        people.create_account(db, "a b", " ", "", actor=SYSTEM)
    assert set(caught.value.messages) == {"username", "name", "organisation"}


def test_only_administrators_make_accounts(db):
    ann, kim = person(db, "ann", "case"), person(db, "kim", "clerk")
    with pytest.raises(NotAllowed):
        people.create_account(db, "jo", "Jo", "council", actor=ann)
    assert people.create_account(db, "jo", "Jo", "council", actor=kim)
    with pytest.raises(NotFound):
        people.set_roles(db, 10**9, [], actor=kim)


def test_a_closed_account_is_nobody(db):
    ann = person(db, "ann", "case")
    people.set_active(db, ann.account_id, False, actor=SYSTEM)
    with pytest.raises(NotFound):
        access.load_actor(db, ann.account_id)
