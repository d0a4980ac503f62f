"""A form file is changed question by question; what is not touched stays as it is.

A question's place is its number from 0 in the form, “2.0” the first inside the third."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from engine.errors import NotFound
from engine.forms.reading import KINDS, NAME, RESERVED

Data = dict[str, Any]
YES_NO: Final = "yes_no"  # a radio whose answers are yes and no
EMPTY: Final[Data] = {"schemaVersion": 18, "type": "default", "id": "", "components": []}
# Kinds whose answers mean the same: what was answered stays an answer.
ALIKE: Final = (("textfield", "textarea"), ("radio", "select"))
_SHORT_ALONE: Final = (("validate", "pattern"), ("validate", "validationType"),
                       ("properties", "lookup"))  # fmt: skip
_PLACE: Final = re.compile(r"\d{1,3}(\.\d{1,3}){0,5}\Z")


@dataclass(frozen=True)
class Question:
    """A component of a form as the list of an editor shows it."""

    place: str
    kind: str
    label: str
    key: str
    depth: int
    is_first: bool
    is_last: bool
    is_required: bool
    is_conditional: bool


def load(source: str) -> Data:
    """The file as data; it was read as a form before."""
    data: Data = orjson.loads(source)
    return data


def dump(data: Data) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def empty(name: str) -> Data:
    return {**copy.deepcopy(EMPTY), "id": name}


def questions(data: Data) -> tuple[Question, ...]:
    """Every component in its order, those inside groups and lists after their own."""
    return tuple(_questions(data["components"], ""))


def component(data: Data, place: str) -> Data:
    """The component at a place; NotFound when there is none."""
    siblings, index = _siblings(data, place)
    found: Data = siblings[index]
    return found


def moved(data: Data, place: str, by: int) -> tuple[Data, str]:
    """Up (-1) or down (1) among its neighbours; the place it has then."""
    data = copy.deepcopy(data)
    siblings, index = _siblings(data, place)
    to = index + by
    if not 0 <= to < len(siblings):
        return data, place
    siblings[index], siblings[to] = siblings[to], siblings[index]
    head, _, _ = place.rpartition(".")
    return data, f"{head}.{to}" if head else str(to)


def removed(data: Data, place: str) -> Data:
    """Without the component, and without what stands inside it."""
    data = copy.deepcopy(data)
    siblings, index = _siblings(data, place)
    del siblings[index]
    return data


def added(data: Data, kind: str, label: str, inside: str = "") -> tuple[Data, str]:
    """With a new component at the end of the form, or of the group or list at `inside`."""
    data = copy.deepcopy(data)
    siblings = component(data, inside).setdefault("components", []) if inside else None
    siblings = data["components"] if siblings is None else siblings
    siblings.append(_new(kind, label, {q.key for q in questions(data)}))
    place = str(len(siblings) - 1)
    return data, f"{inside}.{place}" if inside else place


def replaced(data: Data, place: str, made: Data) -> Data:
    data = copy.deepcopy(data)
    siblings, index = _siblings(data, place)
    siblings[index] = made
    return data


def alike(kind: str) -> tuple[str, ...]:
    """The kinds that a question of this one may become, itself among them."""
    return next((some for some in ALIKE if kind in some), (kind,))


def as_kind(one: Data, kind: str) -> Data:
    """The component as another kind, without what that does not know. One that is not alike
    changes nothing."""
    if kind not in alike(kind_of(one)) or kind == kind_of(one):
        return one
    made = copy.deepcopy(one)
    made["type"] = kind
    for part, name in _SHORT_ALONE if kind == "textarea" else ():
        made.get(part, {}).pop(name, None)
    return made


def name_for(label: str, taken: set[str]) -> str:
    """A name for the answer, made of the words of its label: “When was it?” → when_was_it."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40].strip("_") or "question"
    name = words if NAME.match(words) else f"question_{words}"
    number, found = 2, name
    while found in taken or found in RESERVED:
        found, number = f"{name}_{number}", number + 1
    return found


def kind_of(one: Data) -> str:
    """Its type; a choice between yes and no is a kind of its own to people."""
    yes_no = (one.get("properties") or {}).get("yesNo") == "true"
    return YES_NO if yes_no and one.get("type") == "radio" else str(one.get("type", ""))


def _questions(components: list[Data], head: str) -> Iterator[Question]:
    for index, one in enumerate(components):
        place = f"{head}.{index}" if head else str(index)
        yield Question(
            place=place,
            kind=kind_of(one),
            label=str(one.get("label") or one.get("text") or one.get("key") or ""),
            key=str(one.get("key") or one.get("path") or ""),
            depth=place.count("."),
            is_first=index == 0,
            is_last=index == len(components) - 1,
            is_required=(one.get("validate") or {}).get("required") is True,
            is_conditional=bool((one.get("conditional") or {}).get("hide")),
        )
        yield from _questions(one.get("components") or [], place)


def _siblings(data: Data, place: str) -> tuple[list[Any], int]:
    """The list that holds a place's component, and where in it that is."""
    if not _PLACE.match(place):
        raise NotFound("question", place)
    *head, last = (int(part) for part in place.split("."))
    siblings = data["components"]
    for index in head:
        if index >= len(siblings):
            raise NotFound("question", place)
        siblings = siblings[index].get("components") or []
    if last >= len(siblings):
        raise NotFound("question", place)
    return siblings, last


def _new(kind: str, label: str, taken: set[str]) -> Data:
    name = name_for(label, taken)
    kind, yes_no = ("radio", True) if kind == YES_NO else (kind, False)
    if kind not in KINDS:
        raise NotFound("kind of question", kind)
    made: Data = {"type": kind, "id": name}
    if kind == "text":
        return {**made, "text": label}
    if kind == "group":
        return {**made, "label": label, "components": []}
    if kind == "dynamiclist":
        return {**made, "path": name, "label": label, "components": []}
    made |= {"key": name, "label": label, "validate": {"required": True}}
    if kind == "datetime":
        made["subtype"] = "date"
    if yes_no:
        made["properties"] = {"yesNo": "true"}
        made["values"] = [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]
    elif kind in ("radio", "checklist", "select"):
        words = ("First choice", "Second choice")
        made["values"] = [{"label": each, "value": each.split()[0].lower()} for each in words]
    return made
