"""A new version that no longer holds a protected wait says so before it is published."""

from __future__ import annotations

import pytest

from engine import definitions
from engine.commands import deployments
from engine.errors import Problem
from tests.factories import PROCESSES, folder

REVIEWS = PROCESSES / "post_exit_reviews"
PROTECTED = '<spiffworkflow:property name="protected" value="true" />'


def said(drawn: str) -> list[Problem]:
    files = folder(REVIEWS)
    before = {"post_exit_reviews": definitions.read(files, key="post_exit_reviews")}
    changed = {**files, "process.bpmn": drawn.encode()}
    found = deployments.check(changed, key="post_exit_reviews", known=before)
    return [problem for problem in found if problem.code == "protected.dropped"]


@pytest.mark.feature("N16")
def test_a_wait_that_is_no_longer_protected_is_named_before_publishing() -> None:
    drawn = (REVIEWS / "process.bpmn").read_text()
    (found,) = said(drawn.replace(PROTECTED, "", 1))
    assert found.severity == "warning"
    assert "(id wait_six_months) is protected in the version in use" in found.message
    assert "no longer protected in this one" in found.message


@pytest.mark.feature("N16")
def test_a_protected_wait_that_is_gone_is_named_before_publishing() -> None:
    drawn = (REVIEWS / "process.bpmn").read_text()
    (found,) = said(drawn.replace("wait_twelve_months", "wait_a_year"))
    assert "(id wait_twelve_months) is protected in the version in use and is not in" in (
        found.message
    )


def test_the_same_version_says_nothing() -> None:
    assert said((REVIEWS / "process.bpmn").read_text()) == []
