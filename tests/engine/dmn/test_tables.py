"""Decision tables: hit policies, defaults, what is written, what is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.engine.dmn.models import Rule, model, table, text

AGES: list[Rule] = [(["< 18"], ['"child"']), ([">= 18"], ['"adult"'])]
SCORES: list[Rule] = [(["> 1"], ["1"]), (["> 2"], ["3"]), (["> 3"], ["2"])]


def test_one_rule_matches_and_its_number_and_inputs_are_known() -> None:
    outcome = model(table(AGES)).decide("d", {"age": 20})

    assert (outcome.value, outcome.matched) == ("adult", (2,))
    assert outcome.inputs == {"age": "number"}
    assert outcome.variables == {"band": "adult"}


def test_a_decision_is_found_by_id_or_name() -> None:
    found = model(table(AGES))

    assert found.find("d") is found.find("Which band?")
    assert list(found.decisions) == ["d"]
    with pytest.raises(KeyError):
        found.decide("other", {})


def test_no_match_is_said_with_the_names_that_were_missing() -> None:
    outcome = model(table(AGES)).decide("d", {})

    assert (outcome.value, outcome.no_match, outcome.matched) == (None, True, ())
    assert outcome.variables == {"band": None}
    assert outcome.trace == (
        "‘age’ is not known here.",
        "Cannot tell which of nothing (null) and number is greater.",
        "No rule of the table matches, and it has no default.",
    )


def test_a_default_stands_in_when_no_rule_matches() -> None:
    made = model(table(AGES[:1], extra=text("defaultOutputEntry", '"unknown"')))

    outcome = made.decide("d", {"age": 40})

    assert (outcome.value, outcome.no_match) == ("unknown", False)


def test_a_unique_table_with_two_matches_is_null_and_says_so() -> None:
    outcome = model(table([*AGES, (["> 60"], ['"old"'])])).decide("d", {"age": 70})

    assert (outcome.value, outcome.matched) == (None, (2, 3))
    assert "Rules 2 and 3 all match" in outcome.trace[0]


@pytest.mark.parametrize(
    ("policy", "value"),
    [
        ("FIRST", 1),
        ("ANY", None),
        ("RULE ORDER", [1, 3, 2]),
        ("COLLECT", [1, 3, 2]),
        ("COLLECT/SUM", 6),
        ("COLLECT/MIN", 1),
        ("COLLECT/MAX", 3),
        ("COLLECT/COUNT", 3),
        ("OUTPUT ORDER", [3, 2, 1]),
        ("PRIORITY", 3),
    ],
)
def test_each_hit_policy_makes_its_own_of_three_matches(policy: str, value: Any) -> None:
    made = model(table(SCORES, policy=policy, extra=text("outputValues", "3, 2, 1")))

    assert made.decide("d", {"age": 9}).value == value


@pytest.mark.parametrize(
    ("policy", "value"), [("COLLECT", []), ("COLLECT/COUNT", 0), ("COLLECT/SUM", None)]
)
def test_a_collecting_table_without_a_match(policy: str, value: Any) -> None:
    outcome = model(table(SCORES, policy=policy)).decide("d", {"age": 0})

    assert (outcome.value, outcome.no_match) == (value, True)


def test_several_outputs_are_a_context_and_a_variable_each() -> None:
    rules: list[Rule] = [(["-"], ['"a"', "1"])]
    made = model(table(rules, outputs=("band", "fee")))

    outcome = made.decide("d", {"age": 1})

    assert outcome.value == outcome.variables == {"band": "a", "fee": Decimal(1)}
    assert made.decisions["d"].outputs == ("band", "fee")


def test_several_outputs_of_several_rules_are_a_list_each() -> None:
    rules: list[Rule] = [(["-"], ['"a"', "1"]), (["-"], ['"b"', "2"])]

    outcome = model(table(rules, outputs=("band", "fee"), policy="COLLECT")).decide("d", {"age": 1})

    assert outcome.value == [{"band": "a", "fee": 1}, {"band": "b", "fee": 2}]
    assert outcome.variables == {"band": ["a", "b"], "fee": [1, 2]}


def test_a_cell_may_use_the_input_and_other_names() -> None:
    rules: list[Rule] = [(["? > limit and ? < 100"], ['"in"']), (["not(> limit)"], ['"low"'])]
    made = model(table(rules))

    assert made.decide("d", {"age": 50, "limit": 40}).value == "in"
    assert made.decide("d", {"age": 30, "limit": 40}).value == "low"
    assert made.reads("d") == {"age", "limit"}


def test_a_model_read_once_decides_again_and_again() -> None:
    made = model(table(AGES))

    assert [made.decide("d", {"age": n}).value for n in (5, 50)] == ["child", "adult"]
