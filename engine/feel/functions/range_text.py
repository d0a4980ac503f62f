"""A range from its text alone: `range("[1..10]")`."""

from __future__ import annotations

from typing import Any

from engine.errors import ExpressionSyntax
from engine.feel.runtime import Run
from engine.feel.syntax import tree
from engine.feel.values import Range

_MAKERS = frozenset(("date", "time", "date and time", "duration"))


def read(text: str) -> Range | None:
    """The range, when its limits are plain values or made of one text by date(…) and the like."""
    from engine.feel.expression import compile

    try:
        found = compile(text)
    except ExpressionSyntax:
        return None
    root = found.tree
    if not isinstance(root, tree.Interval) or not (_plain(root.start) and _plain(root.end)):
        return None
    value: Any = found.run({}, Run(None, "UTC", None))
    return value if isinstance(value, Range) else None


def _plain(node: tree.Node) -> bool:
    if isinstance(node, tree.Call):
        return (
            isinstance(node.function, tree.Name)
            and node.function.name in _MAKERS
            and len(node.arguments) == 1
            and isinstance(node.arguments[0], tree.Literal)
        )
    if isinstance(node, tree.Negation):
        return isinstance(node.operand, tree.Literal)
    return isinstance(node, tree.Literal | tree.AtLiteral)
