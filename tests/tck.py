"""Run folders of the DMN Technology Compatibility Kit: python -m tests.tck DIR… [--list-failures]

A DIR is a test folder or a folder of such. Values compare as the kit's own runners compare them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine import dmn, feel
from engine.errors import EngineError
from engine.feel import calendar, temporal
from engine.feel.values import kind_of, to_nanos

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
CLOSE = Decimal("0.00000001")
UNSET: Any = object()


@dataclass
class Count:
    """Passed and failed test cases, and the same for those that expect a value."""

    passed: int = 0
    failed: int = 0
    value_passed: int = 0
    value_failed: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, other: Count) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.value_passed += other.value_passed
        self.value_failed += other.value_failed
        self.failures += other.failures

    def __str__(self) -> str:
        return (
            f"{self.passed:5} passed {self.failed:4} failed; with a value expected "
            f"{self.value_passed:5} passed {self.value_failed:4} failed"
        )


def folders(paths: list[Path]) -> Iterator[Path]:
    """The test folders in and below the paths."""
    for path in paths:
        found = {test.parent for test in path.rglob("*-test-*.xml")}
        yield from sorted(found)


def run_folder(folder: Path) -> Count:
    """All test cases of one folder."""
    count = Count()
    models: dict[str, dmn.Model | str] = {}
    for path in sorted(folder.glob("*-test-*.xml")):
        root = etree.parse(path).getroot()
        name = root.findtext("{*}modelName") or ""
        if name not in models:
            models[name] = load(folder, name)
        for case in root.iterfind("{*}testCase"):
            run_case(models[name], case, f"{folder.name} {case.get('id')}", count)
    return count


def load(folder: Path, name: str) -> dmn.Model | str:
    """The model, or the sentence that says why there is none."""
    by_namespace = {
        etree.parse(path).getroot().get("namespace"): path for path in folder.glob("*.dmn")
    }

    def resolve(namespace: str) -> dmn.Model | None:
        path = by_namespace.get(namespace)
        if path is None or path.name == name:
            return None
        return dmn.read(path.read_bytes(), file=path.name, resolve=resolve, strict=False)

    try:
        source = (folder / name).read_bytes()
        return dmn.read(source, file=name, resolve=resolve, strict=False)
    except (EngineError, OSError) as error:
        return str(error)


def run_case(model: dmn.Model | str, case: etree._Element, label: str, count: Count) -> None:
    results = list(case.iterfind("{*}resultNode"))
    wanted = [value_of(one.find("{*}expected")) for one in results]
    has_value = any(value is not None for value in wanted)
    wrong = [
        f"{label} {node.get('name')}: expected {expected!r}, got {actual!r}"
        for node, expected in zip(results, wanted, strict=True)
        if not alike(expected, actual := actual_of(model, case, node))
    ]
    count.passed += not wrong
    count.failed += bool(wrong)
    count.value_passed += has_value and not wrong
    count.value_failed += has_value and bool(wrong)
    count.failures += wrong


def actual_of(model: dmn.Model | str, case: etree._Element, node: etree._Element) -> Any:
    """What we make of a result node; an error is a text no test expects."""
    if isinstance(model, str):
        return f"<no model: {model}>"
    inputs = {one.get("name") or "": value_of(one) for one in case.iterfind("{*}inputNode")}
    try:
        if case.get("type") == "decisionService":
            value = model.decide(case.get("invocableName") or "", inputs, given=inputs).value
            service = model.find_service(case.get("invocableName") or "")
            several = service is not None and len(service.outputs) > 1
            return value.get(node.get("name")) if several else value
        return model.decide(node.get("name") or "", inputs, given=inputs).value
    except (EngineError, KeyError):
        return None


def value_of(element: etree._Element | None) -> Any:
    """The value an input, expected value, item or component holds."""
    if element is None:
        return None
    found = element.find("{*}value")
    if found is not None:
        return simple(found)
    listed = element.find("{*}list")
    if listed is not None:
        return (
            None
            if listed.get(XSI + "nil") == "true"
            else [value_of(item) for item in listed.iterfind("{*}item")]
        )
    parts = list(element.iterfind("{*}component"))
    return {part.get("name") or "": value_of(part) for part in parts} if parts else None


def simple(element: etree._Element) -> Any:
    if element.get(XSI + "nil") == "true":
        return None
    text = element.text or ""
    kind = (element.get(XSI + "type") or "xsd:string").rpartition(":")[2]
    if kind in ("decimal", "double", "integer", "int", "long", "float"):
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    if kind in READERS:
        return READERS[kind](text.strip())
    return text


READERS: dict[str, Any] = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "dateTime": temporal.parse_date_time,
    "duration": temporal.parse_duration,
}


def alike(expected: Any, actual: Any) -> bool:
    """Whether both are the same by the kit's rules."""
    if expected is None or actual is None:
        return expected is actual
    kind = kind_of(expected)
    if kind != kind_of(actual):
        return False
    if kind == "number":
        return abs(Decimal(expected) - Decimal(actual)) < CLOSE
    if kind == "list":
        return len(expected) == len(actual) and all(map(alike, expected, actual))
    if kind == "context":
        return expected.keys() == actual.keys() and all(
            alike(expected[key], actual[key]) for key in expected
        )
    return bool(exact(expected) == exact(actual))


def exact(value: Any) -> Any:
    """What must be equal for two values of one kind to be."""
    if isinstance(value, datetime | feel.LongDateTime):
        return calendar.day_of(value), calendar.clock_nanos(value), calendar.offset(value)
    if isinstance(value, time):
        return calendar.clock_nanos(value), calendar.offset(value)
    if kind_of(value) == "days and time duration":
        return to_nanos(value)
    return value


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tck", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--list-failures", action="store_true")
    chosen = parser.parse_args(argv)
    total = Count()
    for folder in folders(chosen.folders):
        count = run_folder(folder)
        total.add(count)
        print(f"{folder.name:45} {count}")
        if chosen.list_failures:
            print("".join(f"    {failure}\n" for failure in count.failures), end="")
    print(f"{'total':45} {total}")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
