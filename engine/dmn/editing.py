"""A decision table as a person edits it: every cell a text, columns and rules in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from .hits import POLICIES

One = TypeVar("One")
MAX_RULES: Final = 300
MAX_COLUMNS: Final = 20
AGGREGATIONS: Final = ("", "SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True)
class InputText:
    """An input column. `key` names its element in the file; empty for one that is new."""

    key: str = ""
    label: str = ""
    expression: str = ""
    type: str = ""
    values: str = ""


@dataclass(frozen=True)
class OutputText:
    """An output column; `default` is the answer when no rule matches."""

    key: str = ""
    label: str = ""
    name: str = ""
    type: str = ""
    values: str = ""
    default: str = ""


@dataclass(frozen=True)
class RuleText:
    """A row: a text for each input and each output column, and what a person noted."""

    key: str = ""
    tests: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class TableText:
    """A whole table in texts."""

    policy: str = "UNIQUE"
    aggregation: str = ""
    inputs: tuple[InputText, ...] = ()
    outputs: tuple[OutputText, ...] = ()
    rules: tuple[RuleText, ...] = ()

    def incomplete(self) -> dict[str, str]:
        """What must be there before it can be written at all: where, and what to do."""
        found = {
            f"in-{n}-expression": "Say what this column looks at, like age."
            for n, column in enumerate(self.inputs, 1)
            if not column.expression
        }
        if len(self.outputs) > 1:
            found |= {
                f"out-{n}-name": "Give the answer a name: there are several."
                for n, column in enumerate(self.outputs, 1)
                if not column.name
            }
        if self.policy not in POLICIES:
            found["policy"] = "Choose what counts when several rules match."
        if self.aggregation not in AGGREGATIONS:
            found["aggregation"] = "Choose what is made of several answers."
        return found


def changed(table: TableText, act: str) -> TableText:
    """The table after “add-rule”, “remove-rule:3”, “rule-up:3”…; rules and columns count from 1.

    What cannot be done (a rule that is not there, the last answer, too many) changes nothing."""
    name, _, at = act.partition(":")
    number = int(at) if at.isdecimal() and len(at) < 5 else 0
    change = _CHANGES.get(name)
    return table if change is None else change(table, number)


def _add_rule(table: TableText, after: int) -> TableText:
    """A rule after this one, at the end when none is named."""
    if len(table.rules) >= MAX_RULES:
        return table
    place = after if 0 < after <= len(table.rules) else len(table.rules)
    made = RuleText("", ("-",) * len(table.inputs), ("",) * len(table.outputs))
    return replace(table, rules=(*table.rules[:place], made, *table.rules[place:]))


def _copy_rule(table: TableText, number: int) -> TableText:
    if not 0 < number <= len(table.rules) or len(table.rules) >= MAX_RULES:
        return table
    made = replace(table.rules[number - 1], key="")
    return replace(table, rules=(*table.rules[:number], made, *table.rules[number:]))


def _remove_rule(table: TableText, number: int) -> TableText:
    return replace(table, rules=_without(table.rules, number))


def _rule_up(table: TableText, number: int) -> TableText:
    return replace(table, rules=_swapped(table.rules, number - 1))


def _rule_down(table: TableText, number: int) -> TableText:
    return replace(table, rules=_swapped(table.rules, number))


def _add_input(table: TableText, _: int) -> TableText:
    if len(table.inputs) >= MAX_COLUMNS:
        return table
    rules = (replace(rule, tests=(*rule.tests, "-")) for rule in table.rules)
    return replace(table, inputs=(*table.inputs, InputText()), rules=tuple(rules))


def _add_output(table: TableText, _: int) -> TableText:
    if len(table.outputs) >= MAX_COLUMNS:
        return table
    rules = (replace(rule, values=(*rule.values, "")) for rule in table.rules)
    return replace(table, outputs=(*table.outputs, OutputText()), rules=tuple(rules))


def _remove_input(table: TableText, number: int) -> TableText:
    rules = (replace(rule, tests=_without(rule.tests, number)) for rule in table.rules)
    return replace(table, inputs=_without(table.inputs, number), rules=tuple(rules))


def _remove_output(table: TableText, number: int) -> TableText:
    """A table without an answer decides nothing: the last one stays."""
    if len(table.outputs) < 2:
        return table
    rules = (replace(rule, values=_without(rule.values, number)) for rule in table.rules)
    return replace(table, outputs=_without(table.outputs, number), rules=tuple(rules))


def _input_right(table: TableText, number: int) -> TableText:
    rules = (replace(rule, tests=_swapped(rule.tests, number)) for rule in table.rules)
    return replace(table, inputs=_swapped(table.inputs, number), rules=tuple(rules))


def _output_right(table: TableText, number: int) -> TableText:
    rules = (replace(rule, values=_swapped(rule.values, number)) for rule in table.rules)
    return replace(table, outputs=_swapped(table.outputs, number), rules=tuple(rules))


def _without(items: Sequence[One], number: int) -> tuple[One, ...]:
    return tuple(item for at, item in enumerate(items, 1) if at != number)


def _swapped(items: Sequence[One], number: int) -> tuple[One, ...]:
    """Item `number` and the one after it change places."""
    if not 0 < number < len(items):
        return tuple(items)
    first, second = items[number - 1], items[number]
    return (*items[: number - 1], second, first, *items[number + 1 :])


_CHANGES: Final[dict[str, Callable[[TableText, int], TableText]]] = {
    "add-rule": _add_rule,
    "copy-rule": _copy_rule,
    "remove-rule": _remove_rule,
    "rule-up": _rule_up,
    "rule-down": _rule_down,
    "add-input": _add_input,
    "add-output": _add_output,
    "remove-input": _remove_input,
    "remove-output": _remove_output,
    "input-left": lambda table, number: _input_right(table, number - 1),
    "input-right": _input_right,
    "output-left": lambda table, number: _output_right(table, number - 1),
    "output-right": _output_right,
}
