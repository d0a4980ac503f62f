"""What an expression is made of, once read. Nodes compare by meaning: their place is left out."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform


@dataclass_transform(field_specifiers=(field,))
class Record:
    """What a subclass annotates are its fields, in order.

    A dataclass to a type checker; made by hand because making thirty takes longer than all the
    rest of an import.
    """

    fields: ClassVar[tuple[str, ...]] = ()
    if not TYPE_CHECKING:

        def __init__(self, *values, at=0, **named):
            self.at = at
            own = self.__dict__
            own.update(zip(self.fields, values, strict=False), **named)

    def __init_subclass__(cls) -> None:
        cls.fields = tuple(cls.__annotations__)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            getattr(self, name) == getattr(other, name) for name in self.fields
        )

    __hash__ = None  # type: ignore[assignment]  # compared by meaning, never a key

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.fields)
        return f"{type(self).__name__}({inner})"


class Node(Record):
    """A part of an expression; `at` is its offset in the source."""

    at: int = field(default=0, kw_only=True)


class Literal(Node):
    """A number, text, true, false or null."""

    value: Any


class AtLiteral(Node):
    """`@"2026-01-31"`: a date, time or duration by its text."""

    text: str
    value: Any


class Name(Node):
    name: str


class Path(Node):
    source: Node
    name: str


class Call(Node):
    """`names` is empty when arguments go by position."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


class Filter(Node):
    source: Node
    condition: Node


class Negation(Node):
    operand: Node


class Arithmetic(Node):
    """`sign` is one of + - * / **."""

    sign: str
    left: Node
    right: Node


class Comparison(Node):
    """`sign` is one of = != < <= > >=."""

    sign: str
    left: Node
    right: Node


class Logic(Node):
    """`word` is and, or."""

    word: str
    operands: tuple[Node, ...]


class Between(Node):
    value: Node
    low: Node
    high: Node


class In(Node):
    value: Node
    tests: tuple[Node, ...]


class Half(Node):
    """A range with one sign: `< 5`, `>= x`, `= 3`, `!= 3`."""

    sign: str
    limit: Node


class Interval(Node):
    start: Node
    end: Node
    start_included: bool
    end_included: bool


class If(Node):
    condition: Node
    then: Node
    otherwise: Node


class Iterator(Node):
    """`name in source`, or with `end` the steps `source..end`."""

    name: str
    source: Node
    end: Node | None = None


class For(Node):
    iterators: tuple[Iterator, ...]
    body: Node


class Quantified(Node):
    """`word` is some, every."""

    word: str
    iterators: tuple[Iterator, ...]
    body: Node


class Type(Node):
    """A type by name; `list<number>` and `range<date>` carry `of`, contexts and functions more."""

    name: str
    of: tuple[Type, ...] = ()
    entries: tuple[tuple[str, Type], ...] = ()


class InstanceOf(Node):
    value: Node
    type: Type


class FunctionDefinition(Node):
    parameters: tuple[tuple[str, Type | None], ...]
    body: Node
    external: bool = False


class ContextLiteral(Node):
    entries: tuple[tuple[str, Node], ...]


class ListLiteral(Node):
    items: tuple[Node, ...]


class UnaryTests(Node):
    """The tests of a cell: empty means any value (`-`)."""

    tests: tuple[Node, ...]
    negated: bool = False


def children(node: Node) -> list[Node]:
    """The nodes directly inside, in the order of the text."""
    found: list[Node] = []
    for name in node.fields:
        _collect(getattr(node, name), found)
    return found


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)
