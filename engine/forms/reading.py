"""Form file → Form, or every problem at once. The profile is decided here, not by an editor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import regex

from engine.errors import ExpressionError, InvalidDefinition, Problem
from engine.forms.conditions import check_expression
from engine.forms.model import ANSWERS, CHOICES, FILES, STRICTNESS, Choice, Field, Form, class_of

MAX_BYTES, MAX_FIELDS = 256_000, 300
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
RESERVED = frozenset({"case", "true", "false", "null", "item"})
KINDS = {kind: kind for kind in ANSWERS - {"date"}} | {
    "datetime": "date", "text": "text", "group": "group", "dynamiclist": "list",
}  # fmt: skip
CHECKS = frozenset(
    {"required", "minLength", "maxLength", "min", "max", "pattern", "validationType"}
)
KEYS = frozenset({
    "type", "id", "key", "path", "label", "description", "validate", "values", "conditional",
    "text", "properties", "components", "subtype", "dateLabel", "decimalDigits", "accept",
    "multiple",
    # drawn by the form editor, without meaning here
    "layout", "appearance", "showOutline", "isRepeating", "allowAddRemove", "defaultRepetitions",
    "disableCollapse", "nonCollapsedItems", "verticalAlignment", "increment", "searchable",
    "serializeToString", "use24h", "timeInterval", "timeSerializingFormat",
})  # fmt: skip
TOP = frozenset({
    "schemaVersion", "type", "id", "components", "exporter", "executionPlatform",
    "executionPlatformVersion", "versionTag", "generated", "$schema",
})  # fmt: skip
PROPERTIES = frozenset({
    "class", "neverDecides", "lookup", "searchable", "choose", "check", "checkMessage", "yesNo",
    "min", "requiredMessage",
})  # fmt: skip
ACCEPTED = re.compile(r"\.[A-Za-z0-9]{1,10}|[a-z]+/(?:\*|[A-Za-z0-9.+-]{1,100})")
CHOOSE = frozenset({"person", "organisation", "case"})


def read(source: bytes, file: str) -> Form:
    """Raises InvalidDefinition whose problems name the field and say what to do."""
    reader = _Reader(file)
    form = reader.form(source)
    if reader.problems:
        raise InvalidDefinition(reader.problems)
    return form


class _Reader:
    def __init__(self, file: str) -> None:
        self.file, self.problems, self.keys, self.count = file, list[Problem](), set[str](), 0

    def say(self, code: str, message: str, name: str = "", repair: str | None = None) -> None:
        where = f"Field “{name}”: " if name else ""
        problem = Problem(f"form.{code}", where + message, file=self.file, repair=repair)
        self.problems.append(problem)

    def form(self, source: bytes) -> Form:
        empty = Form("", (), self.file)
        if len(source) > MAX_BYTES:
            self.say("too_big", f"A form may have {MAX_BYTES // 1000} kB.")
            return empty
        try:
            data = orjson.loads(source)
        except orjson.JSONDecodeError as error:
            self.say("json", f"This is not JSON: {error.msg}, line {error.lineno}.")
            return empty
        if not isinstance(data, dict) or not isinstance(data.get("components"), list):
            self.say("json", "A form is a JSON object with a list of components.")
            return empty
        if data.get("type") != "default" or not isinstance(data.get("schemaVersion"), int):
            self.say("schema", "A form has type “default” and a number as schemaVersion.")
        for unknown in sorted(set(data) - TOP):
            self.say("unknown_key", f"A form has no “{unknown}”.")
        fields = tuple(self.fields(data["components"], inside=""))
        if self.problems:
            return empty
        classes = {f.key: c for f in _flat(fields) if f.key and (c := class_of(f))}
        return Form(str(data.get("id", "")), fields, self.file, classes)

    def fields(self, components: list[Any], inside: str) -> Iterator[Field]:
        keys = set[str]() if inside == "list" else self.keys
        for component in components:
            self.count += 1
            if self.count == MAX_FIELDS + 1:
                self.say("too_big", f"A form may have {MAX_FIELDS} fields.")
            if self.count > MAX_FIELDS:
                return
            if not isinstance(component, dict) or component.get("type") not in KINDS:
                kind = component.get("type") if isinstance(component, dict) else component
                self.say("type", f"A field of type “{kind}” is not supported.",
                         repair=f"Use one of {', '.join(sorted(KINDS))}.")  # fmt: skip
                continue
            yield self.field(component, inside, keys)

    def field(self, c: dict[str, Any], inside: str, keys: set[str]) -> Field:
        kind = KINDS[c["type"]]
        key = self.key(c, kind, keys)
        name = key or str(c.get("label") or c.get("id") or kind)
        properties = self.properties(c, name)
        checks = self.checks(c, name)
        if "lookup" in properties and (
            properties["lookup"] != "true" or kind not in ("textfield", "date") or inside == "list"
        ):
            self.say("lookup", "`lookup` is “true”, for a short text or a date in no list.", name)
        if kind == FILES:
            self.file_question(c, inside, name)
        if kind == "list" and inside == "list":
            self.say("nested_list", "A list cannot stand in a list.", name)
        if kind == "date" and c.get("subtype", "date") != "date":
            self.say("type", "Only dates are asked, not times.", name, "Set subtype to “date”.")
        label = str(c.get("label") or c.get("dateLabel") or "")
        if not label and (kind in ANSWERS or kind == "list"):
            self.say("label", "Give the question a label.", name)
        return Field(
            kind=kind, key=key, label=label, hint=str(c.get("description") or ""),
            text=str(c.get("text") or ""),
            required=checks.get("required") is True,
            min_length=checks.get("minLength"), max_length=checks.get("maxLength"),
            minimum=_text(checks.get("min")), maximum=_text(checks.get("max")),
            decimals=c.get("decimalDigits"), pattern=checks.get("pattern"),
            choices=self.choices(c, kind, properties, name),
            hide=self.expression((c.get("conditional") or {}).get("hide"), "condition", name),
            check=self.expression(properties.get("check"), "check", name),
            check_message=str(properties.get("checkMessage") or ""),
            required_message=str(properties.get("requiredMessage") or ""),
            yes_no=properties.get("yesNo") == "true",
            data_class=properties.get("class"), lookup=properties.get("lookup") == "true",
            never_decides=properties.get("neverDecides") == "true",
            searchable=properties.get("searchable") == "true",
            choose="file" if kind == FILES else properties.get("choose"),
            accept=str(c.get("accept") or ""), multiple=c.get("multiple") is True,
            min_rows=int(properties.get("min") or 0),
            fields=tuple(self.fields(_list(c.get("components")), kind)),
        )  # fmt: skip

    def file_question(self, c: dict[str, Any], inside: str, name: str) -> None:
        if inside == "list":
            self.say("file", "A file cannot be asked for in a list.", name)
        kinds = str(c.get("accept") or "").split(",")
        if c.get("accept") and not all(ACCEPTED.fullmatch(kind.strip()) for kind in kinds):
            self.say("accept", "It names endings or media types, like “.pdf, image/*”.", name)
        if not isinstance(c.get("multiple", False), bool):
            self.say("file", "`multiple` is true or false.", name)

    def key(self, c: dict[str, Any], kind: str, keys: set[str]) -> str:
        if kind in ("text", "group"):
            return ""
        key = str((c.get("path") if kind == "list" else c.get("key")) or "")
        if not NAME.match(key) or key in RESERVED:
            what = "path" if kind == "list" else "key"
            self.say("key", f"“{key}” cannot be its {what}.", str(c.get("label") or c.get("id")),
                     "Use letters, digits and _, starting with a letter.")  # fmt: skip
        elif key in keys:
            self.say("duplicate_key", "There are two fields with this key.", key)
        keys.add(key)
        return key

    def properties(self, c: dict[str, Any], name: str) -> Mapping[str, str]:
        for unknown in sorted(set(c) - KEYS):
            if unknown == "defaultValue":
                self.say("default", "No answer may be chosen beforehand.", name,
                         "Remove the default value; use `prefill` in the diagram.")  # fmt: skip
            else:
                self.say("unknown_key", f"A field has no “{unknown}”.", name)
        properties = {k: str(v) for k, v in _dict(c.get("properties")).items()}
        for unknown in sorted(set(properties) - PROPERTIES):
            self.say("unknown_property", f"There is no property “{unknown}”.", name)
        if properties.get("class") not in (None, *STRICTNESS):
            self.say("class", f"A class is one of {', '.join(STRICTNESS)}.", name)
        if properties.get("choose") not in (None, *CHOOSE):
            self.say("choose", f"`choose` is one of {', '.join(sorted(CHOOSE))}.", name)
        if "check" in properties and not properties.get("checkMessage"):
            self.say("check", "A check needs a checkMessage.", name)
        if not properties.get("min", "0").isdigit():
            self.say("check", "`min` is a whole number of rows.", name)
            properties["min"] = "0"
        return properties

    def checks(self, c: dict[str, Any], name: str) -> Mapping[str, Any]:
        checks = _dict(c.get("validate"))
        for unknown in sorted(set(checks) - CHECKS):
            self.say("unknown_check", f"There is no check “{unknown}”.", name)
        for length in ("minLength", "maxLength"):
            if not isinstance(checks.get(length), int | None):
                self.say("check", f"{length} is a whole number.", name)
        if pattern := checks.get("pattern"):
            try:
                regex.compile(str(pattern))
            except regex.error as error:
                self.say("pattern", f"The pattern cannot be read: {error}.", name)
        return checks

    def choices(
        self, c: dict[str, Any], kind: str, properties: Mapping[str, str], name: str
    ) -> tuple[Choice, ...]:
        values = [v for v in _list(c.get("values")) if isinstance(v, dict)]
        found = tuple(
            Choice(str(v.get("value", "")), str(v.get("label") or v.get("value"))) for v in values
        )
        if kind not in CHOICES or "choose" in properties:
            return ()
        if len({choice.value for choice in found} - {""}) != len(found) or not found:
            self.say("choices", "It needs choices, each with a value of its own.", name)
        if properties.get("yesNo") == "true" and {f.value for f in found} != {"yes", "no"}:
            self.say("choices", "A yes/no question has the values “yes” and “no”.", name)
        return found

    def expression(self, text: Any, code: str, name: str) -> str | None:
        if text is None or text == "":
            return None
        try:
            check_expression(str(text))
        except ExpressionError as error:
            self.say(code, f"“{text}” cannot be read: {error}", name)
        return str(text)


def _flat(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        yield from _flat(one.fields) if one.kind == "group" else (one,)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
