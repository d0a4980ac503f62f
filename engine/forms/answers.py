"""What was posted → FEEL values, checked by marshmallow; and values → what a person would type.

Names in HTML: `key`; dates `key-day`, `key-month`, `key-year`; rows of a list `key-<n>-<sub>`.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from engine.errors import ExpressionError, InvalidInput
from engine.forms.checks import schema_field
from engine.forms.conditions import hidden, holds
from engine.forms.model import FILES, Choice, Field, Form

DATE_PARTS = ("day", "month", "year")
MAX_ROWS = 100
Posted = Mapping[str, list[str]]
Offered = Mapping[str, Collection[Choice]]


def validate(
    form: Form, posted: Posted, context: Mapping[str, Any], *, offered: Offered | None = None
) -> dict[str, Any]:
    """Only declared and visible questions; an optional one without an answer is None."""
    reading = _Reading(posted, offered or {})
    base = _over({q.key: None for q in form.questions()}, context)
    reading.fields(form.fields, base, "")
    if not reading.messages:
        reading.checks(form.fields, _over(reading.values, base))
    if reading.messages:
        raise InvalidInput(reading.messages)
    return reading.values


def validate_values(
    form: Form, values: Mapping[str, Any], context: Mapping[str, Any]
) -> dict[str, Any]:
    """A name the form does not have is refused: a scenario that answers it would prove nothing."""
    known = {q.key for q in form.questions()}
    unknown = {name: f"This form does not ask “{name}”." for name in values if name not in known}
    if unknown:
        raise InvalidInput(unknown)
    found = validate(form, typed(form, values), context)
    lost = {name: f"“{name}” is not asked here." for name, value in values.items()
            if value is not None and name not in found}  # fmt: skip
    if lost:
        raise InvalidInput(lost)
    return found


class _Reading:
    """One pass over a form: each answer is checked where it stands, earlier ones steer later."""

    def __init__(self, posted: Posted, offered: Offered, prefix: str = "") -> None:
        self.posted, self.offered, self.prefix = posted, offered, prefix
        self.values: dict[str, Any] = {}
        self.messages: dict[str, str] = {}

    def fields(self, fields: tuple[Field, ...], context: Mapping[str, Any], _inside: str) -> None:
        for one in fields:
            now = _over(self.values, context)
            if _is_hidden(one, now):
                continue
            if one.kind == "group":
                self.fields(one.fields, context, one.kind)
            elif one.kind == "list":
                self.list(one, now)
            elif one.answers:
                self.answer(one)

    def answer(self, one: Field) -> None:
        name = self.prefix + one.key
        raw = raw_answer(one, name, self.posted)
        try:
            choices = self.offered.get(one.choose) if one.choose else None
            self.values[one.key] = schema_field(one, choices).deserialize(raw)
        except ValidationError as error:
            self.messages[name] = _first(error.messages)

    def list(self, one: Field, context: Mapping[str, Any]) -> None:
        rows, numbers = [], row_numbers(self.posted, self.prefix + one.key)
        inner = _over({f.key: None for f in one.fields if f.key}, context)
        for number in numbers[:MAX_ROWS]:
            row = _Reading(self.posted, self.offered, f"{self.prefix}{one.key}-{number}-")
            if not _is_empty(one, row.prefix, self.posted):
                row.fields(one.fields, inner, "list")
                if not row.messages:
                    row.checks(one.fields, _over(row.values, inner))
                self.messages |= row.messages
                rows.append(row.values)
        least = max(one.min_rows, 1 if one.required else 0)
        if len(numbers) > MAX_ROWS:
            self.messages[self.prefix + one.key] = f"Add at most {MAX_ROWS}"
        elif len(rows) < least:
            words = one.required_message or f"Add {one.lowered}: at least {_count(least)}"
            self.messages[self.prefix + one.key] = words
        self.values[one.key] = rows

    def checks(self, fields: tuple[Field, ...], context: Mapping[str, Any]) -> None:
        """The form's own FEEL checks, once every answer by itself is right."""
        for one in fields:
            if one.kind == "group" and not _is_hidden(one, context):
                self.checks(one.fields, context)
            elif one.check and self.values.get(one.key) not in (None, []):
                if _holds(one.check, context):
                    continue
                self.messages[self.prefix + one.key] = one.check_message


