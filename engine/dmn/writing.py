"""A decision table written back into its file: every other byte of it stays."""

from __future__ import annotations

import re
from typing import Any, Final
from xml.parsers import expat

from lxml import etree

from .editing import InputText, OutputText, RuleText, TableText
from .texts import keyed, table_element
from .xml import parse

Element = etree._Element
_HEAD: Final = ("input", "output", "annotation", "rule")
_DECLARED: Final = re.compile(r' xmlns(?::([\w.-]+))?="([^"]*)"')
_EMPTY: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{id}_definitions" \
name="{name}" namespace="urn:waymark:{id}">
  <decision id="{id}" name="{name}">
    <variable id="{id}_variable" name="{id}" />
    <decisionTable id="{id}_table" hitPolicy="UNIQUE">
      <output id="{id}_output_1" name="{id}" label="Answer" typeRef="string" />
    </decisionTable>
  </decision>
</definitions>
"""


def empty(decision: str, name: str) -> bytes:
    """A file with one decision: a table with one answer and no rules."""
    shown = name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return _EMPTY.format(id=decision, name=shown).encode()


def write(source: bytes, decision: str, table: TableText) -> bytes:
    """The file with this table in the decision's place. Columns, rules and cells that were there
    keep their elements; new ones, and those without an id, get one. KeyError without the table."""
    root = parse(source, comments=True)
    element = table_element(root, decision)
    if element is None:
        raise KeyError(decision)
    _Writer(root, element, decision).write(table)
    etree.indent(element, space="  ", level=2)
    start, end = _span(source, decision)
    return source[:start] + _alone(element).encode() + source[end:]


# --- writing


class _Writer:
    """One table on its way into its element."""

    def __init__(self, root: Element, element: Element, decision: str) -> None:
        self.element, self.prefix = element, decision
        self.used = {one.get("id") for one in root.iter("{*}*")}

    def write(self, table: TableText) -> None:
        element = self.element
        old = {name: keyed(element, name) for name in ("input", "output", "rule")}
        columns = (list(old["input"]), list(old["output"]))
        _attribute(element, "hitPolicy", table.policy, absent="UNIQUE")
        several = table.policy == "COLLECT"
        _attribute(element, "aggregation", table.aggregation if several else "")
        inputs = [self.input(old["input"].get(c.key), c) for c in table.inputs]
        outputs = [self.output(old["output"].get(c.key), c) for c in table.outputs]
        rules = [self.rule(old["rule"].get(r.key), r, table, columns) for r in table.rules]
        _order(element, {"input": inputs, "output": outputs, "rule": rules})

    def input(self, one: Element | None, column: InputText) -> Element:
        one = self.made(self.element, "input") if one is None else one
        _attribute(one, "label", column.label)
        holder = _child(one, "inputExpression")
        self.name(holder, "expression")
        _attribute(holder, "typeRef", column.type)
        _say(holder, column.expression)
        self.optional(one, "inputValues", column.values, 1)
        return one

    def output(self, one: Element | None, column: OutputText) -> Element:
        one = self.made(self.element, "output") if one is None else one
        for name, value in (
            ("label", column.label), ("name", column.name), ("typeRef", column.type)
        ):  # fmt: skip
            _attribute(one, name, value)
        self.optional(one, "outputValues", column.values, 0)
        self.optional(one, "defaultOutputEntry", column.default, len(one))
        return one

    def rule(
        self, one: Element | None, rule: RuleText, table: TableText, columns: tuple[list[str], ...]
    ) -> Element:
        """A rule with one cell a column: the column's own of before, or a new one."""
        one = self.made(self.element, "rule") if one is None else one
        note = one.find("{*}description")
        if rule.note and note is None:
            note = self.made(one, "description", named=False)
            one.insert(0, note)
        if note is not None and (note.text or "").strip() != rule.note:
            note.text = rule.note
        cells: dict[str, list[Element]] = {}
        for name, now, texts, before in (
            ("inputEntry", [c.key for c in table.inputs], rule.tests, columns[0]),
            ("outputEntry", [c.key for c in table.outputs], rule.values, columns[1]),
        ):
            were = dict(zip(before, list(one.iterfind("{*}" + name)), strict=False))
            cells[name] = [
                self.cell(were[key] if key in were else self.made(one, name), text)
                for key, text in zip(now, texts, strict=True)
            ]
        _order(one, cells, ("inputEntry", "outputEntry", "annotationEntry"))
        return one

    def cell(self, one: Element, text: str) -> Element:
        self.name(one, etree.QName(one).localname)
        blank = "-" if etree.QName(one).localname == "inputEntry" else ""
        _say(one, text or blank)
        return one

    def optional(self, parent: Element, name: str, text: str, place: int) -> None:
        """A child that is there only when it says something."""
        found = parent.find("{*}" + name)
        if found is None and text:
            found = self.made(parent, name)
            parent.insert(place, found)
        if found is not None and text:
            _say(found, text)
        elif found is not None:
            parent.remove(found)

    def made(self, parent: Element, name: str, *, named: bool = True) -> Element:
        one = etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, name))
        if named:
            self.name(one, name)
        return one

    def name(self, one: Element, what: str) -> None:
        """An id of its own, so that a finding can say where it is."""
        if one.get("id") is None:
            number = 1
            while f"{self.prefix}_{what}_{number}" in self.used:
                number += 1
            one.set("id", f"{self.prefix}_{what}_{number}")
            self.used.add(one.get("id"))


