"""Functions from outside: none is run. A few plain ones of mathematics and text are done here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from engine.feel.compare import exact
from engine.feel.compiler.types import Fitter
from engine.feel.literals import DECIMAL128
from engine.feel.runtime import Closure, Frame, Run
from engine.feel.values import Function, kind_of

_SIGNATURE: Final = r"\s*(\w+)\s*\(([^)]*)\)\s*"
_DIRECTIVE: Final = r"%(?:(?:\.(\d{1,2}))?([sdfn])|%)"
_TEXT: Final = "java.lang.String"
_INTEGERS: Final = (
    ("Byte", "byte", 8), ("Short", "short", 16), ("Integer", "int", 32), ("Long", "long", 64),
)  # fmt: skip


def external(
    kind: str, names: tuple[str, ...], body: Closure, fits: tuple[Fitter | None, ...]
) -> Closure:
    """A function value that answers null, unless it is one we know by its class and signature."""

    def define(frame: Frame) -> Function:
        found = known(body(frame)) if kind.lower() == "java" else None
        return Function(names, found or _refused, types=fits)

    return define


def _refused(run: Run, *values: Any) -> Any:
    return run.null("A function from outside is not run here: only FEEL is.")


def known(described: Any) -> Callable[..., Any] | None:
    """Our own version of a function described by its class and method signature."""
    if not isinstance(described, Mapping):
        return None
    owner, signature = described.get("class"), described.get("method signature")
    match = re.fullmatch(_SIGNATURE, signature) if isinstance(signature, str) else None
    if match is None:
        return None
    types = [part.strip() for part in match[2].split(",") if part.strip()]
    return _METHODS.get((str(owner), match[1], *types))


def _numeric(count: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers; null for anything else and where mathematics has no answer."""

    def call(run: Run, *values: Any) -> Any:
        if len(values) != count or any(kind_of(value) != "number" for value in values):
            return run.null("The function wants numbers.")
        try:
            return Decimal(repr(function(*(float(value) for value in values))))
        except (ValueError, OverflowError, ArithmeticError):
            return run.null("The function has no answer for these numbers.")

    return call


def _exact(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers whose answer is one of them: no digit is lost on the way."""

    def call(run: Run, *values: Any) -> Any:
        if any(kind_of(value) != "number" for value in values):
            return run.null("The function wants numbers.")
        return function(*map(exact, values))

    return call


def _parsed(run: Run, text: Any) -> Any:
    if not isinstance(text, str) or not re.fullmatch(r"[+-]?\d{1,40}(\.\d{1,40})?", text.strip()):
        return run.null("The text is no number.")
    return DECIMAL128.create_decimal(text.strip())


def _whole(low: int, high: int) -> Callable[..., Any]:
    def call(run: Run, value: Any) -> Any:
        number = exact(value) if kind_of(value) == "number" else None
        if number is None or number != int(number) or not low <= number <= high:
            return run.null(f"The function wants a whole number from {low} to {high}.")
        return number

    return call


def _parsed_whole(bits: int) -> Callable[..., Any]:
    limits = _whole(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)

    def call(run: Run, text: Any) -> Any:
        found = _parsed(run, text)
        return None if found is None else limits(run, found)

    return call


def _character(run: Run, value: Any) -> Any:
    if not isinstance(value, str) or len(value) != 1:
        return run.null("The function wants a single character.")
    return value


def _format(run: Run, template: Any, *values: Any) -> Any:
    """%s, %d, %f, %.2f, %n and %% of a text; null for anything else."""
    if not isinstance(template, str) or "%" in re.sub(_DIRECTIVE, "", template):
        return run.null("The function knows %s, %d, %f and %.2f only.")
    items = list(values[0]) if len(values) == 1 and isinstance(values[0], list) else list(values)

    def fill(match: re.Match[str]) -> str:
        if match[2] is None or match[2] == "n":
            return "%" if match[2] is None else "\n"
        value = items.pop(0)  # IndexError: fewer values than places
        if match[2] != "s" and kind_of(value) != "number":
            raise LookupError
        return _formatted(value, match, run)

    try:
        text = re.sub(_DIRECTIVE, fill, template)
    except LookupError:
        return run.null("The template and the values do not fit.")
    run.charge_text(len(text))
    return text


def _formatted(value: Any, match: re.Match[str], run: Run) -> str:
    from engine.feel.functions.texts import text_of

    if match[2] != "f":
        return text_of(value, run)
    digits = Decimal(1).scaleb(-int(match[1] or 6))
    return str(Decimal(exact(value)).quantize(digits, rounding=ROUND_HALF_UP, context=DECIMAL128))


def _methods() -> dict[tuple[str, ...], Callable[..., Any]]:
    table: dict[tuple[str, ...], Callable[..., Any]] = {}
    maths = "java.lang.Math"
    for kind in ("int", "long", "float", "double"):
        table[maths, "max", kind, kind] = _exact(max)
        table[maths, "min", kind, kind] = _exact(min)
        table[maths, "abs", kind] = _exact(abs)
    for name in ("sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "log10", "sqrt"):
        table[maths, name, "double"] = _numeric(1, getattr(math, name))
    for name in ("pow", "atan2", "hypot"):
        table[maths, name, "double", "double"] = _numeric(2, getattr(math, name))
    for owner, kind, bits in _INTEGERS:
        limit = 2 ** (bits - 1)
        table[f"java.lang.{owner}", "valueOf", kind] = _whole(-limit, limit - 1)
        table[f"java.lang.{owner}", "valueOf", _TEXT] = _parsed_whole(bits)
    for owner in ("Float", "Double"):
        table[f"java.lang.{owner}", "valueOf", _TEXT] = _parsed
        table[f"java.lang.{owner}", "valueOf", owner.lower()] = _exact(lambda value: value)
    table[_TEXT, "valueOf", "char"] = _character
    table[_TEXT, "format", _TEXT, "[Ljava.lang.Object;"] = _format
    return table


_METHODS: Final = _methods()
