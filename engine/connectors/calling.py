"""A connector: what it declares, how it is called, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.services import Declaration, Parameter
from engine.database import Database
from engine.errors import EngineError, ExecutionFailed


class ConnectorFailed(EngineError):
    """This attempt did not work; another may. The message is for supervisors: no case data."""


@dataclass(frozen=True)
class Call:
    """One attempt. `key` is the same for every attempt of a job: a receiver that honours it acts
    once. `limit` is how many seconds the attempt may take."""

    key: str
    instance_id: int
    values: Mapping[str, Any]
    limit: int
    database: Database


@dataclass(frozen=True)
class Connector:
    """`run` gives the result (a FEEL value). It raises `ConnectorFailed` to be tried again, or
    `BpmnError` for what the diagram is to catch; it holds no transaction open while it waits."""

    declaration: Declaration
    run: Callable[[Call], Any]


_known: dict[str, Connector] = {}


def register(connector: Connector) -> None:
    """Offer a connector under its declared name; a later one of that name takes its place."""
    _known[connector.declaration.name] = connector


def declared() -> dict[str, Declaration]:
    """Name → what it declares, for the rules and the studio."""
    return {name: one.declaration for name, one in sorted(_known.items())}


def find(name: str) -> Connector:
    found = _known.get(name)
    if found is None:
        raise ExecutionFailed(
            f"There is no connector “{name}” in this installation.", code="job.no_connector"
        )
    return found


def check(name: str, values: Mapping[str, Any]) -> None:
    """`ExecutionFailed` naming each value that is missing or of another kind than declared."""
    wrong = [
        f"“{p.name}” should be {_KINDS[p.kind][0]}"
        for p in find(name).declaration.parameters
        if (p.required or values.get(p.name) is not None) and not _fits(p, values.get(p.name))
    ]
    if wrong:
        raise ExecutionFailed("; ".join(wrong) + ".", code="job.bad_value")


def _fits(parameter: Parameter, value: Any) -> bool:
    kind = _KINDS[parameter.kind][1]
    return value is not None and (kind is None or (isinstance(value, kind) and value != ""))


_KINDS: dict[str, tuple[str, type | None]] = {
    "text": ("a text", str),
    "list": ("a list", list),
    "context": ("a context", dict),
    "any": ("given", None),
}
