"""Functions that make one value of a list: sums, means, extremes, all, any."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from typing import Any

from engine.feel.compare import exact, order
from engine.feel.literals import DECIMAL128
from engine.feel.runtime import Run
from engine.feel.values import kind_of

from .registry import builtin


def _numbers(name: str, items: list[Any], run: Run) -> Any:
    run.charge(len(items))
    found = [Decimal(exact(item)) for item in items if kind_of(item) == "number"]
    if len(found) < len(items) or not all(map(Decimal.is_finite, found)):
        return run.null(f"“{name}” wants a list of numbers.")
    return found


def _extreme(name: str, wanted: int) -> None:
    @builtin(f"{name}(list...: any)")
    def _find(run: Run, items: list[Any]) -> Any:
        run.charge(len(items))
        best: Any = None
        for index, item in enumerate(items):
            if index == 0:
                best = item
            place = order(item, best, run)
            if place is None:
                return None
            if place == wanted:
                best = item
        return best


_extreme("min", -1)
_extreme("max", 1)


@builtin("sum(list...: any)")
def _sum(run: Run, items: list[Any]) -> Any:
    numbers = _numbers("sum", items, run)
    if not numbers:
        return None
    return _calculated(lambda: _total(numbers), run)


@builtin("product(list...: any)")
def _product(run: Run, items: list[Any]) -> Any:
    numbers = _numbers("product", items, run)
    if not numbers:
        return None

    def multiply() -> Decimal:
        found = Decimal(1)
        for number in numbers:
            found = DECIMAL128.multiply(found, number)
        return found

    return _calculated(multiply, run)


def _total(numbers: list[Decimal]) -> Decimal:
    found = Decimal(0)
    for number in numbers:
        found = DECIMAL128.add(found, number)
    return found


def _calculated(calculate: Any, run: Run) -> Any:
    try:
        return calculate()
    except DecimalException:
        return run.null("The result is too large a number.")


@builtin("mean(list...: any)")
def _mean(run: Run, items: list[Any]) -> Any:
    numbers = _numbers("mean", items, run)
    if not numbers:
        return None
    return _calculated(lambda: DECIMAL128.divide(_total(numbers), len(numbers)), run)


@builtin("median(list...: any)")
def _median(run: Run, items: list[Any]) -> Any:
    numbers = _numbers("median", items, run)
    if not numbers:
        return None
    ordered, middle = sorted(numbers), len(numbers) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return _calculated(
        lambda: DECIMAL128.divide(DECIMAL128.add(ordered[middle - 1], ordered[middle]), 2), run
    )


@builtin("stddev(list...: any)")
def _stddev(run: Run, items: list[Any]) -> Any:
    """The sample standard deviation: of fewer than two numbers there is none."""
    numbers = _numbers("stddev", items, run)
    if numbers is None or len(numbers) < 2:
        return None

    def calculate() -> Decimal:
        mean = DECIMAL128.divide(_total(numbers), len(numbers))
        gaps = [DECIMAL128.subtract(number, mean) for number in numbers]
        squares = _total([DECIMAL128.multiply(gap, gap) for gap in gaps])
        return DECIMAL128.sqrt(DECIMAL128.divide(squares, len(numbers) - 1))

    return _calculated(calculate, run)


@builtin("mode(list...: any)")
def _mode(run: Run, items: list[Any]) -> Any:
    numbers = _numbers("mode", items, run)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)


def _over_all(name: str, decisive: bool) -> None:
    @builtin(f"{name}(list...: any)")
    def _decide(run: Run, items: list[Any]) -> Any:
        run.charge(len(items))
        certain = True
        for item in items:
            if item is decisive:
                return decisive
            if item is not (not decisive):
                certain = False
                run.null(f"“{name}” wants a list of yes/no values, not {{}}.", item)
        return (not decisive) if certain else None


_over_all("all", False)
_over_all("and", False)
_over_all("any", True)
_over_all("or", True)


@builtin("not(negand: boolean)")
def _not(run: Run, negand: bool) -> bool:
    return not negand


@builtin("is defined(value: any)")
def _is_defined(run: Run, value: Any) -> bool:
    """An extension, as Camunda 8 has it: whether there is a value."""
    return value is not None


@builtin("get or else(value: any, default: any)")
def _get_or_else(run: Run, value: Any, default: Any) -> Any:
    """An extension, as Camunda 8 has it: the value, or another where there is none."""
    return default if value is None else value
