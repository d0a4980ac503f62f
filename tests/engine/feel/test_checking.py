"""What is said of an expression before it runs."""

from __future__ import annotations

import pytest

from engine import feel

KNOWN = {
    "age": "number", "name": "text", "born": "date", "ok": "yes/no", "items": "list", "any": None,
}  # fmt: skip


def said(text: str, *, cell: str | None = None) -> list[str]:
    expression = feel.compile_unary(text) if cell else feel.compile(text)
    known = KNOWN | ({"?": cell} if cell else {})
    return [finding.message for finding in feel.check(expression, known)]


def test_a_name_that_cannot_exist_is_named_with_its_place() -> None:
    (finding,) = feel.check(feel.compile("ok and\n  agee > 5"), KNOWN)

    assert finding == (
        "expression.unknown_name", "‘agee’ is not known here. Did you mean “age”?", 2, 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('age > "x"', "A number cannot be compared with a text."),
        ("now() > born", "Write date(…) round the one with a time."),
        ("name + 1", "Adding is not possible with text and number."),
        ("ok and age", "“and” joins yes/no values, not number."),
        ("if age then 1 else 2", "A condition is yes or no, not number."),
        ("substring(name)", "“substring” was given 1 argument; write substring("),
        ("abs(name)", "not text"),
        ("name.x", "A text has no “x”."),
        ("name in (1, 2)", "A text cannot be compared with a number."),
        ('@"2026-02-30"', "This is no date"),
        ("{a: 1, b: a + name}", "Adding is not possible with number and text."),
        ("count(items) > name", "A number cannot be compared with a text."),
    ],
)
def test_kinds_that_cannot_meet_are_said(text: str, words: str) -> None:
    assert words in said(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "any > 5 and any = name", "items[price > age]", "born + duration(\"P1D\") > today()",
        "for x in items return x + 1", "born.year > 3", "abs(@\"P1D\") > @\"PT1H\"",
        "age = null", "sort(items, function(a, b) a < b)", "max(age, 3) * 2", "any(1)",
    ],
)  # fmt: skip
def test_what_may_work_is_not_complained_of(text: str) -> None:
    assert said(text) == []


def test_a_cell_is_checked_against_its_column() -> None:
    assert said('> "a"', cell="number") == ["A number cannot be compared with a text."]
    assert said("[1..5], ? > age", cell="number") == []
