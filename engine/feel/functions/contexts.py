"""Functions on contexts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel.runtime import Run

from .registry import builtin


@builtin("get value(m: context, key: string)")
def _get_value(run: Run, context: Mapping[str, Any], key: str) -> Any:
    if key not in context:
        return run.null("The context has no entry of that name.")
    return context[key]


@builtin("get entries(m: context)")
def _get_entries(run: Run, context: Mapping[str, Any]) -> list[dict[str, Any]]:
    run.charge_list(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def _context(run: Run, entries: list[Any]) -> Any:
    found: dict[str, Any] = {}
    run.charge_list(len(entries))
    for entry in entries:
        if not isinstance(entry, Mapping) or not {"key", "value"} <= entry.keys():
            return run.null("“context” wants a list of contexts with the entries key and value.")
        key = entry["key"]
        if not isinstance(key, str) or key in found:
            return run.null("“context” wants each key once, as a text.")
        found[key] = entry["value"]
    return found


@builtin(
    "context put(context: context, key: string, value: any)",
    "context put(context: context, keys: list, value: any)",
)
def _put(run: Run, context: Mapping[str, Any], key: Any, value: Any) -> Any:
    keys = key if isinstance(key, list) else [key]
    if not keys or any(not isinstance(name, str) for name in keys):
        return run.null("“context put” wants a text, or a list of texts, as key.")
    return _put_deep(run, context, keys, value)


def _put_deep(run: Run, context: Mapping[str, Any], keys: list[str], value: Any) -> Any:
    run.charge_list(len(context) + 1)
    name, *deeper = keys
    if deeper:
        inner = context.get(name)
        if not isinstance(inner, Mapping):
            return run.null("“context put” finds no context at one of the keys.")
        value = _put_deep(run, inner, deeper, value)
        if value is None:
            return None
    return {**context, name: value}


@builtin("context merge(contexts...: list)")
def _merge(run: Run, contexts: list[Any]) -> Any:
    found: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, Mapping):
            return run.null("“context merge” wants a list of contexts.")
        run.charge_list(len(context) + 1)
        found.update(context)
    return found
