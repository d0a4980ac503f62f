"""Decision tables from XML."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine import feel

from .findings import Place, text_of
from .hits import POLICIES
from .table import Input, Output, Rule, Table

Element = etree._Element


def table(element: Element, place: Place) -> Table:
    """A decision table, with a problem for each row that does not fit its columns."""
    inputs = tuple(_input(one, place) for one in element.iterfind("{*}input"))
    found = list(element.iterfind("{*}output"))
    outputs = tuple(_output(one, place, len(found) == 1) for one in found)
    rules = []
    for one in element.iterfind("{*}rule"):
        rule = _rule(one, place, (len(inputs), len(outputs)))
        rules += [rule] if rule else []
    if not outputs:
        place.problem("dmn.no_output", "The table has no output column: add one.", element)
    policy = element.get("hitPolicy", "UNIQUE")
    if policy not in POLICIES:
        place.problem(
            "dmn.hit_policy",
            f"“{policy}” is no hit policy: choose one of {', '.join(sorted(POLICIES))}.",
            element,
        )
    return Table(
        inputs, outputs, tuple(rules), policy, element.get("aggregation", ""),
        element.get("id", ""),
    )  # fmt: skip


def _values(element: Element, name: str, place: Place) -> feel.Expression | None:
    found = element.find("{*}" + name)
    text = text_of(found)
    return None if found is None or not text else place.cell(text, found, found)


def _input(element: Element, place: Place) -> Input:
    holder = element.find("{*}inputExpression")
    text = text_of(holder)
    if holder is None or not text:
        place.problem(
            "dmn.input_empty",
            "An input column says nothing to look at: add an expression.",
            element,
        )
    expression = place.expression(text, element if holder is None else holder)
    kind = place.kind(holder.get("typeRef")) if holder is not None else None
    label = element.get("label") or text
    return Input(
        label, expression, kind, _values(element, "inputValues", place), element.get("id", "")
    )


def _output(element: Element, place: Place, alone: bool) -> Output:
    allowed = _values(element, "outputValues", place)
    default = element.find("{*}defaultOutputEntry")
    text = text_of(default)
    name = element.get("name") or ("" if alone else element.get("label") or "")
    if not name and not alone:
        place.problem("dmn.output_name", "Each of several output columns needs a name.", element)
    return Output(
        name,
        place.kind(element.get("typeRef")),
        allowed,
        _listed(allowed),
        place.result(text, element, element) if default is not None and text else None,
        element.get("id", ""),
    )


def _listed(allowed: feel.Expression | None) -> tuple[Any, ...]:
    """The values of an output's list in their order, which is their priority."""
    if allowed is None:
        return ()
    tests = getattr(allowed.tree, "tests", ())
    return tuple(test.value for test in tests if hasattr(test, "value"))


def _rule(element: Element, place: Place, shape: tuple[int, int]) -> Rule | None:
    tests = list(element.iterfind("{*}inputEntry"))
    values = list(element.iterfind("{*}outputEntry"))
    if (len(tests), len(values)) != shape:
        place.problem(
            "dmn.row_shape",
            f"The rule has {len(tests)} input and {len(values)} output cells, but the table has "
            f"{shape[0]} and {shape[1]} columns: give every column one cell.",
            element,
        )
        return None
    return Rule(
        element.get("id", ""),
        tuple(place.cell(text_of(one), one, element) for one in tests),
        tuple(place.result(text_of(one), one, element) for one in values),
        (element.findtext("{*}description") or "").strip(),
    )
