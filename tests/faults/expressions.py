"""Hostile expressions wherever one can stand: stopped in time, held at their element, and nobody
else kept waiting."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from xml.sax.saxutils import escape

from engine import definitions
from tests.engine import test_hostile as hostile
from tests.factories import model

LONGEST = 2.0  # seconds an expression may take; it may stand at several steps
OTHERS = 2.0  # seconds the step of somebody else may take meanwhile
SCRIPT = '{n: 2, doubled: n * 2, words: ["a", "b"]}'


HOST = ("os.system", "os.exec", "os.remove", "os.mkdir", "subprocess.Popen", "socket.connect")


def run(*, part: int) -> list[str]:
    """Every `part`-th payload in every place; what took long, grew, or got away, in words."""
    before, watch = hostile.growth(), _Watch()
    with _Others() as others:
        found = _feel(part) + _scripts(part)
    found += watch.ended()
    grown = hostile.growth() - before
    if grown > hostile.MOST_GROWTH:
        found.append(f"memory grew by {grown // 1000} MB")
    if others.slowest > OTHERS:
        found.append(f"the step of somebody else took {others.slowest:.1f} s")
    print(
        f"somebody else made {others.steps} steps, the slowest {others.slowest:.2f} s; memory "
        f"{grown // 1000:+} MB, {len(found)} faults"
    )
    return found


def _feel(part: int) -> list[str]:
    found, outcomes = [], Counter[str]()
    payloads = list(hostile.PAYLOADS["feel"].items())[::part]
    for place in hostile.PLACES:
        for name, payload in payloads:
            outcome, took = _tried(hostile.with_payload(place, payload), place)
            outcomes[outcome] += 1
            if took > LONGEST * 2:
                found.append(f"{name} in {place} took {took:.1f} s")
    print(f"{len(payloads)} expressions in {len(hostile.PLACES)} places: {dict(outcomes)}")
    return found


def _scripts(part: int) -> list[str]:
    found, outcomes = [], Counter[str]()
    drawn = model("script")["process.bpmn"].decode()
    for name, payload in list(hostile.PAYLOADS["script"].items())[::part]:
        outcome, took = _tried(drawn.replace(SCRIPT, escape(payload)).encode(), "script")
        outcomes[outcome] += 1
        if outcome == "ran" or took > LONGEST * 2:
            found.append(f"the script {name}: {outcome} after {took:.1f} s")
    print(f"{outcomes.total()} scripts of another language: {dict(outcomes)}")
    return found


class _Watch:
    """What Python itself reports of programs started, files removed, connections made."""

    def __init__(self) -> None:
        self.seen: list[str] | None = []
        sys.addaudithook(self._hear)  # cannot be taken away again: it only stops to note

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        reads = event == "open" and str(args[0]).startswith("/etc/")
        if self.seen is not None and (event in HOST or reads):
            self.seen.append(f"the host was reached: {event} {args[:1]}")

    def ended(self) -> list[str]:
        seen, self.seen = self.seen or [], None
        return seen


def _tried(source: bytes, place: str) -> tuple[str, float]:
    """(refused, held or ran, seconds of the check or the run, the longer)."""
    began = time.monotonic()
    errors = [p for p in definitions.lint_diagram(source) if p.severity == "error"]
    checked = time.monotonic() - began
    if errors:
        return "refused", checked
    began = time.monotonic()
    problems = hostile.run_once(source, place)
    return ("held" if problems else "ran"), max(checked, time.monotonic() - began)


class _Others:
    """Somebody else's case, run again and again meanwhile."""

    def __init__(self) -> None:
        self.slowest, self.steps, self._over = 0.0, 0, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> _Others:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        source = model("sequence")["process.bpmn"]
        while not self._over.is_set():
            began = time.monotonic()
            hostile.run_once(source, "title")
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.steps += 1
            self._over.wait(0.05)
