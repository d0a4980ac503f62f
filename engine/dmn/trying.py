"""A decision tried with an example that a person typed: which rules answered, and what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine import feel
from engine.errors import ExpressionError
from engine.feel.functions.texts import text_of
from engine.feel.syntax import tree

from .evaluation import ZONE
from .model import Model
from .table import Table

YES: Final = {"yes": True, "true": True, "no": False, "false": False}
MAX_NAMED: Final = 12


@dataclass(frozen=True)
class Asked:
    """A name that the decision reads: what kind of value it is, and those its rules name. What
    people call it, and (value, words) of its choices, are for whoever knows them to add."""

    name: str
    kind: str = ""
    named: tuple[str, ...] = ()
    label: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tried:
    """What the example came to: rules from 1, each result by its name, and what went wrong."""

    rules: tuple[int, ...]
    no_match: bool
    results: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def asked(model: Model, decision: str) -> tuple[Asked, ...]:
    """What must be known before the decision can be tried, in the order of its columns."""
    found = model.find(decision)
    columns = _columns(found.table) if found and found.table else {}
    names = sorted(model.reads(decision), key=lambda name: (_place(name, columns), name))
    return tuple(columns.get(name) or Asked(name) for name in names)


def tried(
    model: Model, decision: str, questions: Iterable[Asked], typed: Mapping[str, str]
) -> Tried:
    """Decide with what was typed; ExpressionError when it takes too many steps."""
    context = {one.name: _value(typed.get(one.name, ""), one.kind) for one in questions}
    outcome = model.decide(decision, context)
    results = tuple((name, _shown(value)) for name, value in outcome.variables.items())
    return Tried(outcome.matched, outcome.no_match, results, outcome.trace)


def _columns(table: Table) -> dict[str, Asked]:
    """The names that a column looks at by themselves."""
    found = {}
    for index, column in enumerate(table.inputs):
        name = column.expression.text.strip()
        kind = (column.kind.base or column.kind.name) if column.kind else ""
        cells = [rule.tests[index].tree for rule in table.rules]
        named = dict.fromkeys(text for cell in cells for text in _texts(cell))
        found[name] = Asked(name, kind, tuple(named)[:MAX_NAMED])
    return found


def _place(name: str, columns: Mapping[str, Asked]) -> int:
    return list(columns).index(name) if name in columns else len(columns)


def _texts(node: Any) -> Iterator[str]:
    """The texts that stand in a cell."""
    if isinstance(node, tree.Literal):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, tree.Record):
        for name in node.fields:
            yield from _texts(getattr(node, name, None))
    elif isinstance(node, tuple | list):
        for each in node:
            yield from _texts(each)


def _value(text: str, kind: str) -> Any:
    """What was typed as a value: FEEL after “=”, else by the column's kind, else by its look."""
    text = text.strip()
    if not text:
        return None
    if text.startswith("="):
        try:
            return feel.compile(text[1:]).evaluate({})
        except ExpressionError:
            return None
    if kind == "string":
        return text
    if text.lower() in YES:
        return YES[text.lower()]
    try:
        number = Decimal(text.replace(",", ""))
        return number if number.is_finite() else text
    except InvalidOperation:
        pass
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(text_of(value, feel.Run(None, ZONE, [])))
