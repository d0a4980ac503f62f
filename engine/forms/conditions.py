"""Which questions are asked: FEEL conditions over the case's variables and the answers so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine import clock, feel
from engine.errors import ExpressionError
from engine.forms.model import Field, Form


@lru_cache(maxsize=4096)
def compiled(text: str) -> feel.Expression:
    return feel.compile(text)


def check_expression(text: str) -> None:
    """Raises ExpressionError when the text is not FEEL."""
    compiled(text)


def hidden(one: Field, context: Mapping[str, Any]) -> bool:
    """A condition that cannot be worked out yet does not hide its question."""
    return one.hide is not None and _evaluate(one.hide, context) is True


def holds(check: str, context: Mapping[str, Any]) -> bool:
    return _evaluate(check, context) is True


def _evaluate(text: str, context: Mapping[str, Any]) -> Any:
    return compiled(text).evaluate(context, clock=clock.local_now)


@dataclass(frozen=True)
class Reveal:
    """Asked only while question `key` has one of `values`."""

    key: str
    values: frozenset[str]


@dataclass(frozen=True)
class Shown:
    """A field to draw, what opens it on the page, and the fields inside or under it."""

    field: Field
    reveal: Reveal | None
    fields: tuple[Shown, ...] = ()


def shown(form: Form, context: Mapping[str, Any], answers: Mapping[str, Any]) -> tuple[Shown, ...]:
    """The fields a page draws. One that hangs on a choice of the same page is always drawn, with
    its `reveal`; one that hangs on more is drawn when the answers so far ask for it."""
    blank = {q.key: None for q in form.questions()}
    steering = {q.key: q for q in form.questions() if q.choices or q.kind == "checkbox"}
    base = {**context, **blank, **answers}
    return tuple(_shown(form.fields, base, blank, steering))


def _shown(
    fields: tuple[Field, ...],
    base: Mapping[str, Any],
    blank: Mapping[str, None],
    steering: Mapping[str, Field],
) -> Iterator[Shown]:
    for one in fields:
        reveal = _reveal(one, base, blank, steering)
        if reveal is None and hidden(one, base):
            continue
        inner = tuple(_shown(one.fields, base, blank, steering)) if one.kind != "list" else ()
        if one.kind != "group" or inner:
            yield Shown(one, reveal, inner)


def _reveal(
    one: Field,
    base: Mapping[str, Any],
    blank: Mapping[str, None],
    steering: Mapping[str, Field],
) -> Reveal | None:
    """The one question of the page that this field hangs on, found by trying its choices."""
    if one.hide is None:
        return None
    named = sorted(set(blank) & set(compiled(one.hide).names))
    if len(named) != 1 or named[0] not in steering:
        return None
    question = steering[named[0]]
    values = question.choices and [c.value for c in question.choices]
    opened = frozenset(
        value for value in values or ("yes",) if _opens(one, question, value, base)
    )  # fmt: skip
    return Reveal(question.key, opened)


def _opens(one: Field, question: Field, value: str, base: Mapping[str, Any]) -> bool:
    answer: Any = value
    if question.kind == "checklist":
        answer = [value]
    elif question.yes_no or question.kind == "checkbox":
        answer = value == "yes"
    try:
        return not hidden(one, {**base, question.key: answer})
    except ExpressionError:
        return True
