"""Item definitions from XML: the types a model makes of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from engine import feel

from .findings import Place, text_of
from .types import Kind, plain

Element = etree._Element


def kinds(root: Element, place: Place, imported: Mapping[str, Kind]) -> dict[str, Kind]:
    """All types of a file by name, besides those imported."""
    found = dict(imported)

    def find(name: str) -> Kind | None:
        bare = name.removeprefix("feel:")
        return found.get(bare) or plain(bare)

    for element in root.iterfind("{*}itemDefinition"):
        kind = _kind(element, place, find)
        found[kind.name] = kind
    for element in root.iterfind("{*}itemDefinition"):
        if _circular(element.get("name", ""), found):
            place.problem(
                "dmn.type_cycle", "The type is defined by itself: base it on another one.", element
            )
            found[element.get("name", "")].base = ""
    return found


def _circular(name: str, found: Mapping[str, Kind]) -> bool:
    seen: set[str] = set()
    while name in found:
        if name in seen:
            return True
        seen.add(name)
        name = found[name].base
    return False


def _kind(element: Element, place: Place, find: Any) -> Kind:
    function = element.find("{*}functionItem")
    return Kind(
        element.get("name", ""),
        find,
        (element.findtext("{*}typeRef") or "").strip(),
        {p.get("name", ""): _kind(p, place, find) for p in element.iterfind("{*}itemComponent")},
        element.get("isCollection") == "true",
        None if function is None else len(list(function.iterfind("{*}parameters"))),
        _tests(element, "allowedValues", place),
        _tests(element, "typeConstraint", place),
    )


def _tests(element: Element, name: str, place: Place) -> feel.Expression | None:
    found = element.find("{*}" + name)
    text = text_of(found)
    return None if found is None or not text else place.cell(text, found, element)
