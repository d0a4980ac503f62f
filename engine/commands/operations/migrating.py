"""Bring a running case to other versions of its processes, or say why it cannot move."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from engine import definitions, relaying
from engine.access import Actor
from engine.advance import Step, preview, rebuild
from engine.commands.operations.kinds import Operation
from engine.definitions import Definition
from engine.errors import Conflict, ExecutionFailed
from engine.execution import gateways, moves, run
from engine.history import Event

Mapped = Mapping[str, Mapping[str, str]]  # process key -> {old element id: new one}


class CannotMove(Conflict):
    """`reasons` name each step that has no place in the new version."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(dict.fromkeys(reasons)))
        self.reasons = tuple(dict.fromkeys(reasons))


@dataclass(frozen=True)
class Migrate(Operation):
    """`bound`: process key -> definition id, for the case's own process and those it can call.
    `mapping`: equal ids need none. `redate`: work out dates again; else each keeps its instant."""

    bound: Mapping[str, int]
    mapping: Mapped = field(default_factory=dict)
    redate: bool = False
    kind = "migrate"
    for_owners = True

    def apply(self, step: Step) -> Event:
        old = dict(step.row.bound)
        if dict(self.bound) == old:
            raise Conflict("The case already runs on these versions.")
        elements = definitions.load(step.db, self.bound[step.row.key]).elements
        lost = _lay(
            step,
            elements,
            lambda start: definitions.specs(step.db, self.bound, step.row.key, start),
            self._by_definition(old),
        )
        step.bound, step.redate = dict(self.bound), self.redate
        step.why = "the case moved to a new version of its process"
        _settle(step, lost)
        return Event("case.migrated", details=self._told(step, old))

    def _by_definition(self, old: dict[str, int]) -> dict[tuple[int, str], str]:
        return {
            (old[key], before): after
            for key, pairs in self.mapping.items()
            if key in old
            for before, after in pairs.items()
        }

    def _told(self, step: Step, old: dict[str, int]) -> dict[str, object]:
        changed = {
            key: [
                definitions.load(step.db, old[key]).version if key in old else None,
                definitions.load(step.db, new).version,
            ]
            for key, new in self.bound.items()
            if old.get(key) != new
        }
        return {"versions": changed, "before": old, "redate": self.redate}


def try_draft(db: Connection, instance_id: int, draft: Definition, *, actor: Actor) -> None:
    """Whether this case could move to a version that is not published: CannotMove says why not.

    Worked out in memory from the draft in hand; nothing is stored."""
    with preview(db, instance_id, actor=actor) as step:
        bound, key = _with_called(db, draft, step.row.bound), step.row.key
        others = [definitions.load(db, id_) for k, id_ in bound.items() if k != draft.key]
        together = {one.key: one for one in sorted([draft, *others], key=lambda d: d.key)}
        lost = _lay(
            step,
            together[key].elements,
            lambda start: definitions.build(tuple(together.values()), key, start),
            {},
        )
        _settle(step, lost)


def _with_called(db: Connection, draft: Definition, old: Mapping[str, int]) -> dict[str, int]:
    """The versions a case runs on, and the newest of what the draft calls besides."""
    new = [key for key in definitions.called_by(draft) if key not in old and key != draft.key]
    found = dict(old)
    for key in new:
        found |= {k: id_ for k, id_ in definitions.bind(db, key).items() if k not in found}
    return found


def _lay(
    step: Step,
    elements: Container[str],
    specs_from: Callable[[str | None], Any],
    mapping: Mapping[tuple[int, str], str],
) -> dict[str, str]:
    """The case put on specs built for where it began, if these elements still have that; what
    could not come together before it was."""
    stored = orjson.loads(step.row.state)
    began = stored["start"]
    stored["start"] = began if began in elements else None
    specs = specs_from(stored["start"])
    before = definitions.specs(step.db, dict(step.row.bound), step.row.key, began)
    laid = relaying.relay(stored, before, specs, dict(mapping))
    if laid.reasons:
        raise CannotMove(laid.reasons)
    lost = moves.lost_ways(step.case)
    step.case = rebuild(step.db, step.row, orjson.dumps(laid.state), specs)
    return lost


def _settle(step: Step, lost: dict[str, str]) -> None:
    """Let it run to its rest; a way that is lost only now is a reason not to move."""
    try:
        gateways.fire_joins(step.case)
        run.settle(step.case)
    except ExecutionFailed as error:
        raise CannotMove([str(error)]) from error
    stalled = [w for join, w in moves.lost_ways(step.case).items() if join not in lost]
    if stalled:
        raise CannotMove(stalled)


def newest_for(db: Connection, key: str) -> dict[str, int]:
    """The versions that a case of this process would be bound to if it started now."""
    return definitions.bind(db, key)
