"""A role that reads nothing of what people wrote, whatever its class, without a reason."""

from __future__ import annotations

import pytest

from engine.access import SYSTEM
from engine.commands import deployments, people
from tests.web.conftest import ROLES, words

AUDITOR = b"""
auditor:
  title: Auditor
  organisation: council
  rights: [see_all]
  masks: [special, third_party, police, text]
  opens: [special, third_party, text]
"""
WISH, THING, NOTE = "A chair for the hall", "Four legs", "He called on Thursday"


@pytest.fixture
def aud(desk, visit):
    with desk.database.transaction() as db:
        deployments.set_roles(db, ROLES + AUDITOR, b"council: {title: The council, kind: council}")
        made = people.create_account(
            db, "aud", "Aud Example", "council", roles=["auditor"], actor=SYSTEM
        )
    desk.run.people["aud"] = made
    return visit("aud")


def test_what_was_typed_is_masked_until_a_reason_opens_it(desk, visit, aud):
    reference = desk.start(wish=WISH, police_note="Theirs", things=[{"thing": THING}])
    desk.look(200)
    cat = visit("cat")
    cat.get(f"/cases/{reference}/notes")
    assert cat.post(f"/cases/{reference}/notes", note=NOTE).status_code == 303
    pages = (
        f"/cases/{reference}/answers",
        f"/cases/{reference}/notes",
        f"/tasks/{desk.task('agree')}",
    )
    before = " ".join(words(aud.get(path)) for path in pages)
    assert [told for told in (WISH, THING, NOTE) if told in before] == []
    assert "Amount 200" in before
    assert before.count("Masked") >= 4
    aud.get(f"/cases/{reference}/open")
    aud.post(f"/cases/{reference}/open", wm__reason="A complaint is looked into")
    after = " ".join(words(aud.get(path)) for path in pages)
    assert [told for told in (WISH, THING, NOTE) if told not in after] == []
    assert "Theirs" not in after


def test_who_else_reads_a_case_reads_what_was_typed(desk, visit):
    reference = desk.start(wish=WISH)
    desk.look(200)
    assert WISH in words(visit("gus").get(f"/cases/{reference}/answers"))
