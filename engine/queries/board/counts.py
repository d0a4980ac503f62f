"""How many cases and problems are at each step of a diagram now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine import access, definitions
from engine.access import Actor
from engine.definitions import Definition
from engine.models import process_instance
from engine.queries.waiting import waits

LIVE = ("active", "incident", "suspended")


@dataclass(frozen=True)
class StepCount:
    element_id: str
    name: str
    cases: int
    problems: int


@dataclass(frozen=True)
class Counted:
    """One version's diagram with what is at each step of it now."""

    definition_id: int
    title: str
    version: int
    source: bytes
    steps: tuple[StepCount, ...]


def drawable(db: Connection) -> tuple[tuple[int, str, int], ...]:
    """Versions that live cases run on: definition id, title, version; processes that
    can be started first, by title, the newest version first."""
    found: dict[int, Definition] = {}
    rows = db.execute(
        select(process_instance.c.bound).where(process_instance.c.status.in_(LIVE)).distinct()
    )
    for row in rows:
        for definition_id in row.bound.values():
            found[definition_id] = definitions.load(db, definition_id)
    ordered = sorted(
        found.values(), key=lambda d: (not d.manifest.get("reference"), d.title, -d.version)
    )
    return tuple((d.id, d.title, d.version) for d in ordered)


def counted(db: Connection, actor: Actor, definition_id: int) -> Counted:
    """Cases and problems at each step of this version; steps where nothing is are left out."""
    access.require(actor, "operate")
    definition = definitions.load(db, definition_id)
    cases: dict[str, set[int]] = {}
    problems: dict[str, set[int]] = {}
    for instance_id, element_id, is_problem in _at_steps(db, actor, definition):
        cases.setdefault(element_id, set()).add(instance_id)
        if is_problem:
            problems.setdefault(element_id, set()).add(instance_id)
    steps = tuple(
        StepCount(e.id, e.label, len(cases[e.id]), len(problems.get(e.id, ())))
        for e in definition.elements.values()
        if e.id in cases
    )
    source = definition.files[definitions.DIAGRAM]
    return Counted(definition.id, definition.title, definition.version, source, steps)


def _at_steps(
    db: Connection, actor: Actor, definition: Definition
) -> Iterable[tuple[int, str, bool]]:
    """Where each live case is on this diagram: at its own steps, or inside one that calls."""
    p, calls = (
        process_instance.c,
        {e.called: e.id for e in definition.elements.values() if e.called},
    )
    rows = db.execute(
        select(p.id, p.bound, p.definition_id)
        .where(p.status.in_(LIVE), access.case_seen_by(actor))
    ).all()  # fmt: skip
    mine = {r.id: r.bound for r in rows if definition.id in r.bound.values()}
    if not mine:
        return
    for instance_id, waiting in waits(db, actor, list(mine)).items():
        keys = {definition_id: key for key, definition_id in mine[instance_id].items()}
        for wait in waiting:
            at = "" if wait.veiled else wait.element_id
            if wait.definition_id != definition.id:
                at = _call_of(db, definition, calls, keys.get(wait.definition_id, ""), wait.stage)
            if at:
                yield instance_id, at, wait.kind == "problem"


def _call_of(
    db: Connection,
    definition: Definition,
    calls: dict[str, str],
    key: str,
    stage: str | None,
) -> str:
    """The step of this diagram that calls the process `key`, straight or through others."""
    direct = [e for e in definition.elements.values() if e.called == key]
    same = [e.id for e in direct if stage and e.properties.get("stage") == stage]
    if direct:
        return same[0] if same else direct[0].id
    newest = definitions.newest(db)
    for called, element_id in calls.items():
        if called in newest and key in _reach(db, newest, str(called), set()):
            return element_id
    return ""


def _reach(db: Connection, newest: dict[str, int], key: str, seen: set[str]) -> set[str]:
    if key not in seen and key in newest:
        seen.add(key)
        for called in definitions.called_by(definitions.load(db, newest[key])):
            _reach(db, newest, called, seen)
    return seen
