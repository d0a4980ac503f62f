"""Bring a running case to other versions of its processes, or say why it cannot move."""

from __future__ import annotations

from collections.abc import Mapping
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
        stored = orjson.loads(step.row.state)
        start = stored["start"]
        known = definitions.load(step.db, self.bound[step.row.key]).elements
        stored["start"] = start if start in known else None
        specs = definitions.specs(step.db, self.bound, step.row.key, stored["start"])
        before = definitions.specs(step.db, old, step.row.key, start)
        laid = relaying.relay(stored, before, specs, self._by_definition(old))
        lost = _laid(step, laid, specs)
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
        old, key = dict(step.row.bound), step.row.key
        stored = orjson.loads(step.row.state)
        start = stored["start"]
        if key == draft.key and start not in draft.elements:
            stored["start"] = None
        others = [definitions.load(db, id_) for k, id_ in _with_called(db, draft, old).items()
                  if k != draft.key]  # fmt: skip
        together = tuple(sorted([draft, *others], key=lambda d: d.key))
        specs = definitions.build(together, key, stored["start"])
        before = definitions.specs(db, old, key, start)
        _settle(step, _laid(step, relaying.relay(stored, before, specs, {}), specs))


def _with_called(db: Connection, draft: Definition, old: dict[str, int]) -> dict[str, int]:
    """The versions a case runs on, and the newest of what the draft calls besides."""
    new = [key for key in definitions.called_by(draft) if key not in old and key != draft.key]
    found = dict(old)
    for key in new:
        found |= {k: id_ for k, id_ in definitions.bind(db, key).items() if k not in found}
    return found


def _laid(step: Step, laid: relaying.Laid, specs: Any) -> dict[str, str]:
    """The case put on its new specs; what could not come together before it was."""
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