def _child(parent: Element, name: str) -> Element:
    found = parent.find("{*}" + name)
    if found is None:
        found = etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, name))
        parent.insert(0, found)
    return found


def _attribute(one: Element, name: str, value: str, absent: str = "") -> None:
    """Set, or taken away when empty; one that is not there and means the same stays away."""
    if value == one.get(name, absent):
        return
    if value:
        one.set(name, value)
    else:
        del one.attrib[name]


def _say(holder: Element, text: str) -> None:
    child = _child(holder, "text")
    if (child.text or "").strip() != text:
        child.text = text


def _order(parent: Element, kept: dict[str, list[Element]], order: tuple[str, ...] = _HEAD) -> None:
    """The children of these kinds are exactly those, in this order; a comment goes with what
    follows it, everything else stays where it was at the head."""
    groups: dict[Any, list[Element]] = {}
    waiting: list[Element] = []
    rest: dict[str, list[Element]] = {name: [] for name in ("", *order)}
    for child in list(parent):
        parent.remove(child)
        child.tail = None
        if not isinstance(child.tag, str):
            waiting.append(child)
            continue
        groups[child], waiting = [*waiting, child], []
        name = etree.QName(child).localname
        rest[name if name in order else ""].append(child)
    for name in ("", *order):
        for child in kept.get(name, rest[name]):
            parent.extend(groups[child])
    parent.extend(waiting)


# --- the file's bytes


def _span(source: bytes, decision: str) -> tuple[int, int]:
    """Where the decision's table begins and ends in the file."""
    path: list[tuple[str, str | None]] = []
    found: list[int] = []
    parser = expat.ParserCreate("UTF-8")

    def is_it() -> bool:
        names = [name for name, _ in path]
        return names[1:] == ["decision", "decisionTable"] and path[1][1] == decision

    def begin(name: str, attributes: dict[str, str]) -> None:
        path.append((name.rsplit(":", 1)[-1], attributes.get("id")))
        if is_it() and not found:
            found.append(parser.CurrentByteIndex)

    def end(_: str) -> None:
        if is_it() and len(found) == 1:
            found.append(source.index(b">", parser.CurrentByteIndex) + 1)
        path.pop()

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(source, True)
    return found[0], found[1]


def _alone(element: Element) -> str:
    """The element's text without the declarations of names that stand above it already."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    parent = element.getparent()
    known = dict(parent.nsmap) if parent is not None else {}
    head, mark, tail = text.partition(">")

    def keep(declared: re.Match[str]) -> str:
        return "" if known.get(declared[1]) == declared[2] else declared[0]

    return _DECLARED.sub(keep, head) + mark + tail
