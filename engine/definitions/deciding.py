"""Fields that never decide: nothing that a process works out may read them.

A form marks such a field `neverDecides`. It is asked, kept and shown; no condition, table, date,
assignee, list or script may read it, in this process or in one that shares its values. A first
answer on a form (`prefill`) may: a person reads it and answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine import feel
from engine.definitions.naming import read_by
from engine.definitions.reading import Definition
from engine.errors import ExpressionError, Problem
from engine.forms import Form


def decided(definition: Definition, known: Mapping[str, Definition]) -> list[Problem]:
    """An error for each place that reads a field which never decides."""
    names = {name for each in (definition, *known.values()) for name in _never(each)}
    found = [
        Problem(
            "expression.never_decides",
            f"“{element.label}” (id {element.id}), {where}, reads “{name}”, a field that never "
            "decides.",
            "error",
            "process.bpmn",
            element.id,
            element.name or None,
            element.line,
            "Decide by something else, or let a person decide.",
        )
        for element, where, name in read_by(definition)
        if name in names and where != "prefill"
    ]
    for form in definition.forms.values():
        found += [_question(form, key, name) for key, name in _conditions(form) if name in names]
    return found


def _never(definition: Definition) -> Iterator[str]:
    for form in definition.forms.values():
        yield from (question.key for question in form.questions() if question.never_decides)


def _conditions(form: Form) -> Iterator[tuple[str, str]]:
    """(question, name) of each name that shows or hides a question."""
    for question in form.questions():
        if question.hide:
            yield from ((question.key, name) for name in _names(question.hide))


def _names(text: str) -> list[str]:
    try:
        return sorted(feel.compile(text).names)
    except ExpressionError:  # a finding of its own
        return []


def _question(form: Form, key: str, name: str) -> Problem:
    return Problem(
        "form.never_decides",
        f"{form.file}: “{key}” is shown or hidden by “{name}”, a field that never decides.",
        "error",
        form.file,
        key,
        None,
        None,
        "Ask it always, or let another answer show it.",
    )