def _over(values: dict[str, Any], context: Mapping[str, Any]) -> Mapping[str, Any]:
    """These before what is known outside, of which nothing is read before it is asked for."""
    return ChainMap(values, context)  # type: ignore[arg-type]  # nothing is written through it


def _is_hidden(one: Field, context: Mapping[str, Any]) -> bool:
    try:
        return hidden(one, context)
    except ExpressionError:
        return False


def _holds(check: str, context: Mapping[str, Any]) -> bool:
    try:
        return holds(check, context)
    except ExpressionError:
        return False


def raw_answer(one: Field, name: str, posted: Posted) -> Any:
    """The strings of one question as its check takes them: None when nothing was answered."""
    if one.kind == "date":
        parts = tuple(_one(posted, f"{name}-{part}") for part in DATE_PARTS)
        return parts if any(parts) else None
    if one.kind in ("checklist", FILES):
        return [v for v in posted.get(name, []) if v] or None
    if one.kind == "textarea":
        return _one(posted, name).replace("\r\n", "\n") or None
    return _one(posted, name) or None


def row_numbers(posted: Posted, name: str) -> list[int]:
    """The rows of a list that were posted, in the order of their numbers."""
    shape = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-")
    return sorted({int(found[1]) for key in posted if (found := shape.match(key))})


def _is_empty(one: Field, prefix: str, posted: Posted) -> bool:
    return all(raw_answer(f, prefix + f.key, posted) is None for f in one.fields if f.answers)


def _one(posted: Posted, name: str) -> str:
    values = posted.get(name) or [""]
    return values[0].strip().replace("\x00", "")


def _first(messages: Any) -> str:
    while isinstance(messages, dict | list):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages))
    return str(messages)


def _count(number: int) -> str:
    return {1: "one", 2: "two", 3: "three"}.get(number, str(number))


# --- values as typed ----------------------------------------------------------------------------


def typed(form: Form, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """FEEL or YAML values of the form's questions as posted strings; other names are left out."""
    return dict(_typed(form.questions(), values, ""))


def _typed(
    fields: Collection[Field] | Iterator[Field], values: Mapping[str, Any], prefix: str
) -> Iterator[tuple[str, list[str]]]:
    for one in fields:
        value, name = values.get(one.key) if one.key else None, prefix + one.key
        if value is None:
            continue
        if one.kind == "list":
            rows = [row for row in _many(value) if isinstance(row, Mapping)]
            for number, row in enumerate(rows, 1):
                yield from _typed(one.fields, row, f"{name}-{number}-")
        elif one.kind == "date":
            yield from zip((f"{name}-{p}" for p in DATE_PARTS), _date_parts(value), strict=True)
        elif one.kind in ("checklist", FILES):
            yield name, [_text(item) for item in _many(value)]
        elif one.kind == "checkbox":
            yield name, ["yes"] if value is True or value == "yes" else []
        else:
            yield name, [_text(value)]


def _date_parts(value: Any) -> tuple[list[str], list[str], list[str]]:
    if isinstance(value, date):
        return [str(value.day)], [str(value.month)], [str(value.year)]
    found = re.match(r"(\d{4})-(\d\d?)-(\d\d?)\Z", str(value))
    return ([found[3]], [found[2]], [found[1]]) if found else ([str(value)], [""], [""])


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    if isinstance(value, Mapping):  # a file goes by its number
        return _text(value.get("id"))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def keep_typed(form: Form, posted: Posted) -> dict[str, list[str]]:
    """Only the form's own field names, as typed, for a draft or a page shown again."""
    names = set[str]()
    shapes = list[str]()
    for one in form.questions():
        if one.kind == "list":
            keys = "|".join(_names_of(one.fields))
            shapes.append(rf"{one.key}-\d{{1,4}}-(?:{keys})")
        else:
            names |= set(_names_of((one,)))
    rows = re.compile("|".join(shapes) or r"(?!)")
    return {
        name: [value.replace("\x00", "")[:50_000] for value in values]
        for name, values in posted.items()
        if name in names or rows.fullmatch(name)
    }


def _names_of(fields: tuple[Field, ...]) -> Iterator[str]:
    for one in fields:
        if one.kind == "date":
            yield from (f"{one.key}-{part}" for part in DATE_PARTS)
        elif one.answers:
            yield one.key
