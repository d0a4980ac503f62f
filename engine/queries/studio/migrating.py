"""Open cases on older versions of a process: which steps they stand at that the newest version has
no more, and what moving them would do. References only, and nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, union_all

from engine import access, definitions
from engine.access import Actor
from engine.bpmn.elements import Element
from engine.commands import operations
from engine.commands.operations.migrating import Mapped
from engine.errors import EngineError
from engine.models import (
    incident,
    job,
    message_subscription,
    process_instance,
    timer,
    user_task,
)
from engine.queries.studio.reading import newest

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
    """`references` are those shown at once, `total` how many there are."""

    key: str
    title: str
    version: int
    references: tuple[str, ...]
    total: int
    gone: tuple[Gone, ...]


@dataclass(frozen=True)
class Tried:
    """What moving one case would do: `refused` says why it cannot; `protected` waits need a second
    person; `losing` are holders who may not do their task in the new version."""

    reference: str
    refused: str | None = None
    protected: tuple[str, ...] = ()
    losing: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()


def plan(db: Connection, actor: Actor, key: str, only: str | None = None) -> Plan:
    """The open cases that are not on the newest versions, oldest first; `only`: this one."""
    _must_move_cases(actor)
    live = newest(db, key)
    rows = [row for row in _outdated(db, key) if only in (None, row.reference)]
    shown = rows[:AT_ONCE]
    return Plan(
        key=key,
        title=live.title,
        version=live.version,
        references=tuple(row.reference for row in shown),
        total=len(rows),
        gone=tuple(_gone(db, shown)),
    )


def outdated(db: Connection, key: str) -> int:
    """How many open cases run on an older version of a process, or of one that it calls."""
    return len(_outdated(db, key))


def tried(
    db: Connection, actor: Actor, references: Iterable[str], mapping: Mapped, redate: bool
) -> tuple[Tried, ...]:
    """Each move worked out in memory."""
    _must_move_cases(actor)
    return tuple(_tried(db, actor, one, mapping, redate) for one in references)


def _tried(db: Connection, actor: Actor, reference: str, mapping: Mapped, redate: bool) -> Tried:
    try:
        instance_id, operation = operations.migration_of(db, reference, mapping, redate)
        effect = operations.preview(db, instance_id, operation, actor=actor)
    except EngineError as error:
        return Tried(reference, refused=str(error))
    opens = tuple(dict.fromkeys(change.title for change in effect.opened))
    return Tried(reference, None, effect.protected, effect.losing, opens)


def _must_move_cases(actor: Actor) -> None:
    if "operate" not in actor.rights:
        access.require(actor, "model")


def _outdated(db: Connection, key: str) -> list[Row[int, str, str, Any]]:
    """Open cases of this process, or calling it, that do not run as one that starts now would."""
    p, now = process_instance.c, definitions.newest(db)
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
        behind = row.bound[key] != now[key]
        if behind or (row.key == key and dict(row.bound) != ways[row.key]):
            found.append(row)
    return found


def _gone(db: Connection, rows: list[Row[int, str, str, Any]]) -> Iterator[Gone]:
    """Steps that the versions these cases run on have, and the newest have not: those somebody
    stands at, and those that stand round others."""
    now = definitions.newest(db)
    at = _standing(db, [row.id for row in rows])
    before = {(key, id_) for row in rows for key, id_ in row.bound.items() if id_ != now.get(key)}
    seen: dict[tuple[str, str], Element] = {}
    for key, id_ in sorted(before):
        if key not in now:
            continue
        places = definitions.load(db, now[key]).elements
        for element in definitions.load(db, id_).elements.values():
            wanted = at[(key, element.id)] or element.kind in AROUND
            if element.id not in places and wanted:
                seen[(key, element.id)] = element
    for (key, element_id), element in seen.items():
        live = definitions.load(db, now[key])
        alike = [e for e in live.elements.values() if _alike(e, element)]
        named = [e.id for e in alike if e.label == element.label]
        yield Gone(
            process=key,
            title=live.title,
            element_id=element_id,
            label=element.label,
            cases=at[(key, element_id)],
            places=tuple(Place(e.id, e.label) for e in alike),
            suggested=named[0] if len(named) == 1 else "",
        )


def _alike(one: Element, other: Element) -> bool:
    return one.kind == other.kind and one.event == other.event


def _standing(db: Connection, instances: list[int]) -> Counter[tuple[str, str]]:
    """(process key, element) -> how many of these cases stand at it."""
    t, j, i = user_task.c, job.c, incident.c
    rests = union_all(
        *(
            select(table.c.instance_id, table.c.definition_id, table.c.element_id).where(is_open)
            for table, is_open in (
                (user_task, t.state.in_(("created", "claimed"))),
                (timer, timer.c.instance_id.is_not(None)),
                (message_subscription, message_subscription.c.instance_id.is_not(None)),
                (job, j.state == "waiting"),
                (incident, i.resolved_at.is_(None) & i.element_id.is_not(None)),
            )
        )
    ).subquery()
    found: Counter[tuple[str, str]] = Counter()
    rows = db.execute(select(rests).where(rests.c.instance_id.in_(instances)).distinct())
    for row in rows:
        found[(definitions.load(db, row.definition_id).key, row.element_id)] += 1
    return found
