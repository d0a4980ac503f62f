"""Findings about decision tables: gaps, overlaps, rules never used, outputs not listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from engine import feel
from engine.errors import Problem
from engine.feel.compare import same
from engine.feel.functions.texts import text_of

from .domains import Column, Piece, columns, constant, example
from .hits import MULTIPLE
from .model import Decision, Model
from .table import Table

MAX_STEPS: Final = 1_000_000  # rules looked at for one table: what lies beyond is not said
MAX_PAIRS: Final = 20_000
MAX_FINDINGS: Final = 5
Case = tuple[int, ...]


def check(model: Model, *, file: str = "") -> list[Problem]:
    """All findings about the decisions that are tables, each with an example in words."""
    found: list[Problem] = list(model.warnings)
    for decision in model.decisions.values():
        if decision.table is not None:
            found += _Check(decision, decision.table, file or model.file).problems()
    return found


class _Check:
    """One table under examination."""

    def __init__(self, decision: Decision, table: Table, file: str) -> None:
        self.decision, self.table, self.file = decision, table, file
        self.columns = columns(table)
        self.steps = 0

    def problems(self) -> list[Problem]:
        found = [
            *self.kinds(), *self.never(), *self.overlaps(), *self.hidden(), *self.gaps(),
            *self.unlisted(),
        ]  # fmt: skip
        return found[: MAX_FINDINGS * 3]

    def problem(self, code: str, message: str, rule: int | None, repair: str) -> Problem:
        return Problem(
            code,
            message,
            severity="warning",
            file=self.file or None,
            element_id=self.table.rules[rule].id if rule is not None else self.decision.id,
            element_name=self.decision.name,
            repair=repair,
        )

    def taken(self, rule: int) -> list[frozenset[int] | None]:
        return [column.taken[rule] for column in self.columns]

    def kinds(self) -> Iterator[Problem]:
        """Cells that compare the column's value with one of another kind."""
        for number, rule in enumerate(self.table.rules, 1):
            for column, cell in zip(self.table.inputs, rule.tests, strict=True):
                kind = column.kind.name if column.kind else None
                known = {**dict.fromkeys(cell.names | cell.maybe), "?": kind}
                for finding in feel.check(cell, known):
                    yield self.problem(
                        "dmn.cell_kind",
                        f"Rule {number} of “{self.decision.name}”, column “{column.label}”: "
                        f"{finding.message}",
                        number - 1,
                        "Correct the cell, or the type of the column.",
                    )

    def never(self) -> Iterator[Problem]:
        """Rules with a cell that no value passes."""
        for rule in range(len(self.table.rules)):
            for column, pieces in zip(self.columns, self.taken(rule), strict=True):
                if pieces is not None and not pieces:
                    yield self.problem(
                        "dmn.rule_never",
                        f"Rule {rule + 1} of “{self.decision.name}” never matches: no value of "
                        f"“{column.label}” passes its cell.",
                        rule,
                        "Correct the cell, or add the value to the column's list.",
                    )
                    break

    def overlaps(self) -> Iterator[Problem]:
        """Pairs of rules that match together where the policy allows one, or equal outputs."""
        if self.table.policy not in ("UNIQUE", "ANY"):
            return
        count = 0
        pairs = combinations(range(len(self.table.rules)), 2)
        for first, second in (pair for pair, _ in zip(pairs, range(MAX_PAIRS), strict=False)):
            case = self.common(first, second)
            if case is None or (self.table.policy == "ANY" and self.agree(first, second)):
                continue
            count += 1
            if count > MAX_FINDINGS:
                return
            repair = "Make them exclude each other, or choose another hit policy."
            yield self.problem(
                "dmn.overlap",
                f"Rules {first + 1} and {second + 1} of “{self.decision.name}” both match"
                f"{self.when(case)}, but only one may ({self.table.policy}).",
                second,
                repair,
            )

    def common(self, first: int, second: int) -> Case | None:
        """A case both rules take; None when there is none, or it cannot be told."""
        case = []
        for index, column in enumerate(self.columns):
            one, other = column.taken[first], column.taken[second]
            if one is None or other is None:
                if not self.same_cell(index, first, second):
                    return None
                case.append(-1)
                continue
            both = one & other
            if not both:
                return None
            case.append(min(both))
        return tuple(case)

    def same_cell(self, index: int, first: int, second: int) -> bool:
        rules = self.table.rules
        return rules[first].tests[index].tree == rules[second].tests[index].tree

    def agree(self, first: int, second: int) -> bool:
        rules = self.table.rules
        pairs = zip(rules[first].values, rules[second].values, strict=True)
        return all(one.tree == other.tree for one, other in pairs)

    def hidden(self) -> Iterator[Problem]:
        """Rules of a FIRST table that earlier rules leave nothing."""
        if self.table.policy != "FIRST":
            return
        for rule in range(1, len(self.table.rules)):
            own = self.taken(rule)
            if self.steps > MAX_STEPS:
                return
            if any(pieces is None or not pieces for pieces in own):
                continue
            inside = [pieces or frozenset() for pieces in own]
            self.steps += rule
            earlier = [r for r in range(rule) if None not in self.taken(r)]
            covered = bool(earlier) and self.uncovered(0, earlier, inside) is None
            if covered and self.steps < MAX_STEPS:
                yield self.problem(
                    "dmn.rule_hidden",
                    f"Rule {rule + 1} of “{self.decision.name}” is never used: the rules before "
                    "it take all its cases.",
                    rule,
                    "Move it up, or take it out.",
                )

    def gaps(self) -> Iterator[Problem]:
        """A case that no rule takes, in a table without a default."""
        table = self.table
        defaults = any(column.default is not None for column in table.outputs)
        if table.policy in MULTIPLE or defaults or not table.rules or not self.columns:
            return
        whole = [frozenset(range(len(column.pieces))) for column in self.columns]
        case = self.uncovered(0, list(range(len(table.rules))), whole)
        if case is not None and self.steps < MAX_STEPS:
            yield self.problem(
                "dmn.gap",
                f"No rule of “{self.decision.name}” matches{self.when(case)}.",
                None,
                "Add a rule for it, or give the outputs a default.",
            )

    def uncovered(
        self, index: int, rules: Sequence[int], inside: Sequence[frozenset[int]]
    ) -> Case | None:
        """A case inside the given pieces that none of the rules takes for certain.

        A cell that depends on more than its column counts as taking everything: what is reported
        is a gap whatever that cell turns out to be.
        """
        if not rules:
            return tuple(min(pieces, default=-1) for pieces in inside[index:])
        if index == len(self.columns) or self.steps > MAX_STEPS:
            return None
        seen: set[tuple[int, ...]] = set()
        for piece in sorted(inside[index]):
            self.steps += len(rules)
            if self.steps > MAX_STEPS:
                return None
            left = tuple(r for r in rules if self.takes(index, r, piece))
            if left in seen:
                continue
            seen.add(left)
            rest = self.uncovered(index + 1, left, inside)
            if rest is not None:
                return (piece, *rest)
        return None

    def takes(self, index: int, rule: int, piece: int) -> bool:
        taken = self.columns[index].taken[rule]
        return taken is None or piece in taken

    def when(self, case: Case) -> str:
        """The case in words: when age is 17 and member is no."""
        parts = [
            _in_words(column, column.pieces[piece])
            for column, piece in zip(self.columns, case, strict=True)
            if 0 <= piece < len(column.pieces)
        ]
        if not parts:
            return ""
        *most, last = parts
        joined = f"{', '.join(most)} and {last}" if most else last
        return f" when {joined}"

    def unlisted(self) -> Iterator[Problem]:
        """Outputs that are not among the values of their column."""
        for rule, row in enumerate(self.table.rules):
            for column, cell in zip(self.table.outputs, row.values, strict=True):
                fixed, value = constant(cell.tree)
                if not column.priority or not fixed or value is None:
                    continue
                run = feel.Run(None, "UTC", None)
                if not any(same(value, one, run) for one in column.priority):
                    yield self.problem(
                        "dmn.output_unlisted",
                        f"Rule {rule + 1} of “{self.decision.name}” gives {_shown(value)}, which "
                        f"the list of “{column.name or self.decision.variable}” lacks.",
                        rule,
                        "Correct it, or add it to the list.",
                    )


def _in_words(column: Column, piece: Piece) -> str:
    if piece.kind == "other":
        return f"{column.label} is anything not named in its column"
    value = example(piece)
    return f"{column.label} is {_shown(value)}"


def _shown(value: Any) -> str:
    """A value as a person would say it."""
    words: Mapping[Any, str] = {True: "yes", False: "no", None: "empty"}
    if value is None or isinstance(value, bool):
        return words[value]
    text = text_of(value, feel.Run(None, "UTC", None), isinstance(value, str))
    return text.replace('"', "“", 1).replace('"', "”") if isinstance(value, str) else text
