"""Functions on numbers: rounding, roots, logarithms, even and odd."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)
from typing import Any

from engine.feel.arithmetic import DAYS, MONTHS, POWER, negate
from engine.feel.compare import exact
from engine.feel.literals import DECIMAL128
from engine.feel.runtime import Run
from engine.feel.values import kind_of

from .registry import builtin

_MIN_SCALE, _MAX_SCALE = -6111, 6176


def rounded(value: Any, scale: Any, mode: str, run: Run) -> Any:
    """A number with so many digits behind the point, rounded by `mode`."""
    number, digits = exact(value), exact(scale)
    if digits != int(digits) or not _MIN_SCALE <= digits <= _MAX_SCALE:
        return run.null(
            f"A scale is a whole number from {_MIN_SCALE} to {_MAX_SCALE}, not {digits}."
        )
    number = Decimal(number)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -int(digits):
        return number
    return number.quantize(Decimal(1).scaleb(-int(digits)), rounding=mode, context=_WIDE)


_WIDE = DECIMAL128.copy()
_WIDE.prec = 7000


@builtin("decimal(n: number, scale: number)")
def _decimal(run: Run, n: Any, scale: Any) -> Any:
    return rounded(n, scale, ROUND_HALF_EVEN, run)


def _rounding(name: str, mode: str, scale: str) -> None:
    @builtin(f"{name}(n: number, {scale}: number)")
    def _round(run: Run, n: Any, digits: Any) -> Any:
        return rounded(n, 0 if digits is None else digits, mode, run)


_rounding("floor", ROUND_FLOOR, "scale?")
_rounding("ceiling", ROUND_CEILING, "scale?")
_rounding("round up", ROUND_UP, "scale?")
_rounding("round down", ROUND_DOWN, "scale?")
_rounding("round half up", ROUND_HALF_UP, "scale?")
_rounding("round half down", ROUND_HALF_DOWN, "scale?")


@builtin(f"abs(n: number|{DAYS}|{MONTHS})")
def _abs(run: Run, n: Any) -> Any:
    if kind_of(n) == "number":
        return DECIMAL128.abs(exact(n))
    if kind_of(n) == MONTHS:
        return negate(n, run) if n.months < 0 else n
    return abs(n) if hasattr(n, "__abs__") else (negate(n, run) if n.nanos < 0 else n)


@builtin("modulo(dividend: number, divisor: number)")
def _modulo(run: Run, dividend: Any, divisor: Any) -> Any:
    """dividend - divisor * floor(dividend / divisor) (DMN 1.5, table 75)."""
    a, b = exact(dividend), exact(divisor)
    if b == 0:
        return run.null("Cannot divide by zero.")
    try:
        rest = DECIMAL128.remainder(a, b)
        return DECIMAL128.add(rest, b) if rest and (rest < 0) != (b < 0) else rest
    except DecimalException:
        return run.null("The numbers are too far apart for a remainder.")


def _mathematical(name: str, function: Callable[[Any], Any], wrong: str) -> None:
    @builtin(f"{name}(number: number)")
    def _calculate(run: Run, number: Any) -> Any:
        run.charge(POWER)
        try:
            return function(exact(number))
        except DecimalException:
            return run.null(wrong)


_mathematical("sqrt", DECIMAL128.sqrt, "A negative number has no square root.")
_mathematical("log", lambda n: DECIMAL128.ln(n) if n > 0 else _refuse(), "“log” wants more than 0.")
_mathematical("exp", DECIMAL128.exp, "The result of “exp” is too large.")


def _refuse() -> Any:
    raise DecimalException


def _parity(name: str, rest: int) -> None:
    @builtin(f"{name}(number: number)")
    def _test(run: Run, number: Any) -> bool | None:
        value = exact(number)
        return None if value != int(value) else int(value) % 2 == rest


_parity("even", 0)
_parity("odd", 1)
