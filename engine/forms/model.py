"""A form as data: its fields in order, each with the checks the form file declares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# Kinds of field that hold an answer; "text" and "group" hold none, "list" holds rows.
FILES = "filepicker"  # its answer is typed as the number of a file that is on the case
ANSWERS = frozenset(
    {
        "textfield",
        "textarea",
        "number",
        "date",
        "checkbox",
        "checklist",
        "radio",
        "select",
        "filepicker",
    }
)
CHOICES = frozenset({"checklist", "radio", "select"})
STRICTNESS = ("special", "third_party", "police")  # the last is the strictest


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One question, text, group or list. `hide` and `check` are FEEL; None when not given."""

    kind: str
    key: str = ""
    label: str = ""
    hint: str = ""
    text: str = ""
    required: bool = False
    min_length: int | None = None
    max_length: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    decimals: int | None = None
    pattern: str | None = None
    choices: tuple[Choice, ...] = ()
    hide: str | None = None
    check: str | None = None
    check_message: str = ""
    required_message: str = ""
    yes_no: bool = False
    data_class: str | None = None
    never_decides: bool = False
    lookup: bool = False  # cases about the same person are found by it
    searchable: bool = False
    choose: str | None = None
    accept: str = ""  # endings and media types of files, with commas; empty: all that are taken
    multiple: bool = False
    min_rows: int = 0
    fields: tuple[Field, ...] = ()

    @property
    def answers(self) -> bool:
        return self.kind in ANSWERS

    @property
    def lowered(self) -> str:
        """The label inside a sentence: "Date of birth" → "date of birth"; "NHS number" stays."""
        first, rest = self.label[:1], self.label[1:2]
        return self.label if rest.isupper() else first.lower() + self.label[1:]

    @property
    def subject(self) -> str:
        """What a sentence about the answer begins with."""
        return f"Your answer to “{self.label}”" if self.label.endswith("?") else self.label


@dataclass(frozen=True)
class Form:
    """What a user task, start or case action asks. Names are unique over groups and lists."""

    id: str
    fields: tuple[Field, ...]
    file: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def read(source: bytes, file: str) -> Form:
        """InvalidDefinition with every problem of the file, by code `form.…`."""
        from engine.forms.reading import read

        return read(source, file)

    def questions(self) -> Iterator[Field]:
        """Every field that sets a variable: answers and lists, groups opened, rows not."""
        yield from _questions(self.fields)

    def question(self, key: str) -> Field | None:
        return next((f for f in self.questions() if f.key == key), None)

    def validate(
        self,
        posted: Mapping[str, list[str]],
        context: Mapping[str, Any],
        *,
        offered: Mapping[str, Collection[Choice]] | None = None,
    ) -> dict[str, Any]:
        """Variable name → FEEL value of each visible question; InvalidInput by field name.

        `offered` holds the choices of fields that choose a person, organisation or case."""
        from engine.forms.answers import validate

        return validate(self, posted, context, offered=offered)

    def validate_values(
        self, values: Mapping[str, Any], context: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The same checks for answers written in Python or YAML (scenarios, corrections)."""
        from engine.forms.answers import validate_values

        return validate_values(self, values, context)

    def typed(self, values: Mapping[str, Any]) -> dict[str, list[str]]:
        """Values as a person would have typed them: to fill a form."""
        from engine.forms.answers import typed

        return typed(self, values)

    def keep_typed(self, posted: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """What was typed into this form's own fields, unchecked: for a draft."""
        from engine.forms.answers import keep_typed

        return keep_typed(self, posted)


def _questions(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        if one.kind == "group":
            yield from _questions(one.fields)
        elif one.answers or one.kind == "list":
            yield one


def class_of(one: Field) -> str | None:
    """A list takes the strictest class inside it."""
    found = [one.data_class, *(f.data_class for f in one.fields)]
    return max((c for c in found if c), key=STRICTNESS.index, default=None)
