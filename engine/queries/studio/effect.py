"""What publishing a draft would mean for the cases that are open: counts and references alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine import definitions
from engine.access import Actor
from engine.commands import deployments
from engine.commands.drafts import DefinitionDraft
from engine.commands.operations import CannotMove, try_draft
from engine.comparing import REMOVED, Comparison
from engine.definitions import Definition
from engine.errors import EngineError, ExecutionFailed
from engine.models import (
    process_definition,
    process_instance,
)
from engine.queries.studio.reading import standing

FAILS = "A step that it would come to at once cannot be worked out with what the case holds."
MOST = 200  # so many cases are tried unless all are asked for: more keep the page waiting


@dataclass(frozen=True)
class StepEffect:
    """A changed or removed step with the open cases that stand on it."""

    label: str
    removed: bool
    standing: int
    moving: tuple[str, ...]  # references
    staying: tuple[str, ...]
    untried: int


@dataclass(frozen=True)
class Staying:
    """Cases that cannot move, for one reason."""

    why: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class LiveEffect:
    """All open cases of a process, and what would become of them if they were moved."""

    cases: int
    tried: int
    moving: tuple[str, ...]
    staying: tuple[Staying, ...]
    steps: tuple[StepEffect, ...]

    @property
    def staying_count(self) -> int:
        return len({reference for one in self.staying for reference in one.references})


def live_effect(
    db: Connection, actor: Actor, drafted: DefinitionDraft, comparison: Comparison, most: int | None
) -> LiveEffect:
    """Of a draft without errors: each open case is tried on it in memory, those on steps that
    change first, `most` of them (None: all). Nothing is stored."""
    key = drafted.key
    draft = definitions.read(deployments.folder_of(drafted.files), key=key)
    standing = _standing(db, key)
    open_cases = _open_cases(db, key, standing)
    reasons: dict[str, tuple[str, ...]] = {}
    for instance_id, reference in _in_order(open_cases, standing, comparison)[:most]:
        reasons[reference] = _why_not(db, instance_id, draft, actor)
    return LiveEffect(
        cases=len(open_cases),
        tried=len(reasons),
        moving=tuple(r for r, why in reasons.items() if not why),
        staying=_by_reason(reasons),
        steps=tuple(_steps(db, key, comparison, standing, reasons)),
    )


def _standing(db: Connection, key: str) -> dict[str, dict[int, str]]:
    """Element id → the open cases (id → reference) that stand on it."""
    p, d, places = process_instance.c, process_definition.c, standing()
    rows = db.execute(
        select(places.c.element_id, p.id, p.reference)
        .join(process_instance, p.id == places.c.instance_id)
        .join(process_definition, d.id == places.c.definition_id)
        .where(d.key == key, p.ended_at.is_(None))
        .order_by(p.id)
    )
    found: dict[str, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row.element_id, {})[row.id] = row.reference
    return found


def _open_cases(
    db: Connection, key: str, standing: Mapping[str, Mapping[int, str]]
) -> dict[int, str]:
    """Those that began as this process, and those that wait in it as a called one."""
    p = process_instance.c
    rows = db.execute(
        select(p.id, p.reference).where(p.key == key, p.ended_at.is_(None)).order_by(p.id)
    )
    found = {row.id: row.reference for row in rows}
    for cases in standing.values():
        found.update(cases)
    return dict(sorted(found.items()))


def _in_order(
    open_cases: Mapping[int, str],
    standing: Mapping[str, Mapping[int, str]],
    comparison: Comparison,
) -> list[tuple[int, str]]:
    """Those on changed steps, then the others, oldest first."""
    changed = comparison.marks(old=True)
    concerned = {case for element in changed for case in standing.get(element, ())}
    return sorted(open_cases.items(), key=lambda case: (case[0] not in concerned, case[0]))


def _why_not(db: Connection, instance_id: int, draft: Definition, actor: Actor) -> tuple[str, ...]:
    try:
        try_draft(db, instance_id, draft, actor=actor)
    except CannotMove as error:
        return (FAILS,) if isinstance(error.__cause__, ExecutionFailed) else error.reasons
    except EngineError:
        return (FAILS,)  # its words may hold what was typed into the case
    return ()


def _by_reason(reasons: Mapping[str, tuple[str, ...]]) -> tuple[Staying, ...]:
    found: dict[str, list[str]] = {}
    for reference, why in reasons.items():
        for one in why:
            found.setdefault(one, []).append(reference)
    return tuple(Staying(why, tuple(some)) for why, some in sorted(found.items()))


def _steps(
    db: Connection,
    key: str,
    comparison: Comparison,
    standing: Mapping[str, Mapping[int, str]],
    reasons: Mapping[str, tuple[str, ...]],
) -> list[StepEffect]:
    live = definitions.load(db, definitions.newest(db)[key]).elements
    found = []
    for element_id, kind in comparison.marks(old=True).items():
        if element_id not in live:
            continue  # a way: nothing rests on it
        cases = list(standing.get(element_id, {}).values())
        found.append(
            StepEffect(
                label=live[element_id].label,
                removed=kind == REMOVED,
                standing=len(cases),
                moving=tuple(r for r in cases if reasons.get(r) == ()),
                staying=tuple(r for r in cases if reasons.get(r)),
                untried=sum(r not in reasons for r in cases),
            )
        )
    return sorted(found, key=lambda one: (-one.standing, one.label))
