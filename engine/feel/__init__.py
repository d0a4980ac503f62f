"""FEEL, the expression language of DMN 1.5: read once, run safely any number of times.

feel.compile("if age < 18 then 'child' else 'adult'").evaluate({"age": 12})
"""

from __future__ import annotations

from engine.feel.checking import Finding, check
from engine.feel.expression import (
    Expression,
    UnknownFunction,
    build,
    compile,
    compile_unary,
    nearest,
)
from engine.feel.runtime import Closure, Frame, Run, Scope
from engine.feel.storage import from_json, to_json
from engine.feel.values import (
    Function,
    LongDate,
    LongDateTime,
    LongDuration,
    Range,
    YearsMonths,
    kind,
)

__all__ = [
    "Closure",
    "Expression",
    "Finding",
    "Frame",
    "Function",
    "LongDate",
    "LongDateTime",
    "LongDuration",
    "Range",
    "Run",
    "Scope",
    "UnknownFunction",
    "YearsMonths",
    "build",
    "check",
    "compile",
    "compile_unary",
    "from_json",
    "kind",
    "nearest",
    "to_json",
]
