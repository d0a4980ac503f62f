"""Speed of FEEL and decision tables; printed beside a plain loop of the same run.

python -m tests.bench feel
"""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import sys
import tempfile
import timeit
from collections.abc import Callable, Mapping
from typing import Any

from engine import dmn, feel
from engine.feel import expression
from tests.bench.databases import Place
from tests.bench.targets import NO_DATABASE, Figure

CONDITION = 'a > 5 and b = "x"'
SIXTY = 'if age < 18 and level in ["high", "low"] then fee * 2 else 0'
VALUES = {"a": 7, "b": "x"}
NEEDED = {"condition": 3.0, "table": 250.0, "compile": 300.0, "import": 60.0}
ROWS, COLUMNS = 100, 4
KINDS = (NO_DATABASE,)


def measure(_place: Place, *, short: bool) -> list[Figure]:
    """The two that the table of targets names."""
    condition, model, context = feel.compile(CONDITION), dmn.read(table().encode()), _last_row()
    times = 10 if short else 1000
    evaluated = _microseconds(lambda: condition.evaluate(VALUES), times * 100)
    decided = _microseconds(lambda: model.decide("d", context), times)
    return [
        Figure("a condition, evaluated", evaluated, "µs"),
        Figure("a table of 100 rows, the last one matching", decided, "µs"),
    ]


def run(argv: list[str]) -> None:
    """Print each figure beside its bar, and the public package's where it is installed."""
    print(f"plain loop of a million additions: {_microseconds(_additions, 3) / 1000:.1f} ms")
    compiled = feel.compile(CONDITION)
    ours = _microseconds(lambda: compiled.evaluate(VALUES), 100_000)
    _show("condition", f"`{CONDITION}`, one evaluation", ours, "µs")
    model, context = dmn.read(table().encode()), _last_row()
    decide = _microseconds(lambda: model.decide("d", context), 1000)
    _show("table", f"{ROWS} rows, {COLUMNS} inputs, the last row matches", decide, "µs")
    read = _microseconds(_compile, 1000)
    _show("compile", f"an expression of {len(SIXTY)} characters", read, "µs")
    _show("import", "import of engine.feel, beyond Python's start", _import(), "ms")
    _beside(ours)


def _show(key: str, what: str, value: float, unit: str) -> None:
    print(f"{what}: {value:.2f} {unit} (at most {NEEDED[key]:g})")


def _microseconds(call: Callable[[], Any], number: int) -> float:
    """The best of seven rounds, in microseconds a call."""
    return min(timeit.repeat(call, number=number, repeat=7)) / number * 1e6


def _additions() -> None:
    total = 0
    for _ in range(1_000_000):
        total = total + 1


def _compile() -> None:
    expression.build(SIXTY, frozenset(), {})


def _import() -> float:
    """The median of what importing adds to a fresh interpreter that has loaded our errors."""

    with tempfile.TemporaryDirectory() as kept:
        setting = {**os.environ, "PYTHONPYCACHEPREFIX": kept}
        setting.pop("PYTHONDONTWRITEBYTECODE", None)

        def start(code: str) -> float:
            command = [sys.executable, "-c", code]
            run = functools.partial(subprocess.run, command, check=True, env=setting)
            return timeit.timeit(run, number=1)

        bare, full = "import engine.errors", "import engine.errors, engine.feel"
        start(full)  # compiles to bytecode, as an installation does
        pairs = [(start(bare), start(full)) for _ in range(9)]
    return statistics.median(b - a for a, b in pairs) * 1000


def table() -> str:
    """A table whose rows differ in the last column alone, so that all cells are looked at."""
    inputs = "".join(
        f'<input id="i{n}"><inputExpression><text>x{n}</text></inputExpression></input>'
        for n in range(COLUMNS)
    )
    tests = ["&gt;= 10", '"north", "south"', "[1..100]"]
    rules = "".join(
        f'<rule id="r{row}">'
        + "".join(f"<inputEntry><text>{t}</text></inputEntry>" for t in [*tests, str(row)])
        + f'<outputEntry><text>"row {row}"</text></outputEntry></rule>'
        for row in range(ROWS)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="bench" '
        'namespace="urn:bench"><decision id="d" name="d"><decisionTable id="t">'
        f'{inputs}<output id="o" name="found"/>{rules}</decisionTable></decision></definitions>'
    )


def _last_row() -> Mapping[str, Any]:
    return {"x0": 12, "x1": "south", "x2": 50, "x3": ROWS - 1}


def _beside(ours: float) -> None:
    try:
        from bkflow_feel.api import parse_expression
    except ImportError:
        print("bkflow-feel is not installed here: pip install bkflow-feel shows it beside ours")
        return
    found = parse_expression(CONDITION, VALUES)
    theirs = _microseconds(lambda: parse_expression(CONDITION, VALUES), 200)
    fresh = _microseconds(_read_and_run, 500)
    print(
        f"bkflow-feel, the same expression ({found!r}): {theirs:.0f} µs, {theirs / ours:.0f} × ours"
    )
    print(f"it reads the text each time: {theirs / fresh:.1f} × ours when we do so too")


def _read_and_run() -> None:
    expression.build(CONDITION, frozenset(), {}).evaluate(VALUES)
