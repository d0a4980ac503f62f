"""Hostile expressions end soon, as our errors, and take no memory."""

from __future__ import annotations

import contextlib
import json
import time
import tracemalloc
from pathlib import Path

import pytest

from engine import feel
from engine.errors import ExpressionError, ExpressionLimit

SHARED = Path(__file__).parents[4] / "shared"
SECONDS, BYTES = 2.0, 100_000_000
OWN = {
    "brackets": "(" * 3000 + "1" + ")" * 3000,
    "lists": "[" * 3000 + "]" * 3000,
    "nots": "not(" * 3000 + "true" + ")" * 3000,
    "sum": "+".join(["1"] * 9000),
    "ifs": "if true then " * 1400 + "1",
    "in brackets": "1 in (" * 60 + "1" + ")" * 60,
    "three loops": "for a in 1..300, b in 1..300, c in 1..300 return 1",
    "search in vain": "some a in 1..3000, b in 1..3000 satisfies a = b + 100000",
    "list doubling": "{f: function(n, a) if n = 0 then a else f(n - 1, [a, a]), r: f(60, 1)}.r",
    "partial in itself": "string(for x in 1..30 return partial)",
    "repetitions": 'split("' + "a" * 44 + '!", "(a|aa)+$")',
    "many working days": 'for x in 1..1000 return add working days(date("2026-01-01"), 9999)',
    "large power": "2 ** 1e6000",
    "many powers": "for i in 1..50000 return 1.5 ** 1000.5",
    "a long text searched": '{t: BIG, r: for i in 1..50000 return contains(t, "aaab")}.r',
    "a long text cut": "{t: BIG, r: for i in 1..50000 return substring(t, 2)}.r",
    "a long text matched": '{t: BIG, r: for i in 1..50000 return matches(t, "ab")}.r',
    "many patterns": 'for i in 1..50000 return matches("a", string(i))',
    "a long list sorted": "sort(for i in 1..90000 return 90000 - i)",
}


LONG_TEXT = 'string join(for i in 1..9000 return "aaaaaaaaaaaaaaaaaaaa")'


def payloads() -> dict[str, str]:
    path = SHARED / "badbpmn" / "payloads.json"
    assert path.is_file(), f"the hostile expressions are missing: {path}"
    found: dict[str, str] = json.loads(path.read_text())["feel"]
    return found


@pytest.mark.parametrize("name", [*OWN, "all of the shared ones"])
def test_a_hostile_expression_ends_in_time_and_memory(name: str) -> None:
    for text in [OWN[name]] if name in OWN else payloads().values():
        text = text.replace("BIG", LONG_TEXT)
        assert seconds(text) < SECONDS, text[:80]
        assert peak(text) < BYTES, text[:80]


def seconds(text: str) -> float:
    started = time.process_time()
    with contextlib.suppress(ExpressionError):
        feel.compile(text).evaluate({})
    return time.process_time() - started


def peak(text: str) -> int:
    tracemalloc.start()
    try:
        seconds(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "{f: function(n) f(n + 1), r: f(0)}.r",
        '{f: function(n, a) if n = 0 then a else f(n - 1, a + a), r: f(60, "xxxxxxxx")}.r',
        "count(for x in 1..100000, y in 1..100000 return x)",
        'replace("' + "a" * 44 + '!", "^(a|aa)+$", "b")',
    ],
)
def test_a_limit_is_an_error_that_names_the_expression(text: str) -> None:
    with pytest.raises(ExpressionLimit) as caught:
        feel.compile(text).evaluate({})

    assert caught.value.text == text
    assert caught.value.code == "expression.limit"


def test_attributes_of_python_are_out_of_reach() -> None:
    for text in (
        '"x".__class__',
        'get value({a: 1}, "__class__")',
        "append.__call__",
        "f.__globals__",
    ):
        assert feel.compile(text).evaluate({"f": feel.Function((), lambda run: 1)}) is None
