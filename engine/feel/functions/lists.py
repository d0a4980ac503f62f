"""Functions on lists: putting together, taking apart, finding, sorting."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.feel.compare import place as whole
from engine.feel.compare import same
from engine.feel.runtime import Run
from engine.feel.values import Function

from .registry import builtin


@builtin("list contains(list: list, element: any)")
def _contains(run: Run, items: list[Any], element: Any) -> bool:
    run.charge(len(items))
    return any(same(item, element, run) for item in items)


@builtin("count(list: list)")
def _count(run: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@builtin("append(list: list, item*: any)")
def _append(run: Run, items: list[Any], more: list[Any]) -> list[Any]:
    run.charge_list(len(items) + len(more))
    return [*items, *more]


@builtin("concatenate(lists*: list)")
def _concatenate(run: Run, lists: list[Any]) -> Any:
    found: list[Any] = []
    for part in lists:
        if part is None:
            return run.null("“concatenate” wants lists, not nothing (null).")
        found.extend(part if isinstance(part, list) else [part])
        run.charge_list(len(found))
    return found


@builtin("union(lists*: list)")
def _union(run: Run, lists: list[Any]) -> Any:
    joined = _concatenate(run, lists)
    return None if joined is None else _distinct(run, joined)


@builtin("distinct values(list: list)")
def _distinct(run: Run, items: list[Any]) -> list[Any]:
    found: list[Any] = []
    seen: set[Any] = set()
    for item in items:
        simple = type(item) in (str, Decimal, int) and type(item) is not bool
        if simple:
            if item not in seen:
                seen.add(item)
                found.append(item)
            continue
        run.charge(len(found))
        if not any(same(item, other, run) for other in found):
            found.append(item)
    run.charge_list(len(items))
    return found


@builtin("sublist(list: list, start position: number, length?: number?)")
def _sublist(run: Run, items: list[Any], start: Any, length: Any) -> Any:
    first = whole(start)
    if first == 0 or abs(first) > len(items):
        return run.null(f"The list has no item number {first}: it has {len(items)}.")
    begin = first - 1 if first > 0 else len(items) + first
    if length is None:
        end = len(items)
    else:
        end = begin + whole(length)
        if end <= begin or end > len(items):
            return run.null("The length of “sublist” goes beyond the list.")
    run.charge_list(end - begin)
    return items[begin:end]


@builtin("insert before(list: list, position: number, newItem: any)")
def _insert(run: Run, items: list[Any], position: Any, item: Any) -> Any:
    place = whole(position)
    if place == 0 or abs(place) > len(items):
        return run.null(f"The list has no item number {place}: it has {len(items)}.")
    run.charge_list(len(items) + 1)
    at = place - 1 if place > 0 else len(items) + place
    return [*items[:at], item, *items[at:]]


@builtin("remove(list: list, position: number)")
def _remove(run: Run, items: list[Any], position: Any) -> Any:
    place = whole(position)
    if place == 0 or abs(place) > len(items):
        return run.null(f"The list has no item number {place}: it has {len(items)}.")
    run.charge_list(len(items))
    at = place - 1 if place > 0 else len(items) + place
    return items[:at] + items[at + 1 :]


@builtin("reverse(list: list)")
def _reverse(run: Run, items: list[Any]) -> list[Any]:
    run.charge_list(len(items))
    return items[::-1]


@builtin("index of(list: list, match: any)")
def _index_of(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    run.charge_list(len(items))
    return [
        Decimal(place)
        for place, item in enumerate(items, 1)
        if (item is None and match is None) or same(item, match, run)
    ]


@builtin("flatten(list: list)")
def _flatten(run: Run, items: list[Any]) -> list[Any]:
    found: list[Any] = []
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        run.charge(1)
        if isinstance(item, list):
            waiting.extend(reversed(item))
        else:
            found.append(item)
    run.charge_list(len(found))
    return found


@builtin("list replace(list: list, position: number, newItem: any)",
         "list replace(list: list, match: function, newItem: any)")  # fmt: skip
def _replace(run: Run, items: list[Any], place: Any, item: Any) -> Any:
    run.charge_list(len(items))
    if isinstance(place, Function):
        from engine.feel.compiler.calls import invoke

        found = []
        for old in items:
            hit = invoke(place, [old, item], (), run)
            if not isinstance(hit, bool):
                return run.null("The function of “list replace” gives {}, not yes/no.", hit)
            found.append(item if hit else old)
        return found
    at = whole(place)
    if at == 0 or abs(at) > len(items):
        return run.null(f"The list has no item number {at}: it has {len(items)}.")
    index = at - 1 if at > 0 else len(items) + at
    return [*items[:index], item, *items[index + 1 :]]


@builtin("sort(list: list, precedes?: function)")
def _sort(run: Run, items: list[Any], precedes: Function | None) -> Any:
    from engine.feel.compare import order
    from engine.feel.compiler.calls import invoke

    run.charge_list(len(items))
    run.charge(len(items) * len(items).bit_length())
    wrong = []

    def before(left: Any, right: Any) -> int:
        if precedes is None:
            place = order(left, right, run)
            wrong.extend([left] if place is None else [])
            return place or 0
        if invoke(precedes, [left, right], (), run) is True:
            return -1
        return 1 if invoke(precedes, [right, left], (), run) is True else 0

    found = sorted(items, key=cmp_to_key(before))
    return run.null("“sort” cannot order a list of several kinds.") if wrong else found
