"""Diagrams and tables that go wrong, answered as their manifest says: in words, quickly, whole."""

from __future__ import annotations

import csv
import resource
import time
from collections.abc import Iterator

import pytest

from engine import definitions, dmn
from engine.bpmn import xml
from engine.bpmn.elements import elements_of
from engine.errors import InvalidDefinition, Problem
from engine.execution import run
from engine.execution.waits import waits
from engine.execution.workflow import Facts
from tests.factories import SHARED

FOLDER = SHARED / "badbpmn"
LONGEST = 2.0
MOST_KILOBYTES = 100 * 1024


def rows() -> Iterator[object]:
    if not FOLDER.is_dir():
        pytest.fail("The bad diagrams are missing: they should lie in ../shared/badbpmn.")
    with (FOLDER / "manifest.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield pytest.param(row, id=row["file"])


def findings(name: str) -> list[Problem]:
    source = (FOLDER / name).read_bytes()
    try:
        if name.endswith(".dmn"):
            return list(dmn.check(dmn.read(source, file=name)))
        return definitions.lint_diagram(source, name)
    except InvalidDefinition as error:
        return error.problems


@pytest.mark.parametrize("row", list(rows()))
def test_a_bad_file_is_answered_as_the_manifest_says(row: dict[str, str]) -> None:
    began = time.monotonic()
    found = findings(row["file"])
    spent = time.monotonic() - began
    errors = [p for p in found if p.severity == "error"]
    words = " ".join(f"{p.message} {p.element_id} {p.file}" for p in found)
    assert spent < LONGEST
    if row["http_status"] == "422":
        assert errors
        assert row["must_mention"].lower() in words.lower()
    elif row["http_status"] == "201" and row["severity"] == "ok":
        assert errors == []
    elif row["severity"] == "warning":
        assert errors == []
        assert row["must_mention"].lower() in words.lower()
    elif row["severity"] == "ok-or-error" and errors:
        assert row["must_mention"].lower() in words.lower()
    for problem in found:
        assert problem.code
        assert problem.message.endswith((".", "?", "”", ")")), problem.message


def passing() -> Iterator[object]:
    """The diagrams that the manifest lets through (or may let through)."""
    with (FOLDER / "manifest.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["file"].endswith(".bpmn") and "201" in row["http_status"]:
                yield pytest.param(row["file"], id=row["file"])


@pytest.mark.parametrize("name", list(passing()))
def test_what_is_let_through_runs_until_it_rests_or_ends(name: str) -> None:
    """In time and memory, and never without something that can move it."""
    source = (FOLDER / name).read_bytes()
    if any(p.severity == "error" for p in findings(name)):
        return  # refused by name, as the manifest allows
    began, most = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    diagram = definitions.read({"process.bpmn": source}, key=process_of(source), definition_id=1)
    starts = [e.id for e in diagram.elements.values() if e.kind == "startEvent"]
    specs = definitions.build((diagram,), diagram.key, starts[0])
    case = run.begin(*specs, Facts("T-1", "test", "ann"))
    run.settle(case)
    assert case.completed or waits(case)
    assert time.monotonic() - began < LONGEST
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most
    assert grown < MOST_KILOBYTES


def process_of(source: bytes) -> str:
    return next(iter(elements_of(xml.read(source)).processes))
