"""A call activity runs the newest version when the case starts, or the one that it names."""

from __future__ import annotations

import pytest

from engine.access import SYSTEM
from engine.commands import deployments
from engine.database import Database
from engine.errors import InvalidDefinition
from engine.queries.studio.migrating import outdated
from engine.testing import Scenario
from tests.factories import deploy, model, ready

CALL = b'calledElement="called" />'
NAMES = (
    b'calledElement="called"><bpmn:extensionElements><spiffworkflow:properties>'
    b'<spiffworkflow:property name="version" value="%s" /></spiffworkflow:properties>'
    b"</bpmn:extensionElements></bpmn:callActivity>"
)


def caller(version: bytes | None = None) -> dict[str, bytes]:
    files = model("caller")
    if version is None:
        return files
    return {**files, "process.bpmn": files["process.bpmn"].replace(CALL, NAMES % version)}


def renewed(database: Database, *callers: dict[str, bytes]) -> Scenario:
    """`called` in two versions, the second with another step, and its callers published last."""
    run = ready(database, model("called"))
    old = model("called")
    other = old["process.bpmn"].replace(b'"inside"', b'"renewed"')
    with database.transaction() as db:
        deploy(db, {"called": {**old, "process.bpmn": other}})
    for files in callers:
        with database.transaction() as db:
            deploy(db, {"caller": files})
    return run


@pytest.mark.feature("O23")
@pytest.mark.parametrize(
    ("version", "step"), [(None, "renewed"), (b"1", "inside"), (b"2", "renewed")]
)
def test_a_call_runs_the_newest_version_or_the_one_it_names(
    database: Database, version: bytes | None, step: str
) -> None:
    run = renewed(database, caller(version))
    run.start("caller", "ann", {})
    run.task("before", "ann", {})
    run.expect_tasks([step])
    run.task(step, "ann", {})
    run.expect_tasks(["after"])


@pytest.mark.feature("O23")
@pytest.mark.parametrize(
    ("version", "words"),
    [
        (b"9", "calls version 9 of “called”, which is not published."),
        (b"new", "asks for version “new”, which is no version’s number."),
        (b"0", "asks for version “0”, which is no version’s number."),
    ],
)
def test_a_version_that_is_none_is_refused(database: Database, version: bytes, words: str) -> None:
    ready(database, model("called"))
    with database.transaction() as db, pytest.raises(InvalidDefinition) as refused:
        deployments.deploy(db, {"caller": caller(version)}, actor=SYSTEM, reason="A test.")
    assert [p.code for p in refused.value.problems] == ["bpmn.called_version"]
    assert words in refused.value.problems[0].message


@pytest.mark.feature("O23")
def test_two_calls_of_one_process_name_one_version(database: Database) -> None:
    ready(database, model("called"))
    files = caller(b"1")
    second = files["process.bpmn"].replace(
        b'<bpmn:userTask id="after" name="After" />',
        b'<bpmn:callActivity id="after" name="Again" calledElement="called" />',
    )
    with database.transaction() as db, pytest.raises(InvalidDefinition, match="in two versions"):
        deploy(db, {"caller": {**files, "process.bpmn": second}})


@pytest.mark.feature("O23")
@pytest.mark.parametrize(("version", "behind"), [(b"1", 0), (None, 1)])
def test_a_case_on_the_version_that_its_call_names_is_not_behind(
    database: Database, version: bytes | None, behind: int
) -> None:
    """A version of `called` is published while the case runs: it concerns who calls the newest."""
    run = renewed(database, caller(version))
    run.start("caller", "ann", {})
    newer = model("called")["process.bpmn"].replace(b'"inside"', b'"again"')
    with database.transaction() as db:
        deploy(db, {"called": {**model("called"), "process.bpmn": newer}})
    with database.reading() as db:
        assert outdated(db, "called") == behind
        assert outdated(db, "caller") == behind
