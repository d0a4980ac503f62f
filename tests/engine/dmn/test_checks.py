"""Findings about tables, with the case that shows each."""

from __future__ import annotations

from typing import Any

import pytest

from engine import dmn
from tests.engine.dmn.models import Rule, literal, model, table, text


def findings(rules: list[Rule], **more: Any) -> list[tuple[str, str | None, str]]:
    found = dmn.check(model(table(rules, **more)))
    assert all(problem.severity == "warning" for problem in found)
    return [(problem.code, problem.element_id, problem.message) for problem in found]


def test_a_gap_is_shown_by_the_case_that_falls_through() -> None:
    assert findings([(["< 18"], ["1"]), (["> 18"], ["2"])]) == [
        (
            "dmn.gap",
            "d",
            "No rule of “Which band?” matches when age is 18.",
        )
    ]


def test_a_gap_over_several_columns_names_each() -> None:
    rules: list[Rule] = [(["true", "-"], ["1"]), (["false", '"a"'], ["2"])]

    ((code, _, message),) = findings(rules, inputs=("member", "kind"))

    assert code == "dmn.gap"
    assert "when member is no and kind is anything not named in its column" in message


def test_days_have_no_gap_between_neighbours() -> None:
    rules: list[Rule] = [
        (['<= date("2026-01-31")'], ["1"]),
        (['>= date("2026-02-01")'], ["2"]),
    ]

    assert findings(rules) == []


@pytest.mark.parametrize(
    "more",
    [{"policy": "COLLECT"}, {"extra": text("defaultOutputEntry", "0")}],
    ids=["collecting", "with a default"],
)
def test_a_gap_that_has_an_answer_is_none(more: dict[str, Any]) -> None:
    assert findings([(["< 18"], ["1"])], **more) == []


def test_an_overlap_is_shown_by_a_case_both_rules_take() -> None:
    ((code, element, message),) = findings([(["<= 18"], ["1"]), ([">= 18"], ["2"])])

    assert (code, element) == ("dmn.overlap", "r2")
    assert message.startswith("Rules 1 and 2 of “Which band?” both match when age is 18, but only")


def test_rules_that_agree_may_overlap_where_any_may_count() -> None:
    rules: list[Rule] = [(["-"], ["1"]), ([">= 18"], ["1"])]

    assert findings(rules, policy="ANY") == []
    assert findings([*rules, (["< 5"], ["2"])], policy="ANY")[0][0] == "dmn.overlap"


def test_a_rule_that_earlier_ones_leave_nothing_is_found() -> None:
    rules: list[Rule] = [(["< 10"], ["1"]), ([">= 10"], ["2"]), (["5"], ["3"])]

    ((code, element, _),) = findings(rules, policy="FIRST")

    assert (code, element) == ("dmn.rule_hidden", "r3")


def test_a_cell_that_no_value_passes_is_found() -> None:
    rules: list[Rule] = [(["[5..1]"], ["1"]), (["-"], ["2"])]

    assert [code for code, _, _ in findings(rules)] == ["dmn.rule_never"]


def test_an_output_outside_its_list_is_found() -> None:
    ((code, element, message),) = findings(
        [(["-"], ['"hihg"'])], extra=text("outputValues", '"high", "low"')
    )

    assert (code, element) == ("dmn.output_unlisted", "r1")
    assert "gives “hihg”, which the list of “band” lacks" in message


def test_a_cell_that_depends_on_other_names_raises_no_false_alarm() -> None:
    assert findings([(["< limit"], ["1"]), ([">= limit"], ["2"])]) == []


def test_a_large_table_is_checked_in_time() -> None:
    rules: list[Rule] = [([str(n % 10), str(n // 10), "-"], [str(n)]) for n in range(300)]

    found = findings(rules, inputs=("a", "b", "c"), policy="FIRST")

    assert {code for code, _, _ in found} == {"dmn.gap"}


def test_a_cell_of_another_kind_than_its_column_is_found() -> None:
    inner = table([(["> 5"], ["1"]), (['"x"'], ["2"]), (["-"], ["3"])], policy="FIRST")
    typed = inner.replace("<inputExpression>", '<inputExpression typeRef="number">')

    found = [p for p in dmn.check(model(typed)) if p.code == "dmn.cell_kind"]

    assert [problem.element_id for problem in found] == ["r2"]
    assert found[0].message == (
        "Rule 2 of “Which band?”, column “age”: A number cannot be compared with a text."
    )


def test_a_function_from_outside_is_found_before_it_answers_null() -> None:
    outside = 'function(x) external {java: {class: "a.B", method signature: "c()"}}'

    (problem,) = dmn.check(model(literal("d", f"({outside})(1)")))

    assert (problem.code, problem.element_id) == ("dmn.external", "d")
    assert "answers null" in problem.message
