"""The command that lists rows of the documents without a test."""

from __future__ import annotations

from pathlib import Path

from tests.coverage_of import report, rows_of, stray

DOCUMENT = """
## 6 Elements
| Element | | How |
|---|---|---|
| Error end, boundary | RUN+ | Caught. |
| Error from a job | RUN+ | Delivered. |

## 7 Limits
| # | Limit | Answer |
|---|---|---|
| 1 | Local times | London |
| 3, 4 | Late timers | Rows |
"""
NAMES = ("bpmn", "limit")


def test_a_row_without_a_marker_is_listed_and_one_with_a_marker_is_not(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(DOCUMENT)
    rows = rows_of(document)
    assert len(rows) == 4
    found = {"bpmn": {"Error end"}, "limit": {"4"}}
    assert list(report(rows, found, NAMES)) == ["Error from a job: Delivered.", "1: London"]


def test_a_marker_that_names_no_row_or_two_is_told(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(DOCUMENT)
    found = {"bpmn": {"Error"}, "limit": {"9", "3"}}
    assert len(list(stray(rows_of(document), found, NAMES))) == 2
