"""Open cases on older versions of a process: which steps they stand at that the newest version has
no more, and what moving them would do. References only, and nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine import access, definitions
from engine.access import Actor
from engine.bpmn.elements import Element
from engine.commands import operations
from engine.commands.operations import Way
from engine.definitions import Definition
from engine.errors import EngineError
from engine.models import (
    process_instance,
)
from engine.queries.studio.reading import newest, standing

AT_ONCE = 100  # cases on one page: each is tried in memory
AROUND = ("subProcess", "callActivity", "transaction", "adHocSubProcess")


@dataclass(frozen=True)
class Place:
    """A step of the newest version that a step which is gone can be mapped to."""

    element_id: str
    label: str


@dataclass(frozen=True)
class Gone:
    """A step of an older version that the newest has no more. `cases`: how many stand at it;
    `suggested`: the step of the same kind and name, if there is one."""

    process: str
    title: str
    element_id: str
    label: str
    cases: int
    places: tuple[Place, ...]
    suggested: str

    @property
    def name(self) -> str:
        """Of its field on the page."""
        return f"map:{self.process}:{self.element_id}"


@dataclass(frozen=True)
class Plan:
    """`references` are those shown at once, from number `first` of `total` on."""

    key: str
    title: str
    version: int
    references: tuple[str, ...]
    first: int
    total: int
    gone: tuple[Gone, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.references) - 1

    @property
    def before(self) -> int | None:
        """Where the page before this one begins."""
        return max(1, self.first - AT_ONCE) if self.first > 1 else None

    @property
    def after(self) -> int | None:
        return self.last + 1 if self.last < self.total else None


@dataclass(frozen=True)
class Tried:
    """What moving one case would do: `refused` says why it cannot; `protected` waits need a second
    person; `losing` are holders who may not do their task in the new version."""

    reference: str
    refused: str | None = None
    protected: tuple[str, ...] = ()
    losing: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()


def plan(db: Connection, actor: Actor, key: str, only: str | None = None, first: int = 1) -> Plan:
    """The open cases that are not on the newest versions, oldest first, from number `first` on;
    `only`: this one."""
    _must_move_cases(actor)
    live = newest(db, key)
    cases = [case for case in _outdated(db, key) if only in (None, case.reference)]
    first = min(first, max(1, len(cases)))
    shown = cases[first - 1 :][:AT_ONCE]
    return Plan(
        key=key,
        title=live.title,
        version=live.version,
        references=tuple(case.reference for case in shown),
        first=first,
        total=len(cases),
        gone=tuple(_gone(db, shown)),
    )


def outdated(db: Connection, key: str) -> int:
    """How many open cases run on an older version of a process, or of one that it calls."""
    return len(_outdated(db, key))


def tried(db: Connection, actor: Actor, ways: Iterable[Way]) -> tuple[Tried, ...]:
    """Each move worked out in memory."""
    _must_move_cases(actor)
    return tuple(_tried(db, actor, way) for way in ways)


def live_version(db: Connection, key: str) -> int:
    return newest(db, key).version


def _tried(db: Connection, actor: Actor, way: Way) -> Tried:
    try:
        effect = operations.preview(db, way.instance_id, way.operation, actor=actor)
    except EngineError as error:
        return Tried(way.reference, refused=str(error))
    opens = tuple(dict.fromkeys(change.title for change in effect.opened))
    return Tried(way.reference, None, effect.protected, effect.losing, opens)


def _must_move_cases(actor: Actor) -> None:
    if "operate" not in actor.rights:
        access.require(actor, "model")


@dataclass(frozen=True)
class _Case:
    """An open case that does not run as one that starts now would: `bound` on the versions that
    it runs on, and would then be on `to` (process key -> definition id)."""

    id: int
    reference: str
    bound: Mapping[str, int]
    to: Mapping[str, int]


def _outdated(db: Connection, key: str) -> list[_Case]:
    """Of this process, or calling it when that is what has changed for them."""
    p = process_instance.c
    rows = db.execute(
        select(p.id, p.reference, p.key, p.bound).where(p.ended_at.is_(None)).order_by(p.id)
    )
    ways: dict[str, Mapping[str, int]] = {}
    found = []
    for row in rows:
        if key not in row.bound:
            continue
        if row.key not in ways:
            ways[row.key] = definitions.bind(db, row.key)
        case = _Case(row.id, row.reference, row.bound, ways[row.key])
        changed = case.bound != case.to
        if changed if row.key == key else case.bound[key] != case.to.get(key):
            found.append(case)
    return found


def _gone(db: Connection, cases: list[_Case]) -> Iterator[Gone]:
    """Steps that the versions these cases run on have, and those they would move to have not:
    steps somebody stands at, and steps that stand round others."""
    at = _standing(db, [case.id for case in cases])
    pairs = {
        (key, old, case.to[key])
        for case in cases
        for key, old in case.bound.items()
        if key in case.to and old != case.to[key]
    }
    told: set[tuple[str, str]] = set()
    for key, old, new in sorted(pairs):
        live = definitions.load(db, new)
        for element in definitions.load(db, old).elements.values():
            name = (key, element.id)
            wanted = at[name] or element.kind in AROUND
            if element.id not in live.elements and wanted and name not in told:
                told.add(name)
                yield _one_gone(live, element, at[name])


def _one_gone(live: Definition, element: Element, cases: int) -> Gone:
    alike = [e for e in live.elements.values() if _alike(e, element)]
    named = [e.id for e in alike if e.label == element.label]
    return Gone(
        process=live.key,
        title=live.title,
        element_id=element.id,
        label=element.label,
        cases=cases,
        places=tuple(Place(e.id, e.label) for e in alike),
        suggested=named[0] if len(named) == 1 else "",
    )


def _alike(one: Element, other: Element) -> bool:
    return one.kind == other.kind and one.event == other.event


def _standing(db: Connection, instances: list[int]) -> Counter[tuple[str, str]]:
    """(process key, element) -> how many of these cases stand at it."""
    rests = standing()
    found: Counter[tuple[str, str]] = Counter()
    for row in db.execute(select(rests).where(rests.c.instance_id.in_(instances))):
        found[(definitions.load(db, row.definition_id).key, row.element_id)] += 1
    return found
