"""Whole models: what is required, boxed expressions, types, imports, files that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from engine import dmn
from engine.errors import ExpressionLimit, InvalidDefinition, Problem
from tests.engine.dmn.models import definitions, literal, model, required, table, text


def problems(source: bytes) -> list[Problem]:
    with pytest.raises(InvalidDefinition) as caught:
        dmn.read(source, file="x.dmn")
    return caught.value.problems


def decide(inner: str, **context: Any) -> Any:
    return model(inner).decide("d", context).value


@pytest.mark.parametrize(
    "namespace",
    ["http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20180521/MODEL/",
     "https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20230324/MODEL/"],
)  # fmt: skip
def test_every_version_of_the_standard_is_read(namespace: str) -> None:
    found = dmn.read(definitions(literal("d", "1 + 1"), namespace=namespace))

    assert found.decide("d", {}).value == 2


def test_a_required_decision_is_decided_first_and_once() -> None:
    inner = literal("d", "base * 2", required("base")) + literal("base", "a + 1")

    assert decide(inner, a=2) == 6
    assert model(inner).decide("d", {"a": 2}, given={"base": 10}).value == 20
    assert model(inner).reads("d") == {"a"}


def test_a_variable_left_by_an_earlier_run_does_not_hide_a_required_decision() -> None:
    inner = literal("d", "base * 2", required("base")) + literal("base", "a + 1")

    assert decide(inner, a=2, base=99) == 6


def test_a_function_sees_its_parameters_and_what_it_requires_only() -> None:
    knowledge = (
        '<businessKnowledgeModel id="k" name="twice"><encapsulatedLogic>'
        '<formalParameter name="x" typeRef="number"/><literalExpression><text>x * 2 + '
        "(if a = null then 0 else a)</text></literalExpression></encapsulatedLogic>"
        "</businessKnowledgeModel>"
    )
    inner = literal("d", "twice(n)", required("k", "Knowledge")) + knowledge

    assert decide(inner, n=4, a=100) == 8
    assert decide(inner, n="x") is None
    assert decide(inner, n=[4]) == 8


def test_a_service_of_several_decisions_gives_a_context() -> None:
    service = (
        '<decisionService id="s" name="s"><outputDecision href="#one"/>'
        '<outputDecision href="#two"/></decisionService>'
    )
    inner = literal("one", "1") + literal("two", "2") + service

    assert model(inner).decide("s", {}).value == {"one": 1, "two": 2}


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (f"<list>{text('literalExpression', '1')}{text('literalExpression', 'a')}</list>", [1, 5]),
        (
            '<relation><column name="x"/><column name="y"/><row>'
            f"{text('literalExpression', '1')}{text('literalExpression', 'a')}</row></relation>",
            [{"x": 1, "y": 5}],
        ),
        (
            f"<conditional><if>{text('literalExpression', 'a > 3')}</if>"
            f"<then>{text('literalExpression', '1')}</then>"
            f"<else>{text('literalExpression', '2')}</else></conditional>",
            1,
        ),
        (
            f"<filter><in>{text('literalExpression', '[1, 9]')}</in>"
            f"<match>{text('literalExpression', 'item > a')}</match></filter>",
            [9],
        ),
        (
            f'<for iteratorVariable="i"><in>{text("literalExpression", "1..3")}</in>'
            f"<return>{text('literalExpression', 'i * a')}</return></for>".replace(
                "1..3", "[1..3]"
            ),
            [5, 10, 15],
        ),
        (
            f'<some iteratorVariable="i"><in>{text("literalExpression", "[1, 9]")}</in>'
            f"<satisfies>{text('literalExpression', 'i > a')}</satisfies></some>",
            True,
        ),
        (
            '<context><contextEntry><variable name="b"/>'
            f"{text('literalExpression', 'a + 1')}</contextEntry>"
            f"<contextEntry>{text('literalExpression', 'b * 2')}</contextEntry></context>",
            12,
        ),
        (
            f"<invocation>{text('literalExpression', 'abs')}<binding>"
            f'<parameter name="n"/>{text("literalExpression", "-a")}</binding></invocation>',
            5,
        ),
    ],
)
def test_every_boxed_expression_has_its_value(box: str, expected: Any) -> None:
    assert decide(f'<decision id="d" name="d">{box}</decision>', a=5) == expected


def test_a_value_outside_its_type_becomes_null_with_the_reason() -> None:
    kinds = (
        '<itemDefinition name="tBand"><typeRef>string</typeRef>'
        f"{text('allowedValues', chr(34) + 'low' + chr(34))}</itemDefinition>"
    )
    made = model(kinds + literal("d", "a", kind="tBand"))

    assert made.decide("d", {"a": "low"}).value == "low"
    outcome = made.decide("d", {"a": "high"})
    assert (outcome.value, outcome.trace) == (None, ("“d” is no tBand, but text.",))


@pytest.mark.parametrize("name", ["other", ""])
def test_an_imported_decision_is_known_by_the_imports_name_or_its_own(name: str) -> None:
    other = dmn.read(definitions(literal("base", "a + 1"), own="urn:other"))
    call = "other.base" if name else "base"
    inner = f'<import namespace="urn:other" name="{name}" importType="{other.namespace}DMN"/>'
    inner += literal("d", f"{call} * 2", required("base").replace("#base", "urn:other#base"))

    found = dmn.read(definitions(inner), resolve={"urn:other": other}.get)

    assert found.decide("d", {"a": 1}).value == 4
    assert found.reads("d") == {"a"}


def test_a_function_from_outside_is_not_run() -> None:
    outside = (
        'function(x) external {java: {class: "java.lang.System", method signature: "exit(int)"}}'
    )

    outcome = model(literal("d", f"({outside})(1)")).decide("d", {})

    assert (outcome.value, outcome.trace) == (
        None, ("A function from outside is not run here: only FEEL is.",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "code", "element"),
    [
        (b"<x", "dmn.xml", None),
        (b"<x/>", "dmn.not_dmn", None),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + definitions(""), "dmn.doctype", None),
        (definitions(""), "dmn.no_decision", None),
        (definitions(table([(["1", "2"], ["3"])])), "dmn.row_shape", "r1"),
        (definitions(table([(["1 +"], ["3"])])), "dmn.cell_syntax", "r1"),
        (definitions(table([(["1"], ["__import__('os')"])])), "dmn.cell_syntax", "r1"),
        (definitions(literal("d", "a b")), "expression.syntax", "d"),
        (definitions(literal("d", "frobnicate(1)")), "expression.unknown_function", "d"),
        (definitions(literal("d", "1", required("e"))), "dmn.requirement_missing", "d"),
        (definitions(literal("d", "e", required("d"))), "dmn.cycle", "d"),
        (definitions('<decision id="d" name="d"/>'), "dmn.no_logic", "d"),
        (definitions('<import namespace="urn:x" name="x" importType="DMN"/>' + literal("d", "1")),
         "dmn.import_missing", None),
    ],
)  # fmt: skip
def test_a_file_with_a_fault_is_refused_with_the_element(
    source: bytes, code: str, element: str | None
) -> None:
    found = problems(source)

    assert (found[0].code, found[0].element_id) == (code, element)
    assert found[0].message.endswith((".", "…"))
    assert found[0].file == "x.dmn"


def test_all_faults_of_a_file_are_said_at_once() -> None:
    source = definitions(literal("d", "1 +") + literal("e", "(2"))

    assert [problem.element_id for problem in problems(source)] == ["d", "e"]


def test_read_leniently_a_fault_is_null_and_the_rest_works() -> None:
    found = dmn.read(definitions(literal("d", "1 +") + literal("e", "2")), strict=False)

    assert found.decide("e", {}).value == 2
    assert "could not be read" in found.decide("d", {}).trace[0]


def test_a_decision_that_takes_too_long_is_a_limit_with_its_name() -> None:
    with pytest.raises(ExpressionLimit) as caught:
        decide(literal("d", "for a in 1..9999, b in 1..9999 return 1"))

    assert caught.value.text == "d"


def test_boxes_inside_each_other_have_a_limit() -> None:
    deep = "<list>" * 60 + text("literalExpression", "1") + "</list>" * 60

    assert problems(definitions(f'<decision id="d" name="d">{deep}</decision>'))[0].code == (
        "dmn.nesting"
    )


def test_a_long_row_of_decisions_is_refused_and_a_shorter_one_decided() -> None:
    def row(count: int) -> str:
        steps = (literal(f"d{i}", f"d{i - 1} + 1", required(f"d{i - 1}")) for i in range(1, count))
        return literal("d0", "1") + "".join(steps)

    assert model(row(50)).decide("d49", {}).value == 50
    assert problems(definitions(row(500)))[0].code == "dmn.chain"


def test_a_functions_result_is_made_to_fit_its_type() -> None:
    knowledge = (
        '<businessKnowledgeModel id="k" name="k"><variable name="k" typeRef="string"/>'
        f"<encapsulatedLogic>{text('literalExpression', '5')}</encapsulatedLogic>"
        "</businessKnowledgeModel>"
    )

    assert decide(literal("d", "k()", required("k", "Knowledge")) + knowledge) is None
