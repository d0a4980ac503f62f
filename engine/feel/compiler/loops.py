"""Closures of filters, `for`, `some` and `every`: where steps are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

from engine.feel import calendar
from engine.feel.compare import exact
from engine.feel.compiler.nodes import Setting, closure, compiles, weight
from engine.feel.runtime import MAX_ITEMS, Closure, Frame, ItemScope, Run, Scope
from engine.feel.syntax import analysis, tree
from engine.feel.values import Range, kind_of


@compiles(tree.Filter)
def _filter(node: tree.Filter, setting: Setting) -> Closure:
    source = closure(node.source, setting)
    literal = node.condition
    if isinstance(literal, tree.Literal) and type(literal.value) is Decimal:
        fixed = literal.value
        return lambda frame: pick(source(frame), fixed, frame.run)
    condition = closure(node.condition, setting.with_names("item"))
    cost = weight(node.condition) + ROUND
    return lambda frame: select(source(frame), condition, cost, frame)


def select(value: Any, condition: Closure, cost: int, frame: Frame) -> Any:
    """The items for which the condition is true, or the one at the place it names."""
    if value is None:
        return frame.run.null("Nothing (null) cannot be filtered.")
    items = value if isinstance(value, list) else [value]
    kept = []
    for item in items:
        frame.run.charge(cost)
        found = condition(Frame(ItemScope(item, frame.vars), frame.run))
        if found is True:
            kept.append(item)
        elif found is not False and found is not None:
            return _by_value(items, found, frame.run)
    return kept if items else _empty(condition, frame)


def _empty(condition: Closure, frame: Frame) -> Any:
    """Of an empty list: null when the condition is a place, else still an empty list."""
    return None if kind_of(condition(frame)) == "number" else []


def _by_value(items: list[Any], found: Any, run: Run) -> Any:
    if kind_of(found) == "number":
        return pick(items, found, run)
    return run.null("A filter needs a condition or a place, not {}.", found)


def pick(value: Any, place: Any, run: Run) -> Any:
    """The item at a place from 1, or from -1 backwards; null when there is none."""
    if value is None:
        return run.null("Nothing (null) cannot be filtered.")
    items = value if isinstance(value, list) else [value]
    place = exact(place)
    if place != int(place) or place == 0 or abs(place) > len(items):
        return run.null(f"The list has no item number {place}: it has {len(items)}.")
    index = int(place)
    return items[index - 1 if index > 0 else index]


def domain(value: Any, run: Run) -> Any:
    """What a loop goes through: a list's items, a range's whole numbers or days, one value."""
    if isinstance(value, list):
        return value
    if isinstance(value, Range):
        return _range_items(value, run)
    return run.null("A loop needs a list, not nothing.") if value is None else [value]


def _range_items(limits: Range, run: Run) -> Any:
    items = steps(limits.start, limits.end, run)
    if items is None:
        return None
    if items and not limits.start_included:
        items = items[1:]
    if items and not limits.end_included:
        items = items[:-1]
    return items


def steps(start: Any, end: Any, run: Run) -> Any:
    """Whole numbers or days from one to another, up or down."""
    kind = kind_of(start)
    if kind != kind_of(end) or kind not in ("number", "date"):
        return run.null("A loop cannot go from {} to {}.", start, end)
    if kind == "date":
        return _days(calendar.ordinal(start), calendar.ordinal(end), run)
    first, last = exact(start), exact(end)
    if first != int(first) or last != int(last):
        return run.null("A loop from one number to another needs whole numbers.")
    return [Decimal(number) for number in _counted(int(first), int(last), run)]


def _days(first: int, last: int, run: Run) -> list[Any]:
    return [calendar.from_ordinal(day) for day in _counted(first, last, run)]


def _counted(first: int, last: int, run: Run) -> range:
    run.charge_list(min(abs(last - first) + 1, MAX_ITEMS + 1))
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


Source = Callable[[Frame], list[Any] | None]


def _source(iterator: tree.Iterator, setting: Setting) -> Source:
    start = closure(iterator.source, setting)
    if iterator.end is None:
        return lambda frame: domain(start(frame), frame.run)
    end = closure(iterator.end, setting)
    return lambda frame: steps(start(frame), end(frame), frame.run)


def _sources(
    iterators: tuple[tree.Iterator, ...], setting: Setting
) -> tuple[list[tuple[str, Source]], Setting]:
    found = []
    for iterator in iterators:
        found.append((iterator.name, _source(iterator, setting)))
        setting = setting.with_names(iterator.name)
    return found, setting


# What one more round of a loop costs beside its body.
ROUND: Final = 3


class _NoDomain(Exception):
    """One of the things to go through is none."""


def _rounds(sources: list[tuple[str, Source]], own: dict[str, Any], frame: Frame) -> Iterator[None]:
    """Set `own` to each combination of values in turn, the last name changing fastest."""
    name, source = sources[0]
    items = source(frame)
    if items is None:
        raise _NoDomain
    for item in items:
        own[name] = item
        if len(sources) == 1:
            yield
        else:
            yield from _rounds(sources[1:], own, frame)


@compiles(tree.For)
def _for(node: tree.For, setting: Setting) -> Closure:
    sources, inner = _sources(node.iterators, setting)
    body = closure(node.body, inner.with_names("partial"))
    cost, kept = weight(node.body) + ROUND, analysis.keeps(node.body, "partial")

    def loop(frame: Frame) -> Any:
        found: list[Any] = []
        own: dict[str, Any] = {"partial": found}
        within = Frame(Scope(own, frame.vars), frame.run)
        try:
            for _ in _rounds(sources, own, within):
                frame.run.charge(cost)
                if kept:
                    frame.run.charge(len(found))
                    own["partial"] = list(found)
                found.append(body(Frame(Scope(dict(own), frame.vars), frame.run)))
                if len(found) > MAX_ITEMS:
                    frame.run.charge_list(len(found))
        except _NoDomain:
            return None
        return found

    return loop


@compiles(tree.Quantified)
def _quantified(node: tree.Quantified, setting: Setting) -> Closure:
    sources, inner = _sources(node.iterators, setting)
    body, cost = closure(node.body, inner), weight(node.body) + ROUND
    decisive = node.word == "some"

    def test(frame: Frame) -> Any:
        own: dict[str, Any] = {}
        within, certain = Frame(Scope(own, frame.vars), frame.run), True
        try:
            for _ in _rounds(sources, own, within):
                frame.run.charge(cost)
                value = body(within)
                if value is decisive:
                    return decisive
                certain = certain and value is (not decisive)
        except _NoDomain:
            return None
        return (not decisive) if certain else None

    return test
