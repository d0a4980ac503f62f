"""What an expression is made of, once read. Nodes compare by meaning: their place is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`at` is the offset in the source."""

    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, text, true, false or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"2026-01-31"`: a date, time or duration by its text."""

    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`names` is empty when arguments go by position."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`sign` is one of + - * / **."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`sign` is one of = != < <= > >=."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`word` is and, or."""

    word: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Half(Node):
    """A range with one sign: `< 5`, `>= x`, `= 3`, `!= 3`."""

    sign: str
    limit: Node


@dataclass(frozen=True, slots=True)
class Interval(Node):
    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`name in source`, or with `end` the steps `source..end`."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`word` is some, every."""

    word: str
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Type(Node):
    """A type by name; `list<number>` and `range<date>` carry `of`, contexts and functions more."""

    name: str
    of: tuple[Type, ...] = ()
    entries: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    parameters: tuple[tuple[str, Type | None], ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """The tests of a cell: empty means any value (`-`)."""

    tests: tuple[Node, ...]
    negated: bool = False


def children(node: Node) -> list[Node]:
    """The nodes directly inside, in the order of the text."""
    found: list[Node] = []
    for name in node.__dataclass_fields__:
        _collect(getattr(node, name), found)
    return found


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)
