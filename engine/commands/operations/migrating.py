"""Bring a running case to other versions of its processes, or say why it cannot move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection

from engine import definitions, relaying
from engine.advance import Step, rebuild
from engine.commands.operations.kinds import Operation
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
        stored = orjson.loads(step.row.state)
        start = stored["start"]
        known = definitions.load(step.db, self.bound[step.row.key]).elements
        stored["start"] = start if start in known else None
        specs = definitions.specs(step.db, self.bound, step.row.key, stored["start"])
        laid = relaying.relay(
            stored,
            definitions.specs(step.db, old, step.row.key, start),
            specs,
            self._by_definition(old),
        )
        if laid.reasons:
            raise CannotMove(laid.reasons)
        lost = moves.lost_ways(step.case)
        step.case = rebuild(step.db, step.row, orjson.dumps(laid.state), specs)
        step.bound, step.redate = dict(self.bound), self.redate
        step.why = "the case moved to a new version of its process"
        try:
            gateways.fire_joins(step.case)
            run.settle(step.case)
        except ExecutionFailed as error:
            raise CannotMove([str(error)]) from error
        stalled = [w for join, w in moves.lost_ways(step.case).items() if join not in lost]
        if stalled:
            raise CannotMove(stalled)
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


def newest_for(db: Connection, key: str) -> dict[str, int]:
    """The versions that a case of this process would be bound to if it started now."""
    return definitions.bind(db, key)
