"""Hostile expressions in each place where one can stand: answered, or a problem at the element.

None runs for long, none takes much memory, none ends as anything but our own errors.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine import definitions
from engine.definitions import Definition
from engine.errors import ExecutionFailed, Problem
from engine.execution import offers, run
from engine.execution.waits import due_instant, waits
from engine.execution.workflow import Facts
from tests.factories import SHARED, model

PAYLOADS: dict[str, dict[str, str]] = json.loads((SHARED / "badbpmn" / "payloads.json").read_text())
LONGEST, MOST_GROWTH = 2.0, 100_000  # seconds, kB
PLACES: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "script": (
        "script",
        lambda text, x: text.replace(
            '{n: 2, doubled: n * 2, words: ["a", "b"]}', escape(f"{{n: {x}}}")
        ),
    ),
    "condition": ("choice", lambda text, x: text.replace("n &gt; 10", escape(x))),
    "due": (
        "sequence",
        lambda text, x: text.replace('"add working days(today(), 5)"', quoteattr(x)),
    ),
    "title": (
        "sequence",
        lambda text, x: text.replace("'=\"First of \" + case.reference'", quoteattr(f"={x}")),
    ),
    "timer": (
        "deadline",
        lambda text, x: text.replace("add working days(today(), 3)", escape(x)),
    ),
    "list": (
        "each_of",
        lambda text, x: text.replace(
            "<bpmn:loopDataInputRef>people<", f"<bpmn:loopDataInputRef>{escape(x)}<"
        ),
    ),
    "payload": (
        "sender",
        lambda text, x: text.replace(
            '"{text: text, from_case: case.reference}"', quoteattr(f"{{a: {x}}}")
        ),
    ),
}


def with_payload(place: str, payload: str) -> bytes:
    name, put = PLACES[place]
    before = model(name)["process.bpmn"].decode()
    after = put(before, payload)
    assert after != before, "the payload was not put in"
    return after.encode()


def growth() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run_once(source: bytes, place: str) -> list[str]:
    """Start, complete every task once; what went wrong, as (element, words)."""
    files = {"process.bpmn": source, "process.yaml": b"title: T\nreference: T\nrole: worker\n"}
    definition: Definition = definitions.read(files, key=PLACES[place][0], definition_id=1)
    case = run.begin(*definitions.build((definition,), definition.key, "begin"), Facts("T-1"))
    case.start_event = "begin"
    run.settle(case)
    for _ in range(3):
        for wait in list(waits(case).values()):
            if wait.kind == "task":
                made = offers.offer(wait.task, definition.manifest)
                assert made.title
                run.complete(case, wait.task)
            elif wait.kind == "timer":
                _try(due_instant, wait.task)
    return [w.element.id for w in waits(case).values() if w.kind == "problem"]


def _try(call: Callable[..., Any], task: Any) -> None:
    with suppress(ExecutionFailed):  # becomes a problem when the case comes to rest
        call(task)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", PAYLOADS["feel"])
def test_a_hostile_expression_is_answered_or_held(place: str, name: str) -> None:
    source = with_payload(place, PAYLOADS["feel"][name])
    before, began = growth(), time.monotonic()
    errors = [p for p in definitions.lint_diagram(source) if p.severity == "error"]
    assert time.monotonic() - began < LONGEST
    if not errors:
        began = time.monotonic()
        run_once(source, place)
        assert time.monotonic() - began < LONGEST * 2  # it may stand at several steps
    assert growth() - before < MOST_GROWTH


@pytest.mark.limit(36)
@pytest.mark.parametrize("name", PAYLOADS["script"])
def test_python_where_feel_belongs_is_refused_or_held_at_the_element(name: str) -> None:
    """Most of it is not FEEL; what happens to be FEEL as well gives no names to set."""
    before = model("script")["process.bpmn"].decode()
    script = escape(PAYLOADS["script"][name])
    source = before.replace('{n: 2, doubled: n * 2, words: ["a", "b"]}', script).encode()
    found: list[Problem] = definitions.lint_diagram(source)
    refused = [p for p in found if p.severity == "error" and p.element_id == "count"]
    assert refused or run_once(source, "script") == ["count"]
