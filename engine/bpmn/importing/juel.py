"""`${…}` of Camunda 7, Flowable and Activiti as FEEL: names, texts, numbers, comparisons.

A call of a method or a bean has no FEEL: it is not converted.
"""

from __future__ import annotations

import re

from engine.bpmn.importing.owner import is_feel, quoted

TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?P<call>\s*\()?"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[<>!()+*/-]))"
)
WORDS = {
    "eq": "=", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "and": "and", "or": "or",
    "&&": "and", "||": "or", "==": "=", "true": "true", "false": "false", "null": "null",
}  # fmt: skip


def feel_of(text: str) -> str | None:
    """The FEEL of `${…}` or `#{…}`; None when it cannot be said in FEEL."""
    inside = re.fullmatch(r"\s*[$#]\{(.*)\}\s*", text, re.DOTALL)
    if inside is None or "{" in inside[1]:
        return None
    tokens = _tokens(inside[1])
    if tokens is None:
        return None
    written = " ".join(_negated(tokens)).replace("( ", "(").replace(" )", ")")
    written = written.replace("not (", "not(")
    return written if written and is_feel(written) else None


def value(text: str) -> str | None:
    """A setting that is plain text or `${…}`, as FEEL."""
    return feel_of(text) if "{" in text else quoted(text.strip())


def _tokens(text: str) -> list[str] | None:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = TOKEN.match(text, at)
        name = token["name"] if token is not None else None
        if token is None or (token["call"] and name not in ("and", "or")):
            return None
        if token["text"]:
            found.append(quoted(token["text"][1:-1]))
        elif name in ("not", "empty", "div", "mod"):
            return None
        else:
            found.append(WORDS.get(token[0].strip("( \t\n") or "(", token[0].strip()))
            if token["call"]:
                found[-1:] = [WORDS[str(name)], "("]
        at = token.end()
    return found


def _negated(tokens: list[str]) -> list[str]:
    """`! x` as `not (x)`, `! (…)` as `not (…)`."""
    written: list[str] = []
    for n, part in enumerate(tokens):
        if part == "!":
            written.append("not")
        elif n and tokens[n - 1] == "!" and part != "(":
            written += ["(", part, ")"]
        else:
            written.append(part)
    return written
