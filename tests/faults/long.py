"""Cases beyond what people draw: many rounds, long chains, wide splits, many blocks in series."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.database import Database
from engine.testing import Scenario
from tests.factories import form, forms, model, ready

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:test">\n'
    '<bpmn:process id="long" name="long" isExecutable="true">\n'
)
FOOT = "</bpmn:process>\n</bpmn:definitions>\n"
SLOW = 2.0  # seconds that no single step may take


class Drawing:
    """Nodes and flows, one after another."""

    def __init__(self) -> None:
        self.parts, self.last, self.flows = ['<bpmn:startEvent id="begin"/>'], "begin", 0

    def node(self, kind: str, name: str) -> str:
        self.parts.append(f'<bpmn:{kind} id="{name}" name="{name}"/>')
        return name

    def flow(self, source: str, target: str) -> None:
        self.flows += 1
        self.parts.append(
            f'<bpmn:sequenceFlow id="f{self.flows}" sourceRef="{source}" targetRef="{target}"/>'
        )

    def then(self, kind: str, name: str) -> None:
        self.flow(self.last, self.node(kind, name))
        self.last = name

    def block(self, n: int, ways: int) -> None:
        """A parallel split of so many user tasks, and its join."""
        self.then("parallelGateway", f"split{n}")
        join = self.node("parallelGateway", f"join{n}")
        for way in range(ways):
            task = self.node("userTask", f"t{n}_{way}")
            self.flow(f"split{n}", task)
            self.flow(task, join)
        self.last = join

    def folder(self) -> dict[str, bytes]:
        self.then("endEvent", "done")
        files = model("sequence")
        files["process.bpmn"] = (HEAD + "\n".join(self.parts) + FOOT).encode()
        return files


def run(database: Database, *, part: float = 1.0) -> list[str]:
    """Each shape run to its end (`part` of its full size); what took long or stopped, in words."""
    found: list[str] = []
    for name, play in SHAPES.items():
        began = time.monotonic()
        found += play(database, part)
        print(f"{database.engine.dialect.name}: {name}: {time.monotonic() - began:.1f} s")
    print(f"{database.engine.dialect.name}: {len(found)} faults")
    return found


def _rounds(database: Database, part: float) -> list[str]:
    """The same review again and again."""
    asked = form(rounds="number", limit="number")
    cases = ready(database, model("loop_of_reviews", **forms(review=asked)))
    cases.start("loop_of_reviews", "ann", {})
    times = max(2, int(2000 * part))
    step = _Timed(cases)
    for n in range(1, times + 1):
        step.task("review", {"rounds": n, "limit": times})
    return step.judged("2,000 rounds")


def _chain(database: Database, part: float) -> list[str]:
    """900 tasks, one after another."""
    drawing = Drawing()
    length = max(20, int(900 * part))
    for n in range(length):
        drawing.then("userTask", f"t{n}")
    cases = ready(database, drawing.folder())
    cases.start("long", "ann", {})
    step = _Timed(cases)
    for n in range(length):
        step.task(f"t{n}", {})
    return step.judged("a chain")


def _wide(database: Database, part: float) -> list[str]:
    drawing = Drawing()
    ways = max(10, int(200 * part))
    drawing.block(0, ways)
    cases = ready(database, drawing.folder())
    cases.start("long", "ann", {})
    step = _Timed(cases)
    for way in range(ways):
        step.task(f"t0_{way}", {})
    return step.judged("a wide split")


def _series(database: Database, part: float) -> list[str]:
    drawing = Drawing()
    blocks = max(4, int(20 * part))
    for n in range(blocks):
        drawing.block(n, 2)
    cases = ready(database, drawing.folder())
    cases.start("long", "ann", {})
    step = _Timed(cases)
    for n in range(blocks):
        for way in range(2):
            step.task(f"t{n}_{way}", {})
    return step.judged("blocks in series")


class _Timed:
    """Tasks completed, and how long the slowest took."""

    def __init__(self, cases: Scenario) -> None:
        self.cases, self.slowest, self.steps = cases, 0.0, 0

    def task(self, element: str, values: dict[str, object]) -> None:
        began = time.monotonic()
        self.cases.task(element, "ann", values)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.steps += 1

    def judged(self, name: str) -> list[str]:
        self.cases.expect_ended("done")
        print(f"  {self.steps} steps, the slowest {self.slowest * 1000:.0f} ms")
        if self.slowest > SLOW:
            return [f"{name}: a step took {self.slowest:.1f} s"]
        return []


SHAPES: dict[str, Callable[[Database, float], list[str]]] = {
    "2,000 rounds of a review": _rounds,
    "a chain of 900 tasks": _chain,
    "a split into 200 ways": _wide,
    "20 parallel blocks in series": _series,
}
