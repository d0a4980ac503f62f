"""Sentences about a form: questions, their words, choices, checks and order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from engine.comparing.changes import ADDED, REMOVED, Change, Facts, differences, in_another_order
from engine.comparing.words import begin, listed, quoted, told, unused

Component = Mapping[str, Any]
KINDS = {
    "textfield": "a short text", "textarea": "a long text", "number": "a number",
    "datetime": "a date", "checkbox": "a tick box", "checklist": "several choices",
    "radio": "one of several", "select": "one from a list", "text": "words to read",
    "group": "a group", "dynamiclist": "a list", "filepicker": "a file",
}  # fmt: skip
LIMITS = {
    "validate.minLength": "least number of characters in",
    "validate.maxLength": "most characters in", "validate.min": "least value of",
    "validate.max": "highest value of", "validate.pattern": "pattern of",
    "properties.min": "least number of rows in", "decimalDigits": "number of decimals in",
    "properties.check": "check of", "properties.checkMessage": "words of the check of",
    "properties.requiredMessage": "words said when nothing is answered to",
    "conditional.hide": "condition that hides", "properties.class": "class of data of",
    "properties.choose": "kind of thing chosen in", "accept": "kinds of files taken by",
    "description": "hint of",
    "text": "words of",
}  # fmt: skip
SWITCHES = {
    "properties.neverDecides": ("may never decide anything", "may now decide something"),
    "properties.lookup": ("is used to find cases like it", "no longer finds cases like it"),
    "multiple": ("takes more than one file", "takes one file alone"),
    "properties.yesNo": ("is a yes or no question", "is no longer a yes or no question"),
    "properties.searchable": ("can be searched for", "can no longer be searched for"),
}


def changes(label: str, old: bytes, new: bytes) -> Iterator[Change] | None:
    """None when one of the two is no form that can be read. `label` is whose form it is."""
    try:
        before, after = orjson.loads(old), orjson.loads(new)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(before, dict) or not isinstance(after, dict):
        return None
    return _form(f"the form of {label}", before, after)


def _form(said: str, before: Component, after: Component) -> Iterator[Change]:
    for path, was, now in differences(_flat(before), _flat(after)):
        yield Change(told(f"The setting “{path}” of {said}", was, now))
    old, new = dict(_fields(before, said)), dict(_fields(after, said))
    for name, (one, _) in old.items():
        if name not in new:
            yield Change(f"{begin(said)} loses {_what(one)}.", REMOVED)
    for name, (one, _) in new.items():
        if name not in old:
            yield Change(f"{begin(said)} gains {_what(one)}.", ADDED)
        else:
            yield from map(Change, _field(old[name], new[name], said))
    if in_another_order(list(old), list(new)):
        order = listed([_label(one) for one, _ in new.values()])
        yield Change(f"{begin(said)} asks in another order: {order}.")


def _fields(holder: Component, inside: str) -> Iterator[tuple[str, tuple[Component, str]]]:
    """(its name, (the component, what it stands in)), groups and lists opened; names are unique."""
    taken = set[str]()
    for name, one, where in _walk(holder, "", inside):
        own = unused(name, taken)
        taken.add(own)
        yield own, (one, where)


def _walk(holder: Component, scope: str, inside: str) -> Iterator[tuple[str, Component, str]]:
    found = holder.get("components")
    for one in found if isinstance(found, list) else []:
        if not isinstance(one, dict):
            yield str(one), {"type": "text", "text": str(one)}, inside
            continue
        name = str(one.get("key") or one.get("path") or one.get("id") or one.get("label"))
        name = f"{scope}{name}"
        yield name, one, inside
        is_list = one.get("type") == "dynamiclist"
        yield from _walk(one, f"{name}." if is_list else scope, _label(one))


def _field(old: tuple[Component, str], new: tuple[Component, str], said: str) -> Iterator[str]:
    (before, was_in), (after, now_in) = old, new
    if was_in != now_in:
        yield f"{begin(_what(after))} of {said} stands in {now_in} instead of {was_in}."
    about = f"{_what(after)} of {said}"
    yield from _choices(before, after, about)
    for path, was, now in differences(_flat(before), _flat(after)):
        yield _one(path, (was, now), about, (before, after))


def _one(path: str, values: tuple[str | None, str | None], about: str,
         both: tuple[Component, Component]) -> str:  # fmt: skip
    was, now = values
    if path in ("label", "dateLabel"):
        before = about.replace(_label(both[1]), _label(both[0]), 1)
        return f"{begin(before)} now reads {quoted(now or '')}."
    if path == "type":
        kinds = [KINDS.get(kind or "", quoted(kind or "")) for kind in (was, now)]
        return f"{begin(about)} asks for {kinds[1]} instead of {kinds[0]}."
    if path == "validate.required" and "true" in (was, now):
        verb = "must now be answered" if now == "true" else "may now be left empty"
        return f"{begin(about)} {verb}."
    if path in SWITCHES and "true" in (was, now):
        return f"{begin(about)} {SWITCHES[path][0 if now == 'true' else 1]}."
    if path in LIMITS:
        return told(f"The {LIMITS[path]} {about}", was, now)
    return told(f"The setting “{path}” of {about}", was, now)


def _choices(before: Component, after: Component, about: str) -> Iterator[str]:
    old, new = _values(before), _values(after)
    for value, label in old.items():
        if value not in new:
            yield f"{begin(about)} loses the choice {quoted(label)}."
    for value, label in new.items():
        if value not in old:
            yield f"{begin(about)} gains the choice {quoted(label)}."
        elif old[value] != label:
            yield f"{begin(about)} words the choice {quoted(old[value])} as {quoted(label)}."
    if in_another_order(list(old), list(new)):
        order = listed([quoted(label) for label in new.values()])
        yield f"{begin(about)} offers its choices in another order: {order}."


def _values(one: Component) -> dict[str, str]:
    """Choices with a value of their own; others stay settings of the question."""
    found = one.get("values")
    return {
        str(v["value"]): str(v.get("label", v["value"]))
        for v in (found if isinstance(found, list) else [])
        if isinstance(v, dict) and "value" in v
    }


def _flat(value: Any, at: str = "") -> Facts:
    """Every leaf by its path. The fields inside, and choices told by their words, are left out."""
    found: Facts = {}
    if isinstance(value, dict):
        for name, one in value.items():
            if at == "" and name == "components" and isinstance(one, list):
                continue
            found |= _flat(
                _odd_choices(one) if (at, name) == ("", "values") else one, f"{at}.{name}"
            )
    elif isinstance(value, list):
        for number, one in enumerate(value):
            found |= _flat(one, f"{at}.{number + 1}")
    elif value is not None:
        found[at.removeprefix(".")] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def _odd_choices(values: Any) -> Any:
    """What of the choices their words do not tell: one drawn twice, or with settings of its own."""
    if not isinstance(values, list):
        return values
    seen, odd = set[str](), []
    for one in values:
        plain = isinstance(one, dict) and "value" in one and set(one) <= {"value", "label"}
        if plain and str(one["value"]) not in seen:
            seen.add(str(one["value"]))
        else:
            odd.append(one)
    return odd


def _what(one: Component) -> str:
    """“the question “Amount””, “the text “Please look””."""
    kind = {"text": "text", "group": "group", "dynamiclist": "list"}.get(
        str(one.get("type")), "question"
    )
    return f"the {kind} {_label(one)}"


def _label(one: Component) -> str:
    words = one.get("label") or one.get("dateLabel") or one.get("text") or one.get("key")
    short = str(words or one.get("id") or one.get("type"))
    return quoted(short if len(short) < 80 else f"{short[:78].rstrip()}…")
