"""A case's variables, kept per scope beside the task tree, with a log of every write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import orjson
from SpiffWorkflow.task import Task

from engine import feel

ROOT = "root"
KEEPING = ("item", "process", "called")  # a new name is kept here
MISSING = object()
Raw = Callable[[], bytes]


@dataclass(frozen=True)
class Write:
    scope: str
    name: str
    value: Any
    element_id: str | None


@dataclass
class Scope:
    """`kind`: process, sub (reads and writes through), item (keeps what is written in it) or
    called (a process with inputs of its own: it neither reads nor writes outside)."""

    parent: str | None
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Raw] = field(default_factory=dict)  # what gives its JSON, not yet looked at

    def get(self, name: str) -> Any:
        found = self.values.get(name, MISSING)
        if found is MISSING and (stored := self.raw.pop(name, None)) is not None:
            found = self.values[name] = feel.from_json(orjson.loads(stored()))
        return found

    def __contains__(self, name: str) -> bool:
        return name in self.values or name in self.raw

    def names(self) -> list[str]:
        return [*self.values, *self.raw]


class View(Mapping[str, Any]):
    """What an expression sees at one task: the scopes from the inside out, then `extra`."""

    def __init__(self, chain: list[Scope], extra: Mapping[str, Any]) -> None:
        self.chain, self.extra = chain, extra

    def __getitem__(self, name: str) -> Any:
        if name in self.extra:
            return self.extra[name]
        for scope in self.chain:
            if (found := scope.get(name)) is not MISSING:
                return found
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        return name in self.extra or any(str(name) in scope for scope in self.chain)

    def __iter__(self) -> Iterator[str]:
        seen = dict.fromkeys(self.extra)
        for scope in self.chain:
            seen.update(dict.fromkeys(scope.names()))
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Scopes:
    """All scopes of one case, by key: `root`, `s:<task id>` for the inside of a subprocess or call,
    `i:<task id>` for a multi-instance item."""

    def __init__(self) -> None:
        self.all: dict[str, Scope] = {ROOT: Scope(None, "process")}
        self.log: list[Write] = []

    def key(self, task: Task) -> str:
        item = f"i:{task.id.hex}"
        return item if item in self.all else inner_key(task.workflow)

    def chain(self, key: str) -> list[Scope]:
        chain, at = [], self.all.get(key)
        while at is not None:
            chain.append(at)
            through = at.parent is not None and at.kind != "called"
            at = self.all.get(str(at.parent)) if through else None
        return chain

    def open(self, key: str, parent: str, kind: str) -> None:
        self.all[key] = Scope(parent, kind)

    def close(self, key: str) -> None:
        self.all.pop(key, None)

    def read(self, key: str, name: str) -> Any:
        found = self.find(key, name)
        return None if found is MISSING else found

    def find(self, key: str, name: str) -> Any:
        """As `read`; `MISSING` when no scope has the name."""
        for scope in self.chain(key):
            if (found := scope.get(name)) is not MISSING:
                return found
        return MISSING

    def write(self, key: str, name: str, value: Any, element_id: str | None = None) -> None:
        """To the nearest scope that holds the name; a new name stops at an item or the process."""
        at = self._home(key, name)
        scope = self.all[at]
        scope.values[name] = deepcopy(value)
        scope.raw.pop(name, None)
        self.log.append(Write(at, name, value, element_id))

    def local(self, key: str, name: str, value: Any) -> None:
        """Set a name in just this scope, shadowing any outside."""
        self.all[key].values[name] = deepcopy(value)
        self.log.append(Write(key, name, value, None))

    def _home(self, key: str, name: str) -> str:
        at: str | None = key
        while at is not None:
            scope = self.all[at]
            if scope.kind in KEEPING or name in scope:
                return at
            at = scope.parent
        return ROOT

    def drop_without(self, owners: set[str]) -> list[str]:
        """Forget scopes whose owner (hex id) is not among these; their keys."""
        gone = [key for key in self.all if key != ROOT and key[2:] not in owners]
        for key in gone:
            del self.all[key]
        return gone


def inner_key(workflow: Any) -> str:
    owner = workflow.parent_task_id
    return ROOT if owner is None else f"s:{owner.hex}"
