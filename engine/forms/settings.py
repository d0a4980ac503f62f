"""What may be set of one question, as texts of a page; and put back into its component."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.errors import InvalidInput
from engine.forms.editing import YES_NO, Data, kind_of, name_for

WITH_CHOICES: Final = ("radio", "checklist", "select", YES_NO)
WITHOUT_ANSWER: Final = ("text", "group")
Choices = tuple[tuple[str, str], ...]  # (value, label)


@dataclass(frozen=True)
class Settings:
    """Each setting as it stands on a page; `choices` are (value, label)."""

    kind: str
    words: Mapping[str, str] = field(default_factory=dict)
    ticks: frozenset[str] = frozenset()
    choices: Choices = ()


# Setting on the page → where it stands in the file, and how its text becomes a value there.
_AT: Final[dict[str, tuple[str, ...]]] = {
    "label": ("label",), "text": ("text",), "name": ("key",), "description": ("description",),
    "min_length": ("validate", "minLength"), "max_length": ("validate", "maxLength"),
    "min": ("validate", "min"), "max": ("validate", "max"), "decimals": ("decimalDigits",),
    "pattern": ("validate", "pattern"), "hide": ("conditional", "hide"),
    "check": ("properties", "check"), "check_message": ("properties", "checkMessage"),
    "required_message": ("properties", "requiredMessage"), "class": ("properties", "class"),
    "choose": ("properties", "choose"), "accept": ("accept",), "rows": ("properties", "min"),
}  # fmt: skip
# Beside the label, the name and the rest that every question has.
_OWN: Final[dict[str, tuple[str, ...]]] = {
    "textfield": ("required_message", "min_length", "max_length", "pattern"),
    "textarea": ("required_message", "min_length", "max_length"),
    "number": ("required_message", "min", "max", "decimals"),
    "datetime": ("required_message",), "radio": ("required_message", "choose"),
    "select": ("required_message", "choose"), "checklist": ("required_message", "choose"),
    YES_NO: ("required_message",), "checkbox": ("required_message",),
    "filepicker": ("required_message", "accept"), "dynamiclist": ("rows",),
}  # fmt: skip
_TICKS: Final[dict[str, tuple[str, ...]]] = {
    "required": ("validate", "required"), "multiple": ("multiple",),
    "never_decides": ("properties", "neverDecides"), "lookup": ("properties", "lookup"),
}  # fmt: skip
# Problem of the profile → the setting it is about.
_ABOUT: Final = {
    "form.key": "name", "form.duplicate_key": "name", "form.label": "label",
    "form.choices": "choices", "form.condition": "hide", "form.check": "check",
    "form.pattern": "pattern", "form.lookup": "lookup", "form.class": "class",
    "form.choose": "choose", "form.accept": "accept",
}  # fmt: skip


def offered(kind: str) -> tuple[str, ...]:
    """The settings that mean something for a kind, in the order of a page."""
    if kind == "text":
        return ("text", "hide")
    if kind == "group":
        return ("label", "hide")
    own = _OWN.get(kind, ())
    tail = () if kind == "dynamiclist" else ("class",)
    return ("label", "name", "description", *own, "check", "check_message", "hide", *tail)


def ticks(kind: str) -> tuple[str, ...]:
    """The settings that are yes or no."""
    if kind in WITHOUT_ANSWER:
        return ()
    if kind == "dynamiclist":
        return ("required",)
    if kind == "filepicker":
        return ("required", "multiple", "never_decides")
    return ("required", "never_decides", *(["lookup"] if kind in ("textfield", "datetime") else []))


def read(one: Data) -> Settings:
    """The settings of a component."""
    kind = kind_of(one)
    words = {name: str(_get(one, _place(name, kind)) or "") for name in offered(kind)}
    for name in ("min", "max", "decimals", "min_length", "max_length"):
        if name in words and (given := _get(one, _AT[name])) is not None:
            words[name] = str(given)
    ticked = frozenset(t for t in ticks(kind) if _get(one, _TICKS[t]) in (True, "true"))
    values = one.get("values") or [] if kind in WITH_CHOICES else []
    return Settings(
        kind,
        words,
        ticked,
        tuple((str(v.get("value", "")), str(v.get("label", ""))) for v in values),
    )


def write(one: Data, given: Settings) -> Data:
    """The component with these settings, everything else of it kept. InvalidInput by setting."""
    made, wrong = copy.deepcopy(one), dict[str, str]()
    for name in offered(given.kind):
        text = given.words.get(name, "").strip()
        try:
            _put(made, _place(name, given.kind), _VALUES.get(name, str)(text) if text else None)
        except ValueError as error:
            wrong[name] = str(error)
    for name in ticks(given.kind):
        yes: Any = True if name in ("required", "multiple") else "true"
        _put(made, _TICKS[name], yes if name in given.ticks else None)
    if given.kind in WITH_CHOICES and (given.kind != YES_NO) and not given.words.get("choose"):
        _put_choices(made, given.choices)
    elif given.kind == YES_NO:
        _put_labels(made, dict(given.choices))
    if wrong:
        raise InvalidInput(wrong)
    return made


def about(code: str) -> str:
    """The setting that a problem of the profile is about."""
    return _ABOUT.get(code, "label")


def with_choices(given: Settings, act: str) -> Settings:
    """After “choice-up:2” (from 1) or “choice-add”: the same settings, other choices."""
    name, _, at = act.partition(":")
    choices = list(given.choices)
    if name == "choice-add":
        choices += [("", "")]
    elif name == "choice-up" and at.isdecimal() and 1 < int(at) <= len(choices):
        index = int(at) - 1
        choices[index - 1], choices[index] = choices[index], choices[index - 1]
    elif name == "choice-remove" and at.isdecimal() and 0 < int(at) <= len(choices):
        del choices[int(at) - 1]
    return replace(given, choices=tuple(choices))


def _place(name: str, kind: str) -> tuple[str, ...]:
    return ("path",) if name == "name" and kind == "dynamiclist" else _AT[name]


def _get(one: Data, place: tuple[str, ...]) -> Any:
    found: Any = one
    for name in place:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _put(one: Data, place: tuple[str, ...], value: Any) -> None:
    """Set, or taken away; a part that says nothing any more goes as well."""
    *head, last = place
    inner: Data = one.setdefault(head[0], {}) if head else one
    if value is not None:
        inner[last] = value
    else:
        inner.pop(last, None)
    if head and not inner:
        del one[head[0]]


def _put_choices(one: Data, choices: Choices) -> None:
    """Choices that were there keep what else stands at them; a value is made of the label."""
    old = {str(v.get("value", "")): v for v in one.get("values") or [] if isinstance(v, dict)}
    taken = {value for value, _ in choices if value}
    made = []
    for value, label in choices:
        if not (value or label):
            continue
        if not value:
            value = name_for(label, taken)
            taken.add(value)
        made.append({**old.get(value, {}), "label": label or value, "value": value})
    one["values"] = made


def _put_labels(one: Data, labels: Mapping[str, str]) -> None:
    for each in one.get("values") or []:
        each["label"] = labels.get(each.get("value"), "") or each.get("label", "")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise ValueError("Enter a whole number, like 20.")
    return int(text)


def _number(text: str) -> int | float:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError("Enter a number, like 7.") from None
    if not found.is_finite() or len(text) > 15:
        raise ValueError("Enter a number, like 7.")
    return int(found) if found == found.to_integral_value() else float(found)


def _rows(text: str) -> str:
    return str(_whole(text))


def _condition(text: str) -> str:
    return text if text.startswith("=") else f"={text}"


_VALUES: Final[dict[str, Callable[[str], Any]]] = {
    "min_length": _whole, "max_length": _whole, "decimals": _whole, "min": _number,
    "max": _number, "rows": _rows, "hide": _condition,
}  # fmt: skip
