"""What a service or send task asks of the outside: its settings, and what a connector declares.

Settings are properties of the element: `connector`, `input.<parameter>` (FEEL), `result` (the name
of the variable that the answer is written to), `attempts`, `backOff`, `timeLimit`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.elements import Element

KINDS = {"serviceTask", "sendTask"}
INPUT = "input."
SETTINGS = {"connector", "result", "attempts", "backOff", "timeLimit", "stage"}
MOST_ATTEMPTS, LONGEST_LIMIT = 20, 600
LONGEST_BACK_OFF = 7 * 24 * 3600
DEFAULTS = {"attempts": "5", "backOff": "PT1M,PT5M,PT30M,PT2H", "timeLimit": "PT30S"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")
SECONDS = (86_400, 3_600, 60, 1)


@dataclass(frozen=True)
class Parameter:
    """One value a connector is called with. `kind`: text, list, context or any; `words` say to a
    process owner what to give."""

    name: str
    kind: str
    words: str
    required: bool = True


@dataclass(frozen=True)
class Declaration:
    """What a connector is called, does, and asks for: what the studio offers."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    gives: str = ""  # words for what the result variable holds; empty: nothing

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


@dataclass(frozen=True)
class Tries:
    """How often a job is tried, how many seconds after each failure, how long one attempt may
    take."""

    attempts: int
    back_off: tuple[int, ...]
    limit: int

    def pause(self, failures: int) -> int:
        """Seconds to wait after so many failures; the last of the list goes on."""
        return self.back_off[min(failures, len(self.back_off)) - 1]


def is_service(element: Element) -> bool:
    """A task whose work is done outside; a send task with a message sends that instead."""
    return element.kind in KINDS and element.event is None


def inputs_of(element: Element) -> dict[str, str]:
    """Parameter → FEEL, as drawn."""
    found = element.properties.items()
    return {name.removeprefix(INPUT): text for name, text in found if name.startswith(INPUT)}


def tries_of(element: Element) -> Tries:
    """As drawn, or the defaults; a setting that cannot be read counts as not drawn (it is a
    finding before it is published)."""
    return Tries(
        read_attempts(_setting(element, "attempts")) or 5,
        read_back_off(_setting(element, "backOff")) or (60,),
        read_limit(_setting(element, "timeLimit")) or 30,
    )


def unreadable(element: Element) -> Iterator[tuple[str, str]]:
    """(setting, what it should be) of each that cannot be read."""
    if not read_attempts(_setting(element, "attempts")):
        yield "attempts", f"a number from 1 to {MOST_ATTEMPTS}"
    if not read_back_off(_setting(element, "backOff")):
        yield "backOff", "durations such as PT1M,PT5M,PT1H, at most a week each"
    if not read_limit(_setting(element, "timeLimit")):
        yield "timeLimit", "a duration from PT1S to PT10M"
    if not NAME.match(element.properties.get("result", "x")):
        yield "result", "a name of letters, digits and _"


def _setting(element: Element, name: str) -> str:
    return element.properties.get(name) or DEFAULTS[name]


def read_attempts(text: str) -> int | None:
    found = int(text) if text.isdigit() and len(text) < 4 else 0
    return found if 1 <= found <= MOST_ATTEMPTS else None


def read_back_off(text: str) -> tuple[int, ...] | None:
    found = [seconds(part.strip()) for part in text.split(",")]
    whole = [s for s in found if s is not None and 1 <= s <= LONGEST_BACK_OFF]
    return tuple(whole) if len(whole) == len(found) else None


def read_limit(text: str) -> int | None:
    found = seconds(text.strip())
    return found if found is not None and 1 <= found <= LONGEST_LIMIT else None


def seconds(text: str) -> int | None:
    """An ISO duration of days, hours, minutes and seconds; None when it is none."""
    found = DURATION.match(text)
    if found is None or not any(found.groups()):
        return None
    return sum(int(n or 0) * s for n, s in zip(found.groups(), SECONDS, strict=True))
