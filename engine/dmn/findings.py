"""Where the reader stands: names and types in scope, expressions compiled, problems collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lxml import etree

from engine import feel
from engine.errors import ExpressionError, Problem
from engine.feel.compiler.types import Fitter
from engine.feel.syntax.analysis import calls_outside

from .types import Kind, fit, plain

Element = etree._Element
MAX_NESTING: Final = 40
OUTSIDE: Final = (
    "A function from outside is not run here, a few plain ones of mathematics and text apart: it "
    "answers null. Write it in FEEL."
)


def text_of(element: Element | None) -> str:
    """The text inside an element's `text`."""
    found = element.findtext("{*}text") if element is not None else None
    return (found or "").strip()


@dataclass(slots=True)
class Findings:
    """What reading one file brings up."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    expressions: list[tuple[str, feel.Expression]] = field(default_factory=list)
    depth: int = 0
    free: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: the names known there, those of entries of the model's types (which may
    stand behind a dot), and the types."""

    findings: Findings
    names: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def with_names(self, *names: str) -> Place:
        return replace(self, names=self.names.union(name for name in names if name))

    def problem(self, code: str, message: str, element: Element) -> None:
        """Something for which the file is refused."""
        self.findings.problems.append(self._found(code, message, element, "error"))

    def warn(self, code: str, message: str, element: Element) -> None:
        """Something that `check` says of the model."""
        self.findings.warnings.append(self._found(code, message, element, "warning"))

    def _found(self, code: str, message: str, element: Element, severity: str) -> Problem:
        holder = element
        while holder.get("id") is None and holder.getparent() is not None:
            holder = holder.getparent()  # type: ignore[assignment]  # a parent there is
        return Problem(
            code,
            message,
            severity,
            file=self.findings.file or None,
            element_id=holder.get("id"),
            element_name=holder.get("name") or holder.get("label"),
            line=_line(element),
        )

    @contextmanager
    def nesting(self, element: Element) -> Iterator[None]:
        self.findings.depth += 1
        if self.findings.depth > MAX_NESTING:
            self.problem("dmn.nesting", "Too many boxes stand inside each other here.", element)
            self.findings.depth = -10_000  # said once
        yield
        self.findings.depth -= 1

    def kind(self, name: str | None) -> Kind | None:
        """The type of a name; None for any."""
        if not name or name in ("Any", "feel:Any"):
            return None
        bare = name.removeprefix("feel:")
        return self.kinds.get(bare) or plain(bare)

    def fitter(self, kind: Kind | None) -> Fitter | None:
        return None if kind is None else lambda value, run: fit(value, kind, run)

    def expression(self, text: str, element: Element) -> feel.Expression:
        """An expression in an element; on a problem null, said in a trace."""
        return self._compiled(text or "null", element, None)

    def cell(self, text: str, element: Element, rule: Element) -> feel.Expression:
        """The tests of a cell."""
        return self._compiled(text or "-", element, rule, unary=True)

    def result(self, text: str, element: Element, rule: Element) -> feel.Expression:
        """The expression of an output's cell."""
        return self._compiled("null" if text in ("", "-") else text, element, rule)

    def _compiled(
        self, text: str, element: Element, rule: Element | None, *, unary: bool = False
    ) -> feel.Expression:
        checks = {name: kind.has for name, kind in self.kinds.items()}
        try:
            made = feel.build(text, self.names | self.members, checks, cell=unary)
        except ExpressionError as error:
            code = "dmn.cell_syntax" if rule is not None else error.code
            shown = text if len(text) <= 60 else text[:60] + "…"
            self.problem(code, f"“{shown}” cannot be read: {error}", element)
            return _failed(error)
        holder = element if rule is None else rule
        self.findings.expressions.append((holder.get("id", ""), made))
        self.findings.free |= made.names - self.names
        if calls_outside(made.tree):
            self.warn("dmn.external", OUTSIDE, holder)
        return made


def _line(element: Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) else None


def _failed(error: ExpressionError) -> feel.Expression:
    """An expression that is null and says why, in place of one that could not be read."""
    made = feel.build("null", frozenset(), {})
    reason = str(error).replace("{", "").replace("}", "")

    def refuse(*given: Any) -> Any:
        return given[-1].run.null(f"An expression could not be read: {reason}")

    made.closure = refuse
    return made
