"""A scenario that did not go as it says."""

from __future__ import annotations

from collections.abc import Sequence

LAST = 8  # steps before it that the message tells


class ScenarioFailed(AssertionError):
    """Which scenario, and `why`: the step and what happened instead. `said`: a line for each step
    that went as it says."""

    def __init__(self, title: str, why: str, said: Sequence[str] = ()) -> None:
        super().__init__(title, why, tuple(said))
        self.title, self.why, self.said = title, why, tuple(said)

    def __str__(self) -> str:
        so_far = "".join(f"\n  {line}" for line in self.said[-LAST:])
        return f"{self.title}: {self.why}." + (f" So far:{so_far}" if so_far else "")
