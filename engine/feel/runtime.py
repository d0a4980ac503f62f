"""One evaluation: its budget, clock and notes, and the names visible at each place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from engine.errors import ExpressionLimit
from engine.feel.values import kind

# A step is one node of the tree evaluated inside a loop or function, or one item touched.
MAX_STEPS: Final = 500_000
MAX_ITEMS: Final = 100_000
MAX_TEXT: Final = 200_000
MAX_CALLS: Final = 80
# Seconds of the processor that all the regular expressions of one evaluation may take.
PATIENCE: Final = 0.3
MAX_NOTES: Final = 50
# Building text costs a step for so many characters, so that all texts together stay small.
TEXT_A_STEP: Final = 8
MISSING: Final[Any] = object()


class Run:
    """What one evaluation may still use, and what it noted on the way to a null."""

    __slots__ = ("calls", "clock", "notes", "patience", "steps", "zone_key")

    def __init__(
        self, clock: Callable[[], datetime] | None, zone: str, notes: list[str] | None
    ) -> None:
        self.clock, self.zone_key, self.notes = clock, zone, notes
        self.steps = MAX_STEPS
        self.calls = 0
        self.patience = PATIENCE

    def charge(self, steps: int) -> None:
        """Use up steps; ExpressionLimit when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise ExpressionLimit(
                f"The expression takes more than {MAX_STEPS:,} steps: use smaller lists or fewer "
                "loops inside each other."
            )

    def charge_list(self, size: int) -> None:
        if size > MAX_ITEMS:
            raise ExpressionLimit(f"The expression makes a list of more than {MAX_ITEMS:,} items.")
        self.charge(size)

    def charge_text(self, size: int) -> None:
        if size > MAX_TEXT:
            raise ExpressionLimit(
                f"The expression makes a text of more than {MAX_TEXT:,} characters."
            )
        self.charge(size // TEXT_A_STEP)

    def null(self, message: str, *values: Any) -> Any:
        """Null, and in a trace why; each `{}` in the message becomes the kind of a value."""
        if self.notes is not None and len(self.notes) < MAX_NOTES:
            text = message.format(*map(_shown, values)) if values else message
            text = text[:1].upper() + text[1:]
            if text not in self.notes:
                self.notes.append(text)
        return None

    @property
    def noted(self) -> int:
        """How many notes there are."""
        return len(self.notes or ())

    def zone(self) -> tzinfo:
        """The zone of what has none; UTC when its name is not known."""
        from engine.feel.temporal import zone

        return zone(self.zone_key) or UTC

    def now(self) -> datetime:
        """This instant on the clock of our zone."""
        instant = self.clock() if self.clock is not None else datetime.now(UTC)
        if instant.tzinfo is None:
            return instant.replace(tzinfo=self.zone())
        return instant.astimezone(self.zone())


class Frame:
    """Where a closure reads names; `run` is shared by all frames of one evaluation."""

    __slots__ = ("run", "vars")

    def __init__(self, vars: Any, run: Run) -> None:
        self.vars, self.run = vars, run


class Scope:
    """Names of a loop, function or context literal before those around it."""

    __slots__ = ("outer", "own")

    def __init__(self, own: Mapping[str, Any], outer: Any) -> None:
        self.own, self.outer = own, outer

    def get(self, name: str, default: Any = None) -> Any:
        scope: Any = self
        while type(scope) is Scope or type(scope) is ItemScope:
            found = scope.own.get(name, MISSING)
            if found is not MISSING:
                return found
            if type(scope) is ItemScope and name == "item":
                return scope.item
            scope = scope.outer
        return scope.get(name, default)


class ItemScope(Scope):
    """Inside a filter: the item's own entries, then the item itself, then what is around."""

    __slots__ = ("item",)

    def __init__(self, item: Any, outer: Any) -> None:
        super().__init__(item if isinstance(item, Mapping) else {}, outer)
        self.item = item


def _shown(value: Any) -> str:
    return "nothing (null)" if value is None else kind(value)


Closure = Callable[[Frame], Any]
