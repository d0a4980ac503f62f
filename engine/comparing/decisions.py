"""Sentences about decision tables: rules, columns, the hit policy, and all else in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.xml import local
from engine.comparing.changes import ADDED, REMOVED, Change, Facts, differences, in_another_order
from engine.comparing.facts import comments_of, facts_of
from engine.comparing.words import begin, counted, quoted, told
from engine.dmn.xml import parse
from engine.errors import InvalidDefinition

COLUMNS = {"input": "input column", "output": "output column", "annotation": "note column"}
CELLS = {"inputEntry": "input", "outputEntry": "output", "annotationEntry": "annotation"}
CELL = "cell "
POLICIES = {
    "UNIQUE": "only one rule fits", "FIRST": "the first rule that fits",
    "ANY": "all rules that fit agree",
    "PRIORITY": "the most important answer", "COLLECT": "all rules that fit",
    "RULE ORDER": "all rules that fit, in order", "OUTPUT ORDER": "all answers, in order",
}  # fmt: skip
PATHS = {
    "@label": "heading", "inputExpression": "expression", "@typeRef": "kind of value",
    "inputExpression/@typeRef": "kind of value",
    "inputValues": "list of allowed values", "outputValues": "list of allowed values",
    "defaultOutputEntry": "answer when no rule fits", "@name": "name",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A column or a rule: its facts, and what a sentence calls it."""

    said: str
    facts: Facts
    heading: str = ""


@dataclass(frozen=True)
class Table:
    """A decision of the file: itself, and (when it is a table) its columns and rules by id."""

    label: str
    facts: Facts
    columns: dict[str, Part]
    rules: dict[str, Part]


def changes(old: bytes, new: bytes) -> Iterator[Change] | None:
    """None when one of the two cannot be read."""
    try:
        before, after = (parse(source, comments=True) for source in (old, new))
    except InvalidDefinition:
        return None
    return _file(before, after)


def _file(old: etree._Element, new: etree._Element) -> Iterator[Change]:
    label = quoted(new.get("name") or "decisions")
    outside = [
        {"@id": root.get("id") or "", **facts_of(root, lambda child: local(child) == "decision")}
        for root in (old, new)
    ]
    for path, was, now in differences(*outside):
        yield Change(told(f"The setting “{path}” of the decisions {label}", was, now))
    if comments_of(old) != comments_of(new):
        words = f"The list of comments of the decisions {label}"
        yield Change(told(words, comments_of(old), comments_of(new)))
    before, after = _tables(old), _tables(new)
    for name, table in before.items():
        if name not in after:
            yield Change(f"The decision {table.label} is removed.", REMOVED)
    for name, table in after.items():
        if name not in before:
            rules = counted(len(table.rules), "rule")
            yield Change(f"The decision {table.label} is added, with {rules}.", ADDED)
        else:
            yield from _table(before[name], table)


def _tables(root: etree._Element) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for number, node in enumerate(root.iterfind("{*}decision"), 1):
        name = node.get("id") or f"decision {number}"
        found[name if name not in found else f"{name} {number}"] = _read(node)
    return found


def _read(node: etree._Element) -> Table:
    table = node.find("{*}decisionTable")
    label = quoted(node.get("name") or node.get("id") or "decision")
    facts = facts_of(node, lambda child: local(child) in (*COLUMNS, "rule") and _in_table(child))
    if table is None:
        return Table(label, facts, {}, {})
    columns: dict[str, Part] = {}
    cells: dict[str, list[str]] = {}
    for cell, kind in CELLS.items():
        for number, one in enumerate(table.iterfind(f"{{*}}{kind}"), 1):
            name, heading = _name(one, kind, number, columns), _heading(one) or str(number)
            said = f"the {COLUMNS[kind]} {quoted(heading)}"
            columns[name] = Part(said, facts_of(one, _none), quoted(heading))
            cells.setdefault(cell, []).append(name)
    rules: dict[str, Part] = {}
    for number, one in enumerate(table.iterfind("{*}rule"), 1):
        rules[_name(one, "rule", number, rules)] = Part(f"rule {number}", _cells(one, cells))
    return Table(label, facts, columns, rules)


def _in_table(node: etree._Element) -> bool:
    around = node.getparent()
    return around is not None and local(around) == "decisionTable"


def _none(_: etree._Element) -> bool:
    return False


def _name(node: etree._Element, kind: str, number: int, taken: dict[str, Part]) -> str:
    name = node.get("id") or f"{kind} {number}"
    return name if name not in taken else f"{name} {number}"


