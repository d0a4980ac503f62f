"""What expressions mean: operators, names, contexts, lists, loops, functions."""

from __future__ import annotations

from collections import ChainMap
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine import feel


def value(text: str, **context: Any) -> Any:
    return feel.compile(text).evaluate(context)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("= 1 + 2 * 3", 7),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("5 - -3", 8),
        ('"a" + "b"', "ab"),
        ("1 / 0", None),
        ("true and null", None),
        ("false and null", False),
        ("null or true", True),
        ("1 = 1.0", True),
        ('1 = "1"', None),
        ("null = null", True),
        ("5 between 1 and 10", True),
        ("5 in (< 3, [5..7))", True),
        ("7 in [5..7)", False),
        ("[1..10[.end included", False),
        ("if null then 1 else 2", 2),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[{a: 1}, {a: 2}][a > 1].a", [2]),
        ("[][1]", None),
        ("for x in 1..3 return x * x", [1, 4, 9]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [] satisfies false", True),
        ("{a: 1, b: a + 1}.b", 2),
        ("(function(a, b) a - b)(b: 1, a: 3)", 2),
        ("{f: function(n) if n = 0 then 1 else n * f(n - 1), r: f(5)}.r", 120),
        ("1 instance of number", True),
        ("[1, null] instance of list<number>", True),
        ("/* why */ 1 // and how", 1),
    ],
)
def test_an_expression_means_what_the_standard_says(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_a_name_of_several_words_is_read_when_it_is_declared() -> None:
    expression = feel.compile("Full Name + first name", names=["Full Name", "first name"])

    assert expression.evaluate({"Full Name": "a", "first name": "b"}) == "ab"
    assert expression.names == {"Full Name", "first name"}


def test_a_contexts_own_keys_of_several_words_need_no_declaration() -> None:
    assert value("{unit price: 2, count-of-items: 3, r: unit price * count-of-items}.r") == 6


def test_words_behind_a_dot_are_one_name() -> None:
    assert value("person.first name", person={"first name": "Ann"}) == "Ann"


def test_a_context_is_read_where_it_lies_and_never_written() -> None:
    layers = ChainMap({"a": 1}, {"b": 2})

    assert feel.compile("{a: 5, c: a + b}.c").evaluate(layers) == 7
    assert layers == {"a": 1, "b": 2}


def test_numbers_come_out_as_decimals_and_keep_34_digits() -> None:
    assert value("x", x=0.1) == Decimal("0.1")
    assert value("x + 0.2", x=0.1) == Decimal("0.3")
    assert value("1 / 3") == Decimal("0." + "3" * 34)
    assert type(value("list", list=[1, 2])[0]) is Decimal


def test_a_bool_is_no_number() -> None:
    assert value("x + 1", x=True) is None
    assert value("x = 1", x=True) is None


def test_a_date_plus_six_months_clamps_at_the_end_of_the_month() -> None:
    assert value('date("2025-10-31") + duration("P6M")') == date(2026, 4, 30)


def test_now_and_today_are_what_the_clock_says_in_london() -> None:
    def clock() -> datetime:
        return datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    assert feel.compile("today()").evaluate({}, clock=clock) == date(2026, 7, 1)
    assert feel.compile('now() - @"2026-06-30T23:00:00Z"').evaluate({}, clock=clock) == timedelta(
        minutes=30
    )


def test_a_day_is_24_hours_over_the_change_of_the_clocks() -> None:
    before = '@"2026-03-28T12:00:00@Europe/London"'

    found = value(f'string({before} + duration("P1D"))')

    assert found == "2026-03-29T13:00:00@Europe/London"


def test_the_names_and_paths_and_functions_an_expression_uses_are_known() -> None:
    expression = feel.compile("count(case.people[age > limit]) + sum(for p in xs return p)")

    assert expression.names == {"case", "xs"}
    assert expression.maybe == {"age", "limit"}
    assert expression.paths == {"case.people", "xs", "age", "limit"}
    assert expression.functions == {"count", "sum"}


def test_a_cell_tests_the_value_called_question_mark() -> None:
    cell = feel.compile_unary('not("a", "b")')

    assert [cell.evaluate({"?": v}) for v in ("a", "c")] == [False, True]
    assert feel.compile_unary("contains(?, limit)").evaluate({"?": "xyz", "limit": "y"}) is True
    assert feel.compile_unary("-").evaluate({"?": None}) is True


def test_kinds_have_words_for_people() -> None:
    kinds = [feel.kind(v) for v in (1, "a", True, None, [], {}, date(2026, 1, 1), timedelta(1))]

    assert kinds == [
        "number", "text", "yes/no", "null", "list", "context", "date", "days and time duration",
    ]  # fmt: skip


def test_working_days_are_functions_of_the_language() -> None:
    assert value('add working days(date("2026-04-02"), 5)') == date(2026, 4, 13)
    assert value('working days between(date("2026-04-02"), date("2026-04-13"))') == 5
    assert value('is working day(date("2026-04-03"))') is False
    assert value('next working day(date("2026-04-03"))') == date(2026, 4, 7)
    assert value('previous working day(date("2026-04-06"))') == date(2026, 4, 2)


@pytest.mark.parametrize("text", ["a > 1", "a + 1", "sum([a])", "[a][1] > 0"])
@pytest.mark.parametrize("foreign", [float("nan"), Decimal("Infinity"), object(), b"x", {1}])
def test_a_value_that_is_none_of_feels_does_no_harm(text: str, foreign: Any) -> None:
    assert value(text, a=foreign) in (None, True, False)
