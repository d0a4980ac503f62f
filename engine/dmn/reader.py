"""Read a DMN file safely: every problem at once, each with its element."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine import feel
from engine.errors import ExpressionError, InvalidDefinition, Problem

from .model import Column, Decision, Model, Rule, Table


def read(source: bytes, *, file: str = "") -> Model:
    """The model in a file; InvalidDefinition with all its problems."""
    root = _root(source, file)
    reader = _Reader(file)
    decisions = {}
    for element in root.iterfind("{*}decision"):
        decision = reader.decision(element)
        if decision is not None:
            decisions[decision.id] = decision
    if not decisions and not reader.problems:
        reader.problem("dmn.no_decision", "The file holds no decision.", root)
    if reader.problems:
        raise InvalidDefinition(reader.problems)
    return Model(root.get("name", ""), root.get("namespace", ""), file, decisions)


def _root(source: bytes, file: str) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidDefinition(
            [Problem("dmn.xml", f"The file is no XML: {error.msg}.", file=file, line=error.lineno)]
        ) from None
    if root.getroottree().docinfo.doctype:
        raise InvalidDefinition(
            [Problem("dmn.doctype", "The file has a DOCTYPE, which is not allowed.", file=file)]
        )
    return root


def _text(element: Any) -> str:
    found = element.findtext("{*}text") if element is not None else None
    return (found or "").strip()


class _Reader:
    def __init__(self, file: str) -> None:
        self.file, self.problems = file, list[Problem]()

    def problem(self, code: str, message: str, element: Any) -> None:
        self.problems.append(
            Problem(
                code,
                message,
                file=self.file,
                element_id=element.get("id"),
                element_name=element.get("name") or element.get("label"),
                line=element.sourceline,
            )
        )

    def decision(self, element: Any) -> Decision | None:
        name = element.get("name", "")
        variable = element.find("{*}variable")
        key = element.get("id") or name
        logic: Any = None
        table, literal = element.find("{*}decisionTable"), element.find("{*}literalExpression")
        if table is not None:
            logic = self.table(table)
        elif literal is not None:
            logic = self.expression(_text(literal), literal)
        else:
            self.problem("dmn.no_logic", f"The decision “{name}” says nothing to decide.", element)
        requires = tuple(
            r.get("href", "").lstrip("#")
            for r in element.iterfind("{*}informationRequirement/{*}requiredDecision")
        )
        if logic is None:
            return None
        own = variable.get("name") if variable is not None else None
        return Decision(key, name, own or name or key, logic, requires)

    def expression(self, text: str, element: Any, *, cell: bool = False) -> Any:
        compile = feel.compile_unary if cell else feel.compile
        try:
            return compile(text or ("-" if cell else "null"))
        except ExpressionError as error:
            self.problem("dmn.cell_syntax", f"“{text[:80]}” cannot be read: {error}", element)
            return None

    def table(self, element: Any) -> Table | None:
        inputs = tuple(self.input(one) for one in element.iterfind("{*}input"))
        outputs = tuple(self.output(one) for one in element.iterfind("{*}output"))
        rules = tuple(
            self.rule(one, len(inputs), len(outputs)) for one in element.iterfind("{*}rule")
        )
        policy = element.get("hitPolicy", "UNIQUE")
        return Table(
            inputs, outputs, tuple(r for r in rules if r), policy, element.get("aggregation", "")
        )

    def input(self, element: Any) -> Column:
        expression = element.find("{*}inputExpression")
        text = _text(expression)
        found = self.expression(text, expression if expression is not None else element)
        return Column(text or element.get("label", ""), found)

    def output(self, element: Any) -> Column:
        return Column(element.get("name") or "")

    def rule(self, element: Any, inputs: int, outputs: int) -> Rule | None:
        tests, values = list(element.iterfind("{*}inputEntry")), list(
            element.iterfind("{*}outputEntry")
        )
        if len(tests) != inputs or len(values) != outputs:
            self.problem(
                "dmn.row_shape",
                f"The rule has {len(tests)} inputs and {len(values)} outputs, its table "
                f"{inputs} and {outputs}.",
                element,
            )
            return None
        return Rule(
            element.get("id", ""),
            tuple(self.expression(_text(one), element, cell=True) for one in tests),
            tuple(self.expression(_text(one), element) for one in values),
        )
