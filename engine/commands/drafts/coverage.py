"""What the scenarios reach of a draft, and what is left untested, in words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine import definitions
from engine.bpmn import elements, xml
from engine.bpmn.elements import Diagram
from engine.commands.drafts import plays
from engine.commands.drafts.plays import Play, ScenarioLine
from engine.commands.drafts.saving import DefinitionDraft
from engine.comparing import things
from engine.comparing.words import counted
from engine.errors import InvalidDefinition

Ids = frozenset[str]


@dataclass(frozen=True)
class Coverage:
    """What is known of a draft from the scenarios played since its last change. Only those that
    went as they say count as reaching anything."""

    lines: tuple[ScenarioLine, ...]
    played: dict[ScenarioLine, Play]
    steps: Ids = frozenset()
    ways: Ids = frozenset()
    reached: Ids = frozenset()
    missed: tuple[str, ...] = ()  # in words; a way out of a step that is missed is not named

    @property
    def missed_ids(self) -> Ids:
        return (self.steps | self.ways) - self.reached

    @property
    def unplayed(self) -> tuple[ScenarioLine, ...]:
        return tuple(line for line in self.lines if line not in self.played)

    @property
    def failed(self) -> tuple[ScenarioLine, ...]:
        return tuple(line for line, play in self.played.items() if play.failed is not None)

    @property
    def gaps(self) -> tuple[str, ...]:
        """A sentence for each thing that is left untested; empty when all is."""
        if not self.lines:
            return ("No scenario leads through this process.",)
        found = []
        if self.unplayed:
            found.append(f"Not played since the last change: {_titles(self.unplayed)}.")
        if self.failed:
            found.append(f"Not going as written: {_titles(self.failed)}.")
        if self.missed and not self.reached:
            found.append("No step is reached.")
        elif self.missed:
            found.append(f"Not reached: {', '.join(self.missed)}.")
        return tuple(found)


def coverage(db: Connection, draft: DefinitionDraft) -> Coverage:
    """Of a draft that cannot be read, nothing is known to be missed: its findings stop it."""
    lines = plays.scenarios(db, draft)
    played = plays.known_plays(db, draft.key, lines)
    reached = frozenset(
        each for play in played.values() if play.failed is None for each in play.reached
    )
    source = draft.files.get(definitions.DIAGRAM, "").encode()
    try:
        diagram = elements.elements_of(xml.read(source))
    except InvalidDefinition:
        return Coverage(lines, played)
    steps, ways = frozenset(diagram.elements), frozenset(diagram.flows)
    reached &= steps | ways
    return Coverage(lines, played, steps, ways, reached, _missed(diagram, source, reached))


def _missed(diagram: Diagram, source: bytes, reached: Ids) -> tuple[str, ...]:
    """Steps, then ways out of steps that are reached."""
    drawn = things.read(source)
    steps = [drawn.things[each] for each in diagram.elements if each not in reached]
    ways = [
        drawn.things[flow.id]
        for flow in diagram.flows.values()
        if flow.id not in reached and flow.source in reached
    ]
    named = (step.label if step.name else step.said for step in steps)
    return (*named, *(drawn.way(way) for way in ways))


def _titles(lines: tuple[ScenarioLine, ...]) -> str:
    named = [f"“{line.title}”" for line in lines[:5]]
    more = len(lines) - len(named)
    return ", ".join(named) + (f" and {counted(more, 'more scenario')}" if more else "")
