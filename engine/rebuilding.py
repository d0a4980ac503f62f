"""A case as it was: its whole tree, which was pruned as it ran, and its values after any step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine import feel, history
from engine.state import OWNER

Rows = list[list[Any]]


@dataclass
class Node:
    """One token of the case: where it was, what became of it, and what came of it."""

    id: str
    element: str  # as the running spec names it
    state: int  # as the library's TaskState
    children: list[Node] = field(default_factory=list)
    inside: Node | None = None  # the beginning of its subprocess or call


@dataclass
class Whole:
    """`gone` are branches that an event or a person removed: they hang on nothing any more."""

    root: Node
    gone: list[Node]


def whole(blob: bytes, cuts: Iterable[Rows]) -> Whole:
    """The case's tree as if it had never been pruned, from its stored state and what its history
    says was cut at each step, the oldest first."""
    nodes: dict[str, Node] = {}
    above: dict[str, str] = {}
    for rows in cuts:
        _read(rows, nodes, above)
    flows = orjson.loads(blob)["w"]
    for owner, _, _, rows in flows:
        _read_live(rows, f"{OWNER}{owner or ''}", nodes, above)
    hanging = []
    for id_, node in nodes.items():
        over = nodes.get(above[id_].removeprefix(OWNER))
        if over is None:
            hanging.append(node)
        elif above[id_].startswith(OWNER):
            over.inside = node
        else:
            over.children.append(node)
    root = nodes[flows[0][3][0][0]]
    return Whole(root, [node for node in hanging if node is not root])


def _read(rows: Rows, nodes: dict[str, Node], above: dict[str, str]) -> None:
    """Rows that one step cut. The oldest word on what a token came from is the right one: later
    it hangs on what pruning left."""
    for place, row in enumerate(rows):
        over = row[1]
        if isinstance(over, int):  # rows of old kept no parent: -1
            over = rows[place - over][0] if over > 0 else ""
        above.setdefault(row[0], over)
        if len(row) > 2:
            nodes[row[0]] = Node(row[0], row[3], row[2])


def _read_live(rows: Rows, outside: str, nodes: dict[str, Node], above: dict[str, str]) -> None:
    for id_, parent, state, element, *_ in rows:
        above.setdefault(id_, rows[parent][0] if parent >= 0 else outside)
        nodes[id_] = Node(id_, element, state)


def values_after(events: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Scope → name → value, as the writes of a case's history up to some event left them: the
    details of its events in order. Scopes that ended since are there as they were."""
    found: dict[str, dict[str, Any]] = {}
    for details in events:
        for scope, name, value, _ in history.writes(details):
            found.setdefault(scope, {})[name] = feel.from_json(value)
    return found
