"""What an expression reads and calls, found in its tree without running it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from engine.feel.syntax import tree


@dataclass(slots=True)
class Use:
    """`names` must come from outside; `maybe` may be entries of a filtered item; `calls` by name
    with the offset of the first call."""

    names: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    calls: dict[str, int] = field(default_factory=dict)
    unbound: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    bound: frozenset[str]
    in_filter: bool = False

    def with_names(self, *names: str) -> _Place:
        return _Place(self.bound.union(names), self.in_filter)


def use(node: tree.Node, bound: frozenset[str] = frozenset()) -> Use:
    """All the names, paths and functions of a tree."""
    found = Use()
    _walk(node, _Place(bound), found)
    return found


def reads(node: tree.Node) -> set[str]:
    """The names a tree reads from outside, for certain or maybe."""
    found = use(node)
    return found.names | found.maybe


# Functions that only look at a list: what they give holds no part of it that grows.
_LOOKING: Final = frozenset(
    ("all", "any", "count", "list contains", "max", "mean", "median", "min", "product", "sum")
)


def entries(node: tree.Node) -> set[str]:
    """Names of the context that the node writes out, in either branch of an `if`."""
    if isinstance(node, tree.ContextLiteral):
        return {name for name, _ in node.entries}
    if isinstance(node, tree.If):
        return entries(node.then) | entries(node.otherwise)
    return set()


def keeps(node: tree.Node, name: str) -> bool:
    """Whether the value of `name` itself may become part of the node's value."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tree.Name) and here.name == name:
            return True
        inner = tree.children(here)
        looked = here.source if isinstance(here, tree.Filter) else None
        if isinstance(here, tree.Call) and isinstance(here.function, tree.Name):
            looked = (
                here.arguments[0] if here.arguments and here.function.name in _LOOKING else None
            )
        if isinstance(looked, tree.Name):
            inner = [child for child in inner if child is not looked]
        waiting += inner
    return False


def calls_outside(node: tree.Node) -> bool:
    """Whether a function from outside (`external`) is defined anywhere in the tree."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tree.FunctionDefinition) and here.external:
            return True
        waiting += tree.children(here)
    return False


def depth(node: tree.Node) -> int:
    """How many nodes stand inside each other at most."""
    deepest, waiting = 0, [(node, 1)]
    while waiting:
        here, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in tree.children(here))
    return deepest


def _walk(node: tree.Node, place: _Place, found: Use) -> None:
    visit = _VISITS.get(type(node))
    if visit is not None:
        visit(node, place, found)
        return
    for child in tree.children(node):
        _walk(child, place, found)


def _read(name: str, path: str, place: _Place, found: Use) -> None:
    if name in place.bound:
        return
    (found.maybe if place.in_filter else found.names).add(name)
    found.paths.add(path)


def _name(node: tree.Name, place: _Place, found: Use) -> None:
    _read(node.name, node.name, place, found)


def _path(node: tree.Path, place: _Place, found: Use) -> None:
    parts: list[str] = []
    inner: tree.Node = node
    while isinstance(inner, tree.Path):
        parts.append(inner.name)
        inner = inner.source
    if isinstance(inner, tree.Name):
        _read(inner.name, ".".join([inner.name, *reversed(parts)]), place, found)
    else:
        _walk(inner, place, found)


def _call(node: tree.Call, place: _Place, found: Use) -> None:
    if isinstance(node.function, tree.Name):
        name = node.function.name
        found.calls.setdefault(name, node.function.at)
        if name not in place.bound:
            found.unbound.setdefault(name, node.function.at)
    else:
        _walk(node.function, place, found)
    for argument in node.arguments:
        _walk(argument, place, found)


def _filter(node: tree.Filter, place: _Place, found: Use) -> None:
    _walk(node.source, place, found)
    _walk(node.condition, _Place(place.bound | {"item"}, True), found)


def _context(node: tree.ContextLiteral, place: _Place, found: Use) -> None:
    for name, value in node.entries:
        # A function may call itself by the name of its entry.
        own = place.with_names(name) if isinstance(value, tree.FunctionDefinition) else place
        _walk(value, own, found)
        place = place.with_names(name)


def _function(node: tree.FunctionDefinition, place: _Place, found: Use) -> None:
    if not node.external:
        _walk(node.body, place.with_names(*(name for name, _ in node.parameters)), found)


def _loop(node: tree.For | tree.Quantified, place: _Place, found: Use) -> None:
    for iterator in node.iterators:
        _walk(iterator.source, place, found)
        if iterator.end is not None:
            _walk(iterator.end, place, found)
        place = place.with_names(iterator.name)
    body = place.with_names("partial") if isinstance(node, tree.For) else place
    _walk(node.body, body, found)


def _cell(node: tree.UnaryTests, place: _Place, found: Use) -> None:
    for test in node.tests:
        _walk(test, place, found)


_VISITS: Final[dict[type, Callable[[Any, _Place, Use], None]]] = {
    tree.Name: _name,
    tree.Path: _path,
    tree.Call: _call,
    tree.Filter: _filter,
    tree.ContextLiteral: _context,
    tree.FunctionDefinition: _function,
    tree.For: _loop,
    tree.Quantified: _loop,
    tree.UnaryTests: _cell,
}
