"""What people are told: at reading with the place, at running with the reason for a null."""

from __future__ import annotations

from typing import Any

import pytest

from engine import feel
from engine.errors import ExpressionError, ExpressionSyntax


def refused(text: str) -> ExpressionError:
    with pytest.raises(ExpressionSyntax) as caught:
        feel.compile(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        ("1 +", "ends too early", 1, 4),
        ("a ==  b", "Write one “=”", 1, 4),
        ("(1", "close the bracket with )", 1, 3),
        ("a\n  b", "an operator", 2, 3),
        ('"abc', "closing quotation mark", 1, 1),
        ("a && b", "write “and”", 1, 3),
        ("“a”", "straight quotation marks", 1, 1),
        ("if a then b", "else", 1, 12),
        ("a adn b", "Did you mean “and”?", 1, 3),
        ("{a 1}", "name: value", 1, 2),
        ("1e99999", "too large a number", 1, 1),
    ],
)
def test_a_text_that_is_no_expression_is_refused_with_its_place(
    text: str, words: str, line: int, column: int
) -> None:
    error = refused(text)

    assert words in str(error)
    assert (error.text, error.line, error.column) == (text, line, column)


def test_a_function_there_is_not_is_named_with_the_nearest_there_is() -> None:
    error = refused('x + substrng("a", 1)')

    assert error.code == "expression.unknown_function"
    assert str(error) == "There is no function “substrng”. Did you mean “substring”?"
    assert error.column == 5


@pytest.mark.parametrize("text", ["__import__('os').system('id')", "lambda: 1", "import os"])
def test_code_of_another_language_is_no_expression(text: str) -> None:
    assert refused(text).text == text


@pytest.mark.parametrize(
    ("text", "context", "reason"),
    [
        ("age > 5", {}, "‘age’ is not known here."),
        ('"a" < 1', {}, "Cannot tell which of text and number is greater."),
        ('1 = "1"', {}, "Cannot compare number with text."),
        ("a.b", {"a": {}}, "The context has no entry “b”."),
        ('substring("a")', {}, "“substring” was given 1 argument"),
        ("abs(a)", {"a": "x"}, "“abs” wants a"),
        ("1 / 0", {}, "Cannot divide by zero."),
        ("[1][5]", {}, "The list has no item number 5"),
        ('@"2026-13-01"', {}, "no date, time or duration"),
        ("today() + 1", {}, "Adding is not possible with date and number."),
        ('"a" and true', {}, "joins yes/no values, not text"),
    ],
)
def test_a_null_says_why(text: str, context: dict[str, Any], reason: str) -> None:
    found, notes = feel.compile(text).trace(context)

    assert found is None
    assert any(reason in note for note in notes), notes


def test_a_trace_keeps_values_to_itself() -> None:
    _, notes = feel.compile("a + 1").trace({"a": "a secret"})

    assert "secret" not in " ".join(notes)


def test_braces_in_a_name_do_no_harm_to_a_trace() -> None:
    assert feel.compile('{"{}": 1}.a').trace({})[0] is None
    assert feel.compile('context put({}, "{x}", 1)["{"]').trace({})[0] is None
