"""A form on a page: which questions are drawn, with what was typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.forms import Choice, Field, Form, Reveal, Shown, shown
from engine.forms.answers import DATE_PARTS, row_numbers

ADD, REMOVE = "add:", "remove:"
Typed = Mapping[str, list[str]]


@dataclass(frozen=True)
class Message:
    text: str
    href: str


@dataclass(frozen=True)
class FormView:
    """What `components/fields.html` draws."""

    form: Form
    shown: tuple[Shown, ...]
    typed: Typed
    errors: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    says_optional: bool = True

    @property
    def top(self) -> tuple[Shown, ...]:
        return tuple(one for one in self.shown if not self.is_under_choice(one))

    @property
    def messages(self) -> tuple[Message, ...]:
        """For the error summary, each a link to the first box of its question."""
        return tuple(Message(text, f"#{self._target(name)}") for name, text in self.errors.items())

    def _target(self, name: str) -> str:
        last = name.split("-")[-1]
        found = self.form.question(name) or self._row_field(name.split("-")[0], last)
        return f"{name}-day" if found and found.kind == "date" else name

    def _row_field(self, key: str, sub: str) -> Field | None:
        row = self.form.question(key)
        return next((f for f in row.fields if f.key == sub), None) if row else None

    def error(self, name: str) -> str | None:
        return self.errors.get(name)

    def value(self, name: str) -> str:
        return (self.typed.get(name) or [""])[0]

    def values(self, name: str) -> list[str]:
        return self.typed.get(name) or []

    def choices(self, f: Field) -> tuple[Choice, ...]:
        if f.kind == "checkbox":
            return (Choice("yes", f.label),)
        return self.offered.get(f.choose, ()) if f.choose else f.choices

    def options(self, f: Field, name: str) -> list[dict[str, Any]]:
        """A select opens on nothing: no answer is chosen beforehand."""
        chosen = self.value(name)
        found = [{"value": "", "text": "Choose one", "selected": not chosen}]
        return found + [
            {"value": c.value, "text": c.label, "selected": c.value == chosen}
            for c in self.choices(f)
        ]

    def files(self, f: Field, name: str) -> list[tuple[str, str]]:
        """(number, name) of the files of the case that are its answer so far."""
        known = {c.value: c.label for c in self.choices(f)}
        return [(number, known[number]) for number in self.values(name) if number in known]

    def file_attributes(self, f: Field) -> dict[str, str]:
        return {
            **({"accept": f.accept} if f.accept else {}),
            **({"multiple": "multiple"} if f.multiple else {}),
        }

    def date_items(self, name: str) -> list[dict[str, Any]]:
        wrong = " govuk-input--error" if self.error(name) else ""
        return [
            {
                "name": part,
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}{wrong}",
                "value": self.value(f"{name}-{part}"),
            }
            for part in DATE_PARTS
        ]

    def is_short(self, f: Field) -> bool:
        """Two short answers stand side by side, unless one opens a question."""
        short = len(f.choices) == 2 and all(len(c.label) <= 10 for c in f.choices)
        return short and not any(self.under(f, c.value) for c in f.choices)

    def is_under_choice(self, one: Shown) -> bool:
        """Opened by exactly one choice of a radio, checklist or checkbox of the page."""
        if one.reveal is None or len(one.reveal.values) != 1:
            return False
        opener = self.form.question(one.reveal.key)
        drawn = any(s.field.key == one.reveal.key for s in _flat(self.shown))
        return bool(drawn and opener and opener.kind != "select")

    def under(self, f: Field, value: str) -> tuple[Shown, ...]:
        return tuple(
            one
            for one in _flat(self.shown)
            if one.reveal == Reveal(f.key, frozenset({value})) and self.is_under_choice(one)
        )

    def rows(self, f: Field) -> list[int]:
        """Numbers of the rows to draw: those typed, at least one to begin with when asked for."""
        numbers = row_numbers(self.typed, f.key)
        least = max(f.min_rows, 1 if f.required else 0)
        return numbers or list(range(1, least + 1))

    def row(self, f: Field, number: int) -> tuple[Shown, ...]:
        """The questions of one row; its conditions are left to the check after sending."""
        return tuple(Shown(each, None) for each in f.fields)


def _flat(items: tuple[Shown, ...]) -> Iterator[Shown]:
    for one in items:
        yield one
        yield from _flat(one.fields)


def view(
    form: Form,
    typed: Typed,
    context: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    offered: Mapping[str, tuple[Choice, ...]] | None = None,
) -> FormView:
    """The form filled with what was typed; `context` holds the case's variables."""
    drawn = shown(form, context, steering_answers(form, typed))
    return FormView(form, drawn, typed, errors or {}, offered or {})


def steering_answers(form: Form, typed: Typed) -> dict[str, Any]:
    """Choices made so far, as conditions read them; nothing is checked."""
    found: dict[str, Any] = {}
    for one in form.questions():
        values = typed.get(one.key) or []
        if one.kind == "checklist":
            found[one.key] = values
        elif one.kind == "checkbox":
            found[one.key] = values == ["yes"]
        elif values and values[0]:
            found[one.key] = values[0] == "yes" if one.yes_no else values[0]
    return found


def change_rows(form: Form, typed: Typed, act: str) -> tuple[dict[str, list[str]], str]:
    """Add or remove a row as the button said; what to look at next comes with it."""
    changed = {name: list(values) for name, values in typed.items()}
    if act.startswith(REMOVE):
        row = act.removeprefix(REMOVE)
        changed = {n: v for n, v in changed.items() if not n.startswith(f"{row}-")}
        return changed, row.rsplit("-", 1)[0]
    key = act.removeprefix(ADD)
    asked = form.question(key)
    first = next((f.key for f in asked.fields if f.key), "") if asked else ""
    number = max(row_numbers(typed, key), default=0) + 1
    if asked is not None:
        name = f"{key}-{number}-{first}"
        kind = next(f.kind for f in asked.fields if f.key == first)
        changed[f"{name}-day" if kind == "date" else name] = [""]
    return changed, f"{key}-{number}"
