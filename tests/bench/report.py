"""Measures parts and says what was found, each figure beside its target and the baseline's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from tests.bench import timing
from tests.bench import workload as w
from tests.bench.databases import place
from tests.bench.targets import POSTGRESQL, SQLITE, TARGETS, Figure
from tests.factories import use_keys

KINDS = (SQLITE, POSTGRESQL)
Found = dict[str, dict[str, list[Figure]]]  # part → database → figures


def run(parts: tuple[str, ...], argv: list[str]) -> None:
    """Print these parts; `--json`: for machines, `--short`: just enough to see that all works."""
    use_keys()
    short, as_words = "--short" in argv, "--json" not in argv
    loop, found = timing.python_loop(), {}
    if as_words:
        print(f"plain Python loop of 10^6 additions: {loop:.1f} ms")
        if short:
            print("The short form: it shows that all is measured, and its figures mean nothing.")
    with w.postgres() as server:
        for part in parts:
            found[part] = measure(part, server, short=short)
            if as_words:
                print("\n".join(_lines(part, found[part])), flush=True)
    judged = as_json(found)
    if as_words:
        held = sum(one["holds"] is True for one in judged)
        print(f"\n{held} targets hold, {sum(one['holds'] is False for one in judged)} do not")
    else:
        print(json.dumps({"python_loop_ms": loop, "short": short, "figures": judged}, indent=1))


def measure(part: str, server: str, *, short: bool) -> dict[str, list[Figure]]:
    """A part's figures on each database that it is about."""
    module = import_module(f"tests.bench.{part}")
    found = {}
    for kind in getattr(module, "KINDS", KINDS):
        with place(kind, server) as where:
            found[kind] = module.measure(where, short=short)
    return found


def as_json(found: Found) -> list[dict[str, Any]]:
    return [
        {"part": part, "database": kind, **_judged(part, kind, figure)}
        for part, by_kind in found.items()
        for kind, figures in by_kind.items()
        for figure in figures
    ]


def _judged(part: str, kind: str, figure: Figure) -> dict[str, Any]:
    target = TARGETS[part].get(figure.what)
    return {
        "what": figure.what,
        "value": figure.value,
        "unit": figure.unit,
        "naive": figure.naive,
        "target": target.on(kind) if target else None,
        "at_least": bool(target and target.at_least),
        "holds": target.holds(kind, figure.value) if target else None,
    }


def _lines(part: str, by_kind: dict[str, list[Figure]]) -> Iterator[str]:
    for kind, figures in by_kind.items():
        yield f"\n{part}, {kind}"
        for figure in figures:
            yield _line(_judged(part, kind, figure))


def _line(one: dict[str, Any]) -> str:
    words = f"  {one['what']:<46}{one['value']:10.2f} {one['unit']:<4}"
    if one["target"] is not None:
        words += f"{'≥' if one['at_least'] else '≤'} {one['target']:g}".ljust(9)
        words += "holds   " if one["holds"] else "MISSED  "
    if one["naive"] is not None:
        words = f"{words:<77}naive {one['naive']:.2f} {one['unit']}"
    return words.rstrip()
