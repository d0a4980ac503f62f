"""Diagrams and tables that go wrong, answered as their manifest says: in words, quickly, whole."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator

import pytest

from engine import definitions, dmn
from engine.errors import InvalidDefinition, Problem
from tests.factories import SHARED

FOLDER = SHARED / "badbpmn"
LONGEST = 2.0


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
