"""Scenario files: a run as data, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from engine import clock, feel
from engine.database import Database
from engine.errors import EngineError
from engine.execution.watching import watching
from engine.feel.cleaning import clean
from engine.testing import reaching
from engine.testing.failing import ScenarioFailed
from engine.testing.scenario import Scenario
from engine.testing.working import work

Player = Callable[["Scenario", Mapping[str, Any]], "Scenario"]


def run_file(database: Database, path: Path, *, player: Player | None = None) -> Scenario:
    """Play a scenario file; `player` may play each step elsewhere (in a fresh process), where
    nobody sees what the run reaches.

    Raises ScenarioFailed."""
    with watching() as seen:
        scenario = _run(database, path, player)
    with database.reading() as db:
        scenario.reached = reaching.reached(db, seen)
    return scenario


def _run(database: Database, path: Path, player: Player | None) -> Scenario:
    spec = yaml.safe_load(path.read_text())
    scenario = Scenario(database, title=f"{path.name}: {spec.get('title', '')}")
    scenario.now = local_instant(spec["now"])
    for username, details in (spec.get("people") or {}).items():
        scenario.person(username, details.get("roles", []), details.get("organisation", "council"))
    for number, step in enumerate(spec["steps"], 1):
        try:
            if player is None:
                play(scenario, step)
            else:
                scenario = player(scenario, step)
        except (ScenarioFailed, EngineError) as failed:
            why = failed.why if isinstance(failed, ScenarioFailed) else str(failed)
            words = f"step {number}, {_named(step)}: {why.rstrip('.')}"
            raise ScenarioFailed(scenario.title, words, scenario.said) from failed
    return scenario


def _named(step: Mapping[str, Any]) -> str:
    """“task ask_consent by tara”."""
    verb, what = next(iter(step.items()))
    named = f"{verb} {what}" if isinstance(what, str) else verb
    return f"{named} by {step['by']}" if "by" in step else named


def local_instant(text: str | date) -> datetime:
    """`2025-04-03T09:00` on London's clock; a bare date is its morning at nine."""
    value = datetime.fromisoformat(str(text))
    if len(str(text)) <= 10:
        value = value.replace(hour=9)
    return value.replace(tzinfo=clock.LONDON) if value.tzinfo is None else value


def play(scenario: Scenario, step: Mapping[str, Any]) -> None:
    """One step of a scenario file."""
    verb = next(iter(step))
    call = VERBS.get(verb)
    if call is None:
        raise ScenarioFailed(scenario.title, f"a scenario does not know “{verb}”")
    call(scenario, step)


def _values(step: Mapping[str, Any]) -> Mapping[str, Any]:
    return step.get("values") or {}


def _refused(scenario: Scenario, step: Mapping[str, Any]) -> None:
    inner = dict(step["refused"])
    because = inner.pop("because")
    scenario.refused(because, lambda: play(scenario, inner))


def _service(scenario: Scenario, step: Mapping[str, Any]) -> None:
    """`gives` a result, `error` a code or `fails` with words; none of them: done for real."""
    outcome: dict[str, Any] | None = None
    if "gives" in step:
        outcome = {"result": feel.to_json(clean(step["gives"]))}
    elif "error" in step:
        outcome = {"error": step["error"], "message": ""}
    elif "fails" in step:
        outcome = {"failure": step["fails"]}
    work(scenario, step["service"], outcome)


VERBS: dict[str, Callable[[Scenario, Mapping[str, Any]], None]] = {
    "start": lambda s, d: s.start(d["start"], d["by"], _values(d)),
    "task": lambda s, d: s.task(
        d["task"], d["by"], _values(d), due=d.get("due"), item=d.get("item")
    ),
    "service": _service,
    "action": lambda s, d: s.action(d["action"], d["by"], _values(d)),
    "case": lambda s, d: s.case(d["case"], d.get("reference")),
    "at": lambda s, d: s.at(local_instant(d["at"])),
    "tasks": lambda s, d: s.expect_tasks(d["tasks"]),
    "waits": lambda s, d: s.expect_waits(d["waits"]),
    "variables": lambda s, d: s.expect_variables(d["variables"]),
    "refused": _refused,
    "ended": lambda s, d: s.expect_ended(d["ended"]),
    "status": lambda s, d: s.expect_status(d["status"]),
}
