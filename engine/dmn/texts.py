"""A file's decision tables as texts, and where on a page each of their elements stands."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from .editing import InputText, OutputText, RuleText, TableText
from .findings import text_of
from .xml import parse

Element = etree._Element


def table_of(source: bytes, decision: str) -> TableText | None:
    """The table of a decision as texts; None when there is none of that id, or it is no table."""
    table = table_element(parse(source), decision)
    if table is None:
        return None
    inputs, outputs = keyed(table, "input"), keyed(table, "output")
    return TableText(
        policy=table.get("hitPolicy", "UNIQUE"),
        aggregation=table.get("aggregation", ""),
        inputs=tuple(_input_text(key, one) for key, one in inputs.items()),
        outputs=tuple(_output_text(key, one) for key, one in outputs.items()),
        rules=tuple(
            RuleText(
                key,
                _padded(one.iterfind("{*}inputEntry"), len(inputs), "-"),
                _padded(one.iterfind("{*}outputEntry"), len(outputs), ""),
                (one.findtext("{*}description") or "").strip(),
            )
            for key, one in keyed(table, "rule").items()
        ),
    )


def title_of(source: bytes, decision: str) -> str:
    """What people call the decision."""
    found = _decision(parse(source), decision)
    return (found.get("name") or decision) if found is not None else decision


def tables_in(source: bytes) -> list[str]:
    """The ids of the decisions in a file that are tables."""
    root = parse(source)
    found = (one.get("id", "") for one in root.iterfind("{*}decision"))
    return [key for key in found if key and table_element(root, key) is not None]


def places(source: bytes, decision: str) -> dict[str, str]:
    """Element id → where it stands on a page: “rule-2”, “rule-2-in-1”, “in-1”, “out-1”."""
    table, found = table_element(parse(source), decision), dict[str, str]()
    if table is None:
        return found
    for kind, name in (("in", "input"), ("out", "output")):
        for number, column in enumerate(table.iterfind("{*}" + name), 1):
            ids = (one.get("id") for one in column.iter("{*}*"))
            found |= {key: f"{kind}-{number}" for key in ids if key}
    for number, rule in enumerate(table.iterfind("{*}rule"), 1):
        found[rule.get("id", "")] = f"rule-{number}"
        for kind, name in (("in", "inputEntry"), ("out", "outputEntry")):
            for column_number, cell in enumerate(rule.iterfind("{*}" + name), 1):
                found[cell.get("id", "")] = f"rule-{number}-{kind}-{column_number}"
    found |= dict.fromkeys((table.get("id", ""), decision), "")
    return found


def _decision(root: Element, decision: str) -> Element | None:
    return next((one for one in root.iterfind("{*}decision") if one.get("id") == decision), None)


def table_element(root: Element, decision: str) -> Element | None:
    found = _decision(root, decision)
    return None if found is None else found.find("{*}decisionTable")


def keyed(parent: Element, name: str) -> dict[str, Element]:
    """Children by id; one without by “#” and its place."""
    children = enumerate(parent.iterfind("{*}" + name), 1)
    return {one.get("id") or f"#{number}": one for number, one in children}


def _input_text(key: str, one: Element) -> InputText:
    holder = one.find("{*}inputExpression")
    return InputText(
        key,
        one.get("label", ""),
        text_of(holder),
        holder.get("typeRef", "") if holder is not None else "",
        text_of(one.find("{*}inputValues")),
    )


def _output_text(key: str, one: Element) -> OutputText:
    return OutputText(
        key, one.get("label", ""), one.get("name", ""), one.get("typeRef", ""),
        text_of(one.find("{*}outputValues")), text_of(one.find("{*}defaultOutputEntry")),
    )  # fmt: skip


def _padded(cells: Iterable[Element], count: int, blank: str) -> tuple[str, ...]:
    """A row with a cell too few or too many fits its columns afterwards."""
    found = [text_of(cell) or blank for cell in cells][:count]
    return (*found, *[blank] * (count - len(found)))


def is_alone(source: bytes) -> bool:
    """The file holds one decision and no more."""
    return sum(1 for _ in parse(source).iter("{*}decision")) == 1
