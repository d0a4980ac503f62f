"""One question as a marshmallow field: its kind, the checks of the form file, the words said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import regex
from marshmallow import ValidationError, fields, validate

from engine.forms.model import FILES, Choice, Field

LONGEST = {"textfield": 1_000, "textarea": 20_000}
PATTERN_SECONDS = 0.2


def schema_field(one: Field, offered: Collection[Choice] | None) -> fields.Field[Any]:
    """`offered` are the choices of a field that chooses from what the server knows. Without them
    the check is made once and kept beside its question."""
    if offered is not None:
        return _made(one, offered)
    known: fields.Field[Any] | None = vars(one).get("_checked_by")
    if known is None:
        known = vars(one)["_checked_by"] = _made(one, None)
    return known


def _made(one: Field, offered: Collection[Choice] | None) -> fields.Field[Any]:
    make = _KINDS[one.kind]
    choices = one.choices if offered is None else tuple(offered)
    if one.kind == FILES and offered is None:
        choices = (Choice("", ""),)  # nothing is offered where there is no case
    return make(
        one,
        choices,
        required=False,
        allow_none=not one.required,
        error_messages={"null": required_words(one)},
        validate=_checks(one),
    )


def required_words(one: Field) -> str:
    """What to do, in the way of the GOV.UK style: enter, select, tick."""
    if one.required_message:
        return one.required_message
    if one.kind == "checkbox":
        return f"Tick the box: “{one.label}”"
    if one.label.endswith("?"):
        return f"Answer “{one.label}”"
    if one.kind == FILES:
        return f"Choose a file: {one.lowered}"
    return f"{'Select' if one.choices or one.choose else 'Enter'} {one.lowered}"


def _checks(one: Field) -> list[Any]:
    found: list[Any] = []
    if one.kind in LONGEST:
        longest = one.max_length or LONGEST[one.kind]
        words = f"{one.subject} must be {longest:,} characters or fewer"
        found.append(validate.Length(max=longest, error=words))
        if one.min_length:
            words = f"{one.subject} must be {one.min_length} characters or more"
            found.append(validate.Length(min=one.min_length, error=words))
    if one.pattern:
        found.append(_matches(one))
    return found


def _matches(one: Field) -> Any:
    pattern = regex.compile(one.pattern or "")

    def check(value: Any) -> None:
        try:
            right = pattern.search(str(value), timeout=PATTERN_SECONDS)
        except TimeoutError:
            right = None
        if not right:
            raise ValidationError(one.check_message or f"Check {one.lowered}: it looks wrong")

    return check


class _Answer(fields.Field[Any]):
    def __init__(self, one: Field, choices: tuple[Choice, ...], **options: Any) -> None:
        super().__init__(**options)
        self.one, self.choices = one, choices

    def deserialize(
        self,
        value: Any,
        attr: str | None = None,
        data: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        """A list without a tick is an empty list, not nothing, when it may be empty."""
        if value is None and self.one.kind == "checklist" and self.allow_none:
            return []
        if value is None and self.one.kind == "checkbox" and self.allow_none:
            return False
        return super().deserialize(value, attr, data, **options)


class _Text(_Answer):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        return str(value)


class _Number(_Answer):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        one = self.one
        try:
            number = Decimal(str(value).replace(",", "").replace(" ", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or len(str(value)) > 30:
            raise ValidationError(f"{one.subject} must be a number, like 7")
        exponent = number.as_tuple().exponent
        if one.decimals is not None and isinstance(exponent, int) and -exponent > one.decimals:
            places = f"a number with up to {one.decimals} decimal places"
            raise ValidationError(
                f"{one.subject} must be {'a whole number' if one.decimals == 0 else places}"
            )
        if one.minimum is not None and number < Decimal(one.minimum):
            raise ValidationError(f"{one.subject} must be {one.minimum} or more")
        if one.maximum is not None and number > Decimal(one.maximum):
            raise ValidationError(f"{one.subject} must be {one.maximum} or less")
        return number


class _Date(_Answer):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        subject = self.one.subject
        missing = [n for n, part in zip(("day", "month", "year"), value, strict=True) if not part]
        if missing:
            raise ValidationError(f"{subject} must include a {' and '.join(missing)}")
        if not all(part.isascii() and part.isdigit() for part in value):
            raise ValidationError(f"{subject} must be a date, like 27 3 2026")
        if len(value[2]) != 4:
            raise ValidationError(f"{subject} must have a year of 4 numbers")
        try:
            return date(int(value[2]), int(value[1]), int(value[0]))
        except ValueError:
            raise ValidationError(f"{subject} must be a real date") from None


class _Choice(_Answer):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | bool:
        known = {choice.value for choice in self.choices}
        if (known or not self.one.choose) and value not in known:
            raise ValidationError(required_words(self.one))
        return value == "yes" if self.one.yes_no else str(value)


class _Checklist(_Answer):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        known = {choice.value for choice in self.choices}
        if (known or not self.one.choose) and not set(value) <= known:
            raise ValidationError(required_words(self.one))
        return list(dict.fromkeys(value))


class _File(_Answer):
    """A file of the case as a context, or a list of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        names = {choice.value: choice.label for choice in self.choices}
        if not set(value) <= names.keys():
            raise ValidationError(f"Choose the file again: {self.one.lowered}")
        found = [{"id": Decimal(number), "name": names[number]} for number in dict.fromkeys(value)]
        return found if self.one.multiple else found[-1]


class _Checkbox(_Answer):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        return True if value == "yes" else self._none()

    def _none(self) -> bool:
        if self.one.required:
            raise ValidationError(required_words(self.one))
        return False


_KINDS: dict[str, type[_Answer]] = {
    "textfield": _Text, "textarea": _Text, "number": _Number, "date": _Date, "radio": _Choice,
    "select": _Choice, "checklist": _Checklist, "checkbox": _Checkbox,
    FILES: _File,
}  # fmt: skip
