"""What a draft is made of beside its drawing: its forms and tables, by what people call them."""

from __future__ import annotations

from dataclasses import dataclass

from engine import definitions
from engine.bpmn import elements, xml
from engine.bpmn.elements import Element
from engine.commands.drafts import DefinitionDraft
from engine.definitions import DIAGRAM
from engine.errors import InvalidDefinition
from engine.queries.studio.tables import tables_of


@dataclass(frozen=True)
class Part:
    """A form or table: its name in an address, its title, and the steps that use it."""

    name: str
    title: str
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parts:
    forms: tuple[Part, ...]
    tables: tuple[Part, ...]


def parts_of(draft: DefinitionDraft) -> Parts:
    """A form that no step uses has an empty `used_by`."""
    users = form_users(draft)
    forms = sorted(path for path in draft.files if path.endswith(".form"))
    return Parts(
        forms=tuple(
            Part(name_of(path), users[path][0] if users.get(path) else name_of(path),
                 tuple(users.get(path, ())))
            for path in forms
        ),
        tables=tuple(Part(name, title) for name, title in tables_of(draft)),
    )  # fmt: skip


def form_users(draft: DefinitionDraft) -> dict[str, list[str]]:
    """A form's path → the names of the elements that ask it."""
    found: dict[str, list[str]] = {}
    for element in elements_of(draft):
        found.setdefault(definitions.form_path(element), []).append(element.name or element.id)
    return found


def table_users(draft: DefinitionDraft, name: str) -> list[str]:
    """The names of the steps that ask this table."""
    return [e.name or e.id for e in elements_of(draft) if e.decision == name]


def elements_of(draft: DefinitionDraft) -> list[Element]:
    """What is drawn; nothing while the drawing cannot be read."""
    try:
        root = xml.read(draft.files.get(DIAGRAM, "").encode(), DIAGRAM)
        return list(elements.elements_of(root).elements.values())
    except InvalidDefinition:
        return []


def name_of(path: str) -> str:
    return path.removeprefix("forms/").removesuffix(".form")
