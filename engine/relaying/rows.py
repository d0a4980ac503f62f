"""Rows of a stored case while they are being laid on another version."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from SpiffWorkflow.util.task import TaskState

from engine.execution.gateways import ARRIVED, USED, is_join

Row = list[Any]  # id, index of the parent, state, spec name, internal data, triggered
FORETOLD = TaskState.PREDICTED_MASK | TaskState.FUTURE


class Tree:
    """Rows being changed: children by place, removals, additions; `rows` renumbers depth first."""

    def __init__(self, before: list[Row], placed: list[Row]) -> None:
        self.before, self.placed = before, placed
        self.gone: set[int] = set()

    def children(self, place: int) -> list[int]:
        return [i for i, row in enumerate(self.placed) if row[1] == place and i not in self.gone]

    def remove(self, place: int) -> None:
        for child in self.children(place):
            self.remove(child)
        self.gone.add(place)

    def add(self, parent: int, state: int, name: str) -> int:
        self.placed.append([uuid4().hex, parent, state, name])
        return len(self.placed) - 1

    def insert_above(self, place: int, name: str) -> int:
        at = self.add(self.placed[place][1], TaskState.COMPLETED, name)
        self.placed[place][1] = at
        return at

    def rows(self) -> list[Row]:
        """Depth first, children in order, parents as indexes."""
        order: list[Row] = []
        todo = [(i, -1) for i in self.children(-1)]
        while todo:
            place, parent = todo.pop(0)
            here = len(order)
            order.append([self.placed[place][0], parent, *self.placed[place][2:]])
            todo[:0] = [(child, here) for child in self.children(place)]
        return order


def is_open(row: Row) -> bool:
    return not row[2] & TaskState.FINISHED_MASK and not row[2] & FORETOLD


def is_arrival(row: Row, spec: Any, parent: Row | None) -> bool:
    """As gateways.is_arrival, of a stored row."""
    used = len(row) > 4 and row[4].get(USED)
    came = parent is not None and parent[2] == TaskState.COMPLETED
    return is_join(spec) and bool(row[2] & ARRIVED) and came and not used


def without_foretold(rows: list[Row]) -> list[Row]:
    """The rows that are more than a forecast, with their parents' places put right."""
    places: dict[int, int] = {-1: -1}
    kept: list[Row] = []
    for place, row in enumerate(rows):
        if row[2] & FORETOLD or row[1] not in places:
            continue
        places[place] = len(kept)
        kept.append([row[0], places[row[1]], *row[2:]])
    return kept
