"""Functions on texts, and from and to text."""

from __future__ import annotations

import re
from decimal import Decimal, DecimalException
from typing import Any, Final

from engine.feel import temporal
from engine.feel.compare import exact
from engine.feel.compare import place as whole
from engine.feel.functions.patterns import PatternError, compiled, timed
from engine.feel.literals import DECIMAL128
from engine.feel.runtime import Run
from engine.feel.values import Range, kind_of

from .registry import builtin

_NUMBER: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_SEPARATORS: Final = frozenset(("", " ", ",", "."))


def number_text(value: Any) -> str:
    """A number as people write it, without an exponent unless it is a very long one."""
    number = Decimal(exact(value))
    if not number:
        return "0"
    exponent = number.adjusted()
    if exponent > 40 or exponent < -40:
        return str(number)
    return format(number, "f")


def text_of(value: Any, run: Run, inside: bool = False) -> str:
    """What `string(value)` gives; texts inside lists and contexts stand in quotation marks."""
    kind = kind_of(value)
    run.charge(1)
    if kind == "string":
        return quoted(value) if inside else str(value)
    if kind == "number":
        return number_text(value)
    if value is None:
        return "null"
    if kind == "boolean":
        return "true" if value else "false"
    if kind in _COMPOUND:
        return _compound(value, kind, run)
    if kind in ("function", "other"):
        return f"<{kind}>"
    return f'@"{temporal.text_of(value)}"' if inside else temporal.text_of(value)


_COMPOUND: Final = frozenset(("list", "context", "range"))
_PLAIN: Final = r"[^\W\d]\w*"


def quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + plain.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _compound(value: Any, kind: str, run: Run) -> str:
    if kind == "list":
        text = "[" + ", ".join(text_of(item, run, True) for item in value) + "]"
    elif kind == "context":
        text = "{" + ", ".join(_entry(name, item, run) for name, item in value.items()) + "}"
    else:
        text = _range_text(value, run)
    run.charge_text(len(text))
    return text


def _entry(name: str, value: Any, run: Run) -> str:
    key = name if re.fullmatch(_PLAIN, name) else quoted(name)
    return f"{key}: {text_of(value, run, True)}"


def _range_text(value: Range, run: Run) -> str:
    if value.sign:
        limit = value.end if value.start is None else value.start
        return f"({value.sign} {text_of(limit, run, True)})"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    start, end = text_of(value.start, run, True), text_of(value.end, run, True)
    return f"{opening}{start}..{end}{closing}"


@builtin("string(from: any)")
def _string(run: Run, value: Any) -> Any:
    if value is None:
        return run.null("“string” was given nothing (null).")
    text = text_of(value, run)
    run.charge_text(len(text))
    return text


@builtin(
    "number(from: string, grouping separator?: string?, decimal separator?: string?)",
)
def _number(run: Run, text: str, grouping: str | None, decimal: str | None) -> Any:
    if (grouping or "") not in _SEPARATORS or (decimal or ".") not in (",", "."):
        return run.null("A separator of “number” is a blank, a comma or a point.")
    if grouping is not None and grouping == decimal:
        return run.null("The two separators of “number” must differ.")
    if len(text) > 10_000:
        return run.null("The text is too long for a number.")
    plain = text.replace(grouping, "") if grouping else text
    if decimal == ",":
        plain = plain.replace(",", ".") if "." not in plain else "?"
    if not re.fullmatch(_NUMBER, plain):
        return run.null("The text is no number.")
    try:
        return DECIMAL128.create_decimal(plain)
    except DecimalException:
        return run.null("The number is too large.")


@builtin("string length(string: string)")
def _length(run: Run, text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def _upper(run: Run, text: str) -> str:
    run.charge_text(len(text))
    return text.upper()


@builtin("lower case(string: string)")
def _lower(run: Run, text: str) -> str:
    run.charge_text(len(text))
    return text.lower()


@builtin("trim(string: string)")
def _trim(run: Run, text: str) -> str:
    return text.strip()


@builtin("contains(string: string, match: string)")
def _contains(run: Run, text: str, match: str) -> bool:
    return match in text


@builtin("starts with(string: string, match: string)")
def _starts(run: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def _ends(run: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("substring(string: string, start position: number, length?: number?)")
def _substring(run: Run, text: str, start: Any, length: Any) -> Any:
    first = whole(start)
    if first == 0 or abs(first) > max(len(text), 1):
        return run.null(f"The text has no character number {first}: it has {len(text)}.")
    begin = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[begin:]
    count = whole(length)
    if count < 1:
        return run.null("The length of “substring” must be 1 or more.")
    return text[begin : begin + count]


@builtin("substring before(string: string, match: string)")
def _before(run: Run, text: str, match: str) -> str:
    return text[: text.find(match)] if match in text else ""


@builtin("substring after(string: string, match: string)")
def _after(run: Run, text: str, match: str) -> str:
    return text[text.find(match) + len(match) :] if match in text else ""


def _pattern(text: str, flags: str | None, run: Run) -> Any:
    try:
        return timed(run, lambda left: compiled(text, flags or ""))
    except PatternError as error:
        return run.null(str(error).replace("{", "").replace("}", ""))


@builtin("matches(input: string, pattern: string, flags?: string?)")
def _matches(run: Run, text: str, pattern: str, flags: str | None) -> bool | None:
    found = _pattern(pattern, flags, run)
    return None if found is None else found.search(text, run)


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string?)")
def _replace(run: Run, text: str, pattern: str, *rest: Any) -> Any:
    replacement, flags = rest
    found = _pattern(pattern, flags, run)
    if found is None:
        return None
    try:
        result = found.replace(text, replacement, run)
    except PatternError as error:
        return run.null(str(error).replace("{", "").replace("}", ""))
    run.charge_text(len(result))
    return result


@builtin("split(string: string, delimiter: string)")
def _split(run: Run, text: str, delimiter: str) -> Any:
    found = _pattern(delimiter, None, run)
    if found is None:
        return None
    parts = found.split(text, run)
    run.charge_list(len(parts))
    return parts


@builtin("string join(list: list, delimiter?: string?)")
def _join(run: Run, items: list[Any], delimiter: str | None) -> Any:
    texts = [item for item in items if item is not None]
    if any(not isinstance(item, str) for item in texts):
        return run.null("“string join” wants a list of texts.")
    run.charge_list(len(items))
    gap = delimiter or ""
    run.charge_text(sum(map(len, texts)) + len(gap) * len(texts))
    return gap.join(texts)