def _heading(column: etree._Element) -> str:
    given = column.get("label") or column.get("name")
    return (given or column.findtext("{*}inputExpression/{*}text") or "").strip()


def _cells(rule: etree._Element, columns: dict[str, list[str]]) -> Facts:
    """Each cell by the name of its column, so that a moved column moves no rule."""
    found: Facts = {}
    numbers = dict.fromkeys(CELLS, 0)
    for child in rule:
        kind = local(child)
        if kind not in CELLS:
            continue
        names = columns.get(kind, [])
        numbers[kind] += 1
        beyond = numbers[kind] > len(names)
        name = f"{CELL}{numbers[kind] if beyond else names[numbers[kind] - 1]}"
        inside = facts_of(child, _none)
        found[name] = inside.pop("text", "")
        found |= {f"{name} {path}": text for path, text in inside.items()}
        if (cell_id := child.get("id")) is not None:
            found[f"{name} @id"] = cell_id
    return found | facts_of(rule, lambda child: local(child) in CELLS)


def _table(old: Table, new: Table) -> Iterator[Change]:
    for path, was, now in differences(old.facts, new.facts):
        yield Change(_setting(path, was, now, new.label))
    yield from _parts(old, new)
    if in_another_order(list(old.rules), list(new.rules)):
        yield Change(f"The rules of {new.label} stand in another order.")
    if in_another_order(list(old.columns), list(new.columns)):
        yield Change(f"The columns of {new.label} stand in another order.")


def _parts(old: Table, new: Table) -> Iterator[Change]:
    for before, after in ((old.columns, new.columns), (old.rules, new.rules)):
        for name, part in before.items():
            if name not in after:
                words = f"{begin(part.said)} of {new.label} is removed{_row(part, old)}."
                yield Change(words, REMOVED)
        for name, part in after.items():
            if name not in before:
                words = f"{begin(part.said)} of {new.label} is added{_row(part, new)}."
                yield Change(words, ADDED)
                continue
            for path, was, now in differences(before[name].facts, part.facts):
                if not _went_with_its_column(path, now, old, new):
                    yield Change(_inside(part, path, (was, now), new))


def _went_with_its_column(path: str, now: str | None, old: Table, new: Table) -> bool:
    """A cell of a removed column, or an empty one of an added column: the column is told."""
    if not path.startswith(CELL):
        return False
    column = path.removeprefix(CELL)
    whole = column in old.columns or column in new.columns
    name = column if whole else column.rsplit(" ", 1)[0]
    gone = name in old.columns and name not in new.columns
    fresh = name in new.columns and name not in old.columns
    return gone or (fresh and (not whole or (now or "-") == "-"))


def _row(part: Part, table: Table) -> str:
    """What an added or removed rule says: “Under 18” true, …"""
    said = [
        f"{table.columns[name].heading} {text or '-'}"
        for path, text in part.facts.items()
        if path.startswith(CELL) and (name := path.removeprefix(CELL)) in table.columns
    ]
    return f": {', '.join(said)}" if said else ""


def _setting(path: str, was: str | None, now: str | None, label: str) -> str:
    if path.endswith("@hitPolicy"):
        kinds = [POLICIES.get(policy or "UNIQUE", policy or "") for policy in (was, now)]
        names = f"{quoted(was or 'UNIQUE')} to {quoted(now or 'UNIQUE')}"
        return f"The hit policy of {label} changes from {names}: {kinds[1]} instead of {kinds[0]}."
    if path == "@name":
        return told("The name of a decision", was, now)
    if path == "description":
        return told(f"The description of {label}", was, now)
    return told(f"The setting “{path}” of {label}", was, now)


def _inside(part: Part, path: str, values: tuple[str | None, str | None], table: Table) -> str:
    was, now = values
    where = f"{part.said} of {table.label}"
    if path.startswith(CELL):
        return _cell(where, path.removeprefix(CELL), values, table)
    if path == "description":
        return told(f"The note of {where}", was, now)
    if path in PATHS:
        return told(f"The {PATHS[path]} of {where}", was, now)
    return told(f"The setting “{path}” of {where}", was, now)


def _cell(where: str, name: str, values: tuple[str | None, str | None], table: Table) -> str:
    was, now = values
    if (column := table.columns.get(name)) is None:
        named, _, setting = name.partition(" ")
        heading = table.columns[named].heading if named in table.columns else quoted(named)
        return told(f"The setting “{setting}” of the cell {heading} in {where}", was, now)
    cells = [quoted(value or "-") for value in (was, now)]
    return f"In {where}, {column.heading} is {cells[1]} instead of {cells[0]}."
