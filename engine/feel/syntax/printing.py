"""From tree back to text: reading the text again gives the same tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from engine.feel.syntax import names as naming
from engine.feel.syntax import tree

_LEVELS: Final = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
_COMPARING, _SUM, _UNARY, _POSTFIX, _ATOM = 3, 4, 7, 8, 9
_PLAIN: Final = r"[^\W\d]\w*"


def show(node: tree.Node) -> str:
    """The text of an expression or of a cell."""
    if isinstance(node, tree.UnaryTests):
        return _cell(node)
    return _text(node)[0]


def _text(node: tree.Node) -> tuple[str, int]:
    """The text of a node and how tightly its outermost operator binds."""
    return _PRINTERS[type(node)](node)


def _at_least(node: tree.Node, level: int) -> str:
    text, own = _text(node)
    return text if own >= level else f"({text})"


def quoted(text: str) -> str:
    """A text as a literal."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + plain.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def key(name: str) -> str:
    """A context's key: quoted unless it is one plain word."""
    return name if re.fullmatch(_PLAIN, name) and name not in naming.RESERVED else quoted(name)


def _literal(node: tree.Literal) -> tuple[str, int]:
    value = node.value
    if isinstance(value, str):
        return quoted(value), _ATOM
    if isinstance(value, Decimal):
        return str(value).replace("E+", "e").replace("E", "e"), _ATOM
    return {True: "true", False: "false", None: "null"}[value], _ATOM


def _at(node: tree.AtLiteral) -> tuple[str, int]:
    return "@" + quoted(node.text), _ATOM


def _name(node: tree.Name) -> tuple[str, int]:
    return node.name, _ATOM


def _path(node: tree.Path) -> tuple[str, int]:
    return f"{_at_least(node.source, _POSTFIX)}.{node.name}", _POSTFIX


def _filter(node: tree.Filter) -> tuple[str, int]:
    return f"{_at_least(node.source, _POSTFIX)}[{_text(node.condition)[0]}]", _POSTFIX


def _call(node: tree.Call) -> tuple[str, int]:
    shown = [_text(argument)[0] for argument in node.arguments]
    if node.names:
        shown = [f"{name}: {value}" for name, value in zip(node.names, shown, strict=True)]
    return f"{_at_least(node.function, _POSTFIX)}({', '.join(shown)})", _POSTFIX


def _negation(node: tree.Negation) -> tuple[str, int]:
    return "-" + _at_least(node.operand, _UNARY), _UNARY


def _arithmetic(node: tree.Arithmetic) -> tuple[str, int]:
    level = _LEVELS[node.sign]
    left, right = _at_least(node.left, level), _at_least(node.right, level + 1)
    return f"{left} {node.sign} {right}", level


def _comparison(node: tree.Comparison) -> tuple[str, int]:
    left, right = _at_least(node.left, _COMPARING), _at_least(node.right, _SUM)
    return f"{left} {node.sign} {right}", _COMPARING


def _logic(node: tree.Logic) -> tuple[str, int]:
    level = _LEVELS[node.word]
    # A first operand of the same word would be read as one of ours: it cannot occur.
    first, *rest = node.operands
    shown = [_at_least(first, level), *(_at_least(operand, level + 1) for operand in rest)]
    return f" {node.word} ".join(shown), level


def _between(node: tree.Between) -> tuple[str, int]:
    value, low, high = (
        _at_least(node.value, _COMPARING), _at_least(node.low, _SUM), _at_least(node.high, _SUM),
    )  # fmt: skip
    return f"{value} between {low} and {high}", _COMPARING


def _in(node: tree.In) -> tuple[str, int]:
    tests = [_test(test) for test in node.tests]
    inner = tests[0] if len(tests) == 1 else f"({', '.join(tests)})"
    return f"{_at_least(node.value, _COMPARING)} in {inner}", _COMPARING


def _test(node: tree.Node) -> str:
    if isinstance(node, tree.Half):
        return f"{node.sign} {_at_least(node.limit, _SUM)}"
    return _at_least(node, _SUM)


def _half(node: tree.Half) -> tuple[str, int]:
    return f"({_test(node)})", _ATOM


def _interval(node: tree.Interval) -> tuple[str, int]:
    opening, closing = "[" if node.start_included else "(", "]" if node.end_included else ")"
    start, end = _at_least(node.start, _SUM), _at_least(node.end, _SUM)
    return f"{opening}{start}..{end}{closing}", _ATOM


def _if(node: tree.If) -> tuple[str, int]:
    parts = (_text(part)[0] for part in (node.condition, node.then, node.otherwise))
    return "if {} then {} else {}".format(*parts), 0


def _iterators(iterators: tuple[tree.Iterator, ...]) -> str:
    shown = []
    for one in iterators:
        end = f"..{_text(one.end)[0]}" if one.end is not None else ""
        shown.append(f"{one.name} in {_text(one.source)[0]}{end}")
    return ", ".join(shown)


def _for(node: tree.For) -> tuple[str, int]:
    return f"for {_iterators(node.iterators)} return {_text(node.body)[0]}", 0


def _quantified(node: tree.Quantified) -> tuple[str, int]:
    return f"{node.word} {_iterators(node.iterators)} satisfies {_text(node.body)[0]}", 0


def _type(node: tree.Type) -> str:
    if node.entries:
        inner = ", ".join(f"{name}: {_type(kind)}" for name, kind in node.entries)
        return f"{node.name}<{inner}>"
    if node.name == "function" and node.of:
        *taken, given = (_type(kind) for kind in node.of)
        return f"function<{', '.join(taken)}> -> {given}"
    return f"{node.name}<{', '.join(map(_type, node.of))}>" if node.of else node.name


def _instance(node: tree.InstanceOf) -> tuple[str, int]:
    return f"{_at_least(node.value, _POSTFIX)} instance of {_type(node.type)}", _UNARY


def _function(node: tree.FunctionDefinition) -> tuple[str, int]:
    shown = [name if kind is None else f"{name}: {_type(kind)}" for name, kind in node.parameters]
    outside = "external " if node.external else ""
    return f"function({', '.join(shown)}) {outside}{_text(node.body)[0]}", 0


def _context(node: tree.ContextLiteral) -> tuple[str, int]:
    shown = (f"{key(name)}: {_text(value)[0]}" for name, value in node.entries)
    return "{" + ", ".join(shown) + "}", _ATOM


def _list(node: tree.ListLiteral) -> tuple[str, int]:
    return "[" + ", ".join(_text(item)[0] for item in node.items) + "]", _ATOM


def _cell(node: tree.UnaryTests) -> str:
    if not node.tests:
        return "-"
    shown = ", ".join(_cell_test(test) for test in node.tests)
    return f"not({shown})" if node.negated else shown


def _cell_test(test: tree.Node) -> str:
    return _test(test) if isinstance(test, tree.Half) else _text(test)[0]


_PRINTERS: Final[dict[type, Callable[[Any], tuple[str, int]]]] = {
    tree.Literal: _literal,
    tree.AtLiteral: _at,
    tree.Name: _name,
    tree.Path: _path,
    tree.Filter: _filter,
    tree.Call: _call,
    tree.Negation: _negation,
    tree.Arithmetic: _arithmetic,
    tree.Comparison: _comparison,
    tree.Logic: _logic,
    tree.Between: _between,
    tree.In: _in,
    tree.Half: _half,
    tree.Interval: _interval,
    tree.If: _if,
    tree.For: _for,
    tree.Quantified: _quantified,
    tree.InstanceOf: _instance,
    tree.FunctionDefinition: _function,
    tree.ContextLiteral: _context,
    tree.ListLiteral: _list,
}
