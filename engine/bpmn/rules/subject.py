"""What the rules look at: one diagram, its folder, and what is known of the other processes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.elements import Diagram, Element, Flow
from engine.bpmn.services import Declaration
from engine.bpmn.xml import line_of
from engine.errors import Problem


@dataclass(frozen=True)
class Known:
    """Another process: what it calls, and whether a case of it ever rests."""

    calls: tuple[str, ...]
    waits: bool


@dataclass(frozen=True)
class Subject:
    """`files` and `roles` are None when a lone diagram is looked at, without its folder."""

    key: str
    source: bytes
    root: etree._Element
    diagram: Diagram
    file: str = "process.bpmn"
    files: Collection[str] | None = None
    decisions: Collection[str] | None = None
    known: Mapping[str, Known] = field(default_factory=dict)
    roles: Collection[str] | None = None
    default_role: str | None = None
    connectors: Mapping[str, Declaration] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        return self.files is None

    def of(
        self, element: Element, code: str, message: str, *, severity: str = "error",
        repair: str | None = None,
    ) -> Problem:  # fmt: skip
        """A finding about an element."""
        return Problem(
            code,
            message,
            severity,
            self.file,
            element.id,
            element.name or None,
            element.line,
            repair,
        )

    def of_flow(self, flow: Flow, code: str, message: str, *, repair: str | None = None) -> Problem:
        return Problem(
            code, message, "error", self.file, flow.id, flow.name or None, flow.line, repair
        )

    def of_node(
        self, node: etree._Element, code: str, message: str, *, severity: str = "error",
        repair: str | None = None,
    ) -> Problem:  # fmt: skip
        """A finding about XML that is no element of ours."""
        return Problem(
            code,
            message,
            severity,
            self.file,
            node.get("id"),
            node.get("name"),
            line_of(node),
            repair,
        )
