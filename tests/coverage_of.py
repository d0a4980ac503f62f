"""Which rows of the documents have no test that says it shows them.

    python -m tests.coverage_of bpmn | features | seed      (--help for the choices)

The rows are read from the documents themselves, so none is forgotten; the tests' markers are read
by collecting the tests without running them. A marker that names no row is told as well. The exit
status is 0 when every row has a test.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DESKS = {"caseworker": "1", "owner": "2", "supervisor": "3", "admin": "4"}
MARKERS = {"bpmn": ("bpmn", "limit"), "features": ("feature",), "seed": ("seed",)}


@dataclass(frozen=True)
class Row:
    """A table's row: the heading's number it stands under, its first cell, its second, its text."""

    section: str
    first: str
    second: str
    text: str

    def ids(self) -> list[str]:
        return [each.strip() for each in self.first.split(",")]

    def shown(self) -> str:
        return f"{self.first}: {self.text}"[:110]


def rows_of(document: Path) -> list[Row]:
    """Every row of every table, without heads and rulers."""
    section, rows, head = "", [], True
    for line in document.read_text().splitlines():
        if line.startswith("## "):
            section = line[3:].split()[0]
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            head = True
        elif head or set(cells[0]) <= set("-: "):
            head = False
        else:
            rows += [Row(section, first, cells[1], cells[-1]) for first in each_of(cells[0])]
    return rows


def each_of(first: str) -> list[str]:
    """`SD-44..49` stands for six rows."""
    found = re.fullmatch(r"(\D+)(\d+)\.\.(\d+)", first)
    if found is None:
        return [first]
    return [f"{found[1]}{number}" for number in range(int(found[2]), int(found[3]) + 1)]


class Markers:
    """A pytest plug-in: the arguments of each marker on the tests it collected."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers():
                self.found.setdefault(mark.name, set()).update(str(each) for each in mark.args)


def collected(tests: list[str]) -> dict[str, set[str]]:
    """Marker name -> its arguments, over all tests (or those named)."""
    plugin, said = Markers(), io.StringIO()
    arguments = ["--collect-only", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    with contextlib.redirect_stdout(said):
        status = pytest.main([*arguments, *tests], plugins=[plugin])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit(f"The tests cannot be collected:\n{said.getvalue()[-3000:]}")
    return plugin.found


def wanted(chosen: argparse.Namespace, documents: Path) -> list[Row]:
    """The rows that the command asks for."""
    if chosen.what == "seed":
        return [r for r in rows_of(documents / "seed-statements.md") if r.first.startswith("SD-")]
    rows = rows_of(documents / "features.md")
    if chosen.what == "bpmn":
        return [row for row in rows if row.section in ("6", "7")]
    only = set(chosen.only.split(",")) if chosen.only else None
    return [
        row
        for row in rows
        if row.section in ("1", "2", "3", "4", "5")
        and (chosen.desk is None or row.section == DESKS[chosen.desk])
        and (row.section == "5" or row.second == chosen.release)
        and (only is None or row.first in only)
    ]


def shows(row: Row, name: str, marked: str) -> bool:
    """Whether a marker's argument means this row: an element by how its name begins."""
    if name == "bpmn":
        return row.section == "6" and row.first.startswith(marked)
    return (name != "limit" or row.section == "7") and marked in row.ids()


def report(rows: list[Row], found: dict[str, set[str]], names: tuple[str, ...]) -> Iterator[str]:
    """A line for each row without a test."""
    for row in rows:
        marked = ((name, each) for name in names for each in found.get(name, ()))
        if not any(shows(row, name, each) for name, each in marked):
            yield row.shown()


def stray(rows: list[Row], found: dict[str, set[str]], names: tuple[str, ...]) -> Iterator[str]:
    """A line for each marker that names no row, or several."""
    for name in names:
        for each in sorted(found.get(name, ())):
            count = sum(shows(row, name, each) for row in rows)
            if count != 1:
                yield f"@pytest.mark.{name}({each!r}) names {count or 'no'} rows of the document"


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("what", choices=sorted(MARKERS))
    parser.add_argument("tests", nargs="*", help="only the tests of these files")
    parser.add_argument("--desk", choices=sorted(DESKS))
    parser.add_argument("--only", help="only these rows: N1,N2")
    parser.add_argument(
        "--release",
        choices=["a", "b", "c"],
        default="a",
        help="of features: the first unless asked",
    )
    parser.add_argument("--documents", type=Path, default=ROOT.parent / "shared")
    return parser.parse_args()


def main() -> int:
    chosen = read_arguments()
    rows, names = wanted(chosen, chosen.documents), MARKERS[chosen.what]
    found = collected(chosen.tests)
    missing = list(report(rows, found, names))
    narrowed = chosen.desk or chosen.only or chosen.tests
    document = "seed-statements.md" if chosen.what == "seed" else "features.md"
    every = rows_of(chosen.documents / document)
    wrong = [] if narrowed else list(stray(every, found, names))
    for line in [*missing, *wrong]:
        print(line)
    which = f" of release {chosen.release}" if chosen.what == "features" else ""
    print(f"{len(rows) - len(missing)} of {len(rows)} rows{which} have a test.")
    return 1 if missing or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
