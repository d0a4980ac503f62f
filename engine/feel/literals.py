"""Numbers with the standard's 34 digits, and `@` literals."""

from __future__ import annotations

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Final

from engine.feel.temporal import parse_any as at_value

# IEEE 754 decimal128 (DMN 1.5, 10.3.2.3.1); what overflows is null, not infinity.
DECIMAL128: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)  # fmt: skip


def number(text: str) -> Decimal:
    """The number a literal stands for, rounded to 34 digits; Overflow when it is too large."""
    return DECIMAL128.create_decimal(text)


__all__ = ["DECIMAL128", "at_value", "number"]
