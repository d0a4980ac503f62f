"""An XML element as flat facts: nothing in it is left out, so nothing that changes goes untold."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.bpmn.xml import local
from engine.comparing.changes import Facts
from engine.comparing.words import unused

Leave = Callable[[etree._Element], bool]


def facts_of(node: etree._Element, leave: Leave) -> Facts:
    """Where → text of all attributes (its own id apart) and children that `leave` does not name."""
    found: Facts = {f"@{_plain(name)}": str(value) for name, value in node.items() if name != "id"}
    if text := own_text(node):
        found["text"] = text
    for child in node:
        if not isinstance(child.tag, str) or leave(child):
            continue
        if local(child) == "properties":
            _properties(child, found)
        elif local(child) == "extensionElements":
            found |= {p: v for p, v in facts_of(child, leave).items() if p not in found}
        else:
            _child(child, found, leave)
    return found


def _properties(node: etree._Element, found: Facts) -> None:
    for child in node:
        if not isinstance(child.tag, str):
            continue
        value = child.get("value") or own_text(child)
        more = sorted(str(n) for n in child.attrib if n not in ("name", "value"))
        value += "".join(f" {n}={child.get(n)}" for n in more)
        found[unused(f"property {child.get('name', '')}", found)] = value


def _child(child: etree._Element, found: Facts, leave: Leave) -> None:
    name = unused(local(child), found)
    inside = facts_of(child, leave)
    found[name] = inside.pop("text", "")
    if (own_id := child.get("id")) is not None:
        found[f"{name}/@id"] = own_id
    found.update({f"{name}/{path}": value for path, value in inside.items()})


def own_text(node: etree._Element) -> str:
    """All text directly in it, that after its children included."""
    return "".join([node.text or "", *(child.tail or "" for child in node)]).strip()


def comments_of(root: etree._Element) -> str:
    """All comments of a file, one after the other."""
    return "\n".join((c.text or "").strip() for c in root.iter(etree.Comment))


def _plain(name: str | bytes) -> str:
    return etree.QName(name).localname
