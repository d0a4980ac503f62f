"""One workflow of a case after the other, from the outside in, laid on its new spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.elements import Element
from engine.execution import moves
from engine.execution.gateways import EventBasedGateway, Joining
from engine.relaying.bodies import around, body_in, opened_beside, token_of
from engine.relaying.rows import Row, Tree, is_arrival, is_open, without_foretold
from engine.relaying.specs import is_boundary, main_of, role_of, split_of

Specs = tuple[Any, dict[str, Any]]
Mappings = Mapping[tuple[int, str], str]  # (old definition id, old element id) -> new element id
PLACEHOLDER = "Start"  # what a finished task stands on when its element is gone


@dataclass
class Laid:
    """The state on the new versions; `reasons` say in words why the case cannot move, if so."""

    state: dict[str, Any]
    reasons: list[str] = field(default_factory=list)


def relay(state: dict[str, Any], old: Specs, new: Specs, mapping: Mappings) -> Laid:
    """`state` as state.py stores it (parsed), laid on `new`."""
    laid = Laid({**state, "w": [], "s": list(state["s"])})
    relaying = _Relaying(old, new, mapping, laid)
    for owner, name, completed, rows in state["w"]:
        relaying.one(owner, old[0] if owner is None else old[1][name], completed, rows)
    return laid


class _Relaying:
    """The workflows of one case, one after the other."""

    def __init__(self, old: Specs, new: Specs, mapping: Mappings, laid: Laid) -> None:
        self.old, self.new, self.mapping, self.laid = old, new, mapping, laid
        self.places: dict[str, Any] = {}  # token -> its new spec
        self.unwrapped: dict[str, str | None] = {}  # a body's token -> the owner of its scope

    def one(self, owner: str | None, old_spec: Any, completed: bool, rows: list[Row]) -> None:
        scope_of = self.unwrapped.get(owner or "", owner)
        new_spec = self.new[0] if scope_of is None else self._inside(scope_of)
        if new_spec is None:
            return
        before, after = body_in(self.old[1], old_spec), body_in(self.new[1], new_spec)
        if before is not None and after is None:
            self._unwrap(owner, old_spec, before, rows)
        elif after is not None and before is None and owner not in self.unwrapped:
            self._wrap(scope_of, old_spec, new_spec, completed, rows)
        else:
            self._lay(scope_of, old_spec, new_spec, completed, rows)

    def _lay(
        self, owner: str | None, old_spec: Any, new_spec: Any, completed: bool, rows: list[Row]
    ) -> None:
        moved = _Level(old_spec, new_spec, self.mapping, self.laid.reasons).lay(rows)
        self._keep(owner, new_spec, completed, moved)

    def _keep(self, owner: str | None, spec: Any, completed: bool, rows: list[Row]) -> None:
        self.laid.state["w"].append([owner, spec.name, completed, rows])
        self.places.update((row[0], spec.task_specs[row[3]]) for row in rows)

    def _wrap(
        self, owner: str | None, old_spec: Any, new_spec: Any, completed: bool, rows: list[Row]
    ) -> None:
        body = body_in(self.new[1], new_spec)
        token, outside = around(new_spec, body)
        self._keep(owner, new_spec, False, outside)
        self._lay(token, old_spec, body, completed, rows)
        around_it = "root" if owner is None else f"s:{owner}"
        self.laid.state["s"].append([f"s:{token}", around_it, "sub"])

    def _unwrap(self, owner: str | None, old_spec: Any, body: Any, rows: list[Row]) -> None:
        for label in opened_beside(rows, old_spec, body):
            self.laid.reasons.append(
                f"“{label}” is open, and what opened it is not in the new version."
            )
        token = token_of(rows, body)
        if token is None:
            self.laid.reasons.append("The case stands in a part that is not in the new version.")
            return
        self.unwrapped[token] = owner
        self.laid.state["s"] = [one for one in self.laid.state["s"] if one[0] != f"s:{token}"]

    def _inside(self, owner: str) -> Any:
        place = self.places.get(owner)
        called = getattr(place, "spec", None)
        found = self.new[1].get(called) if isinstance(called, str) else None
        if found is None and place is not None:
            self.laid.reasons.append(f"“{place.name}” has no inside in the new version.")
        return found


class _Level:
    """One workflow of the case: its old and new spec."""

    def __init__(self, old: Any, new: Any, mapping: Mappings, reasons: list[str]) -> None:
        self.old, self.new, self.mapping, self.reasons = old, new, mapping, reasons

    def lay(self, rows: list[Row]) -> list[Row]:
        kept = without_foretold(rows)
        placed: list[Row] = []
        for row in kept:
            old_spec = self.old.task_specs[row[3]]
            parent = kept[row[1]] if row[1] >= 0 else None
            new_name = self._name(row, old_spec, parent)
            placed.append([row[0], row[1], row[2], new_name, *row[4:]])
        return self._with_events(kept, placed)

    # --- where a token stands now

    def _name(self, row: Row, old_spec: Any, parent: Row | None) -> str:
        """The new spec's name for one row; None is said in `reasons` when it must have one."""
        if isinstance(old_spec, _EndJoin):
            return str(self.new.end.name)
        element: Element | None = getattr(old_spec, "element", None)
        if element is None:
            return self._internal(old_spec)
        found = self._place(old_spec, element)
        if found is not None and (is_open(row) or is_arrival(row, old_spec, parent)):
            self._must_be_alike(old_spec, element, found)
        if found is not None:
            return str(found.name)
        if is_open(row) and not (isinstance(old_spec, CatchingEvent) and self._is_one_of(parent)):
            self.reasons.append(
                f"“{element.label}” is not in the new version: choose the step it becomes."
            )
        elif is_arrival(row, old_spec, parent):
            self.reasons.append(
                f"A way has arrived at “{element.label}”, which is not in the new version."
            )
        return PLACEHOLDER

    def _internal(self, old_spec: Any) -> str:
        if isinstance(old_spec, BoundaryEventSplit):
            main = main_of(old_spec)
            if main.element is None:  # a body: its name says whose
                return old_spec.name if old_spec.name in self.new.task_specs else PLACEHOLDER
            place = self._place(main, main.element)
            split = split_of(place) if place is not None else None
            return split.name if split is not None else PLACEHOLDER
        return old_spec.name if old_spec.name in self.new.task_specs else PLACEHOLDER

    def _place(self, old_spec: Any, element: Element) -> Any:
        wanted = self.mapping.get((self.old.definition_id, element.id), element.id)
        role = role_of(old_spec)
        alike = self.new.task_specs.get(old_spec.name)  # of several parts of an event, the same one
        for spec in [*([alike] if alike is not None else ()), *self.new.task_specs.values()]:
            there = getattr(spec, "element", None)
            if there is not None and there.id == wanted and role_of(spec) == role:
                return spec
        if role != "plain" or not wanted:
            return None
        return moves.entry(self.new, wanted)

    def _must_be_alike(self, old_spec: Any, element: Element, found: Any) -> None:
        there: Element = found.element
        if isinstance(found, BoundaryEventSplit):
            found = main_of(found)
            there = found.element
        people = element.for_people and there.for_people
        same = element.kind == there.kind and element.event == there.event
        if not (people or same) or role_of(old_spec) != role_of(found):
            self.reasons.append(
                f"“{element.label}” is another kind of step in the new version: a case that "
                "stands there cannot move."
            )
        elif element.called != there.called:
            self.reasons.append(f"“{element.label}” calls another process in the new version.")

    def _is_one_of(self, parent: Row | None) -> bool:
        """An event beside a step, or one of several: the others still wait."""
        spec = self.old.task_specs[parent[3]] if parent else None
        return isinstance(spec, BoundaryEventSplit | EventBasedGateway)

    # --- the events that stand beside an open step, or behind an event gateway

    def _with_events(self, before: list[Row], placed: list[Row]) -> list[Row]:
        tree = Tree(before, placed)
        for place, row in enumerate(list(placed)):
            if place in tree.gone:
                continue
            old_spec = self.old.task_specs[before[place][3]]
            new_spec = self.new.task_specs[row[3]]
            parent = before[before[place][1]] if before[place][1] >= 0 else None
            if is_arrival(before[place], old_spec, parent):
                self._sync_arrival(tree, place, old_spec, new_spec)
            elif isinstance(old_spec, BoundaryEventSplit):
                self._sync_split(tree, place, old_spec)
            elif isinstance(old_spec, EventBasedGateway):
                self._sync_gateway(tree, place, new_spec)
            elif is_open(row) and not self._has_split(before, place):
                self._add_split(tree, place, new_spec)
        return tree.rows()

    def _sync_arrival(self, tree: Tree, place: int, old_join: Any, new_join: Any) -> None:
        """What came on a way counts on the same one, or on the only one that takes its place."""
        if not isinstance(new_join, Joining):
            return  # said already: the join is gone, or another kind of step
        ways = set(new_join._inputs)
        if tree.placed[tree.placed[place][1]][3] in ways:
            return
        known = [self._way(name) for name in set(old_join._inputs)]
        gone, fresh = [way for way in known if way not in ways], ways - set(known)
        if len(gone) == len(fresh) == 1:
            tree.insert_above(place, fresh.pop())
            return
        came = moves.label(self.old.task_specs[tree.before[tree.before[place][1]][3]])
        join = moves.label(self.new.task_specs[tree.placed[place][3]])
        self.reasons.append(f"“{came}” is done, and does not lead to “{join}” in the new version.")

    def _way(self, name: str) -> str:
        """The new spec's name for a step that leads to a join."""
        old_spec = self.old.task_specs[name]
        element = getattr(old_spec, "element", None)
        if element is None:
            return self._internal(old_spec)
        found = self._place(old_spec, element)
        return PLACEHOLDER if found is None else str(found.name)

    def _has_split(self, before: list[Row], place: int) -> bool:
        parent = before[place][1]
        return parent >= 0 and isinstance(
            self.old.task_specs[before[parent][3]], BoundaryEventSplit
        )

    def _sync_split(self, tree: Tree, place: int, old_spec: Any) -> None:
        main = next((c for c in tree.children(place) if not self._is_boundary(tree, c)), None)
        if main is None or not is_open(tree.placed[main]):
            return
        spec = self.new.task_specs[tree.placed[main][3]]
        split = spec if isinstance(spec, BoundaryEventSplit) else split_of(spec)
        if isinstance(spec, BoundaryEventSplit):
            tree.placed[main][3] = main_of(spec).name
        known = {s.element.id for s in old_spec.outputs if is_boundary(s)}
        wanted = [s for s in split.outputs if is_boundary(s)] if split is not None else []
        names = {s.name for s in wanted}
        for child in tree.children(place):
            beside = self._is_boundary(tree, child) and is_open(tree.placed[child])
            if beside and tree.placed[child][3] not in names:
                tree.remove(child)
        tree.placed[place][3] = split.name if split is not None else PLACEHOLDER
        mapped = {self.mapping.get((self.old.definition_id, one), one) for one in known}
        for spec in wanted:
            if spec.element.id not in mapped:
                tree.add(place, TaskState.WAITING, spec.name)

    def _is_boundary(self, tree: Tree, place: int) -> bool:
        return is_boundary(self.old.task_specs[tree.before[place][3]])

    def _sync_gateway(self, tree: Tree, place: int, new_spec: Any) -> None:
        waiting = [c for c in tree.children(place) if is_open(tree.placed[c])]
        if not waiting or not isinstance(new_spec, EventBasedGateway):
            return
        wanted = {s.name for s in new_spec.outputs}
        there = {tree.placed[c][3] for c in waiting}
        for child in waiting:
            if tree.placed[child][3] not in wanted:
                tree.remove(child)
        for name in sorted(wanted - there):
            tree.add(place, TaskState.WAITING, name)

    def _add_split(self, tree: Tree, place: int, new_spec: Any) -> None:
        """The step had nothing beside it; in the new version it has."""
        if isinstance(new_spec, BoundaryEventSplit):
            split = new_spec
            tree.placed[place][3] = main_of(split).name
        else:
            found = split_of(new_spec)
            if found is None:
                return
            split = found
        at = tree.insert_above(place, split.name)
        for spec in split.outputs:
            if is_boundary(spec):
                tree.add(at, TaskState.WAITING, spec.name)
