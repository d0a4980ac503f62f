"""What the engine is held to, a line each. Benchmarks print a figure beside its target; nothing
fails on time."""

from __future__ import annotations

from dataclasses import dataclass

SQLITE, POSTGRESQL, NO_DATABASE = "sqlite", "postgresql", "no database"


@dataclass(frozen=True)
class Target:
    """The most a figure may be, or with `at_least` the least, on each database; None: nothing is
    said of that one. What needs no database has the same for both. The unit of a ratio of the same
    run is a cross."""

    unit: str
    sqlite: float | None
    postgresql: float | None
    at_least: bool = False

    def on(self, kind: str) -> float | None:
        return self.sqlite if kind == SQLITE else self.postgresql

    def holds(self, kind: str, value: float) -> bool | None:
        limit = self.on(kind)
        if limit is None:
            return None
        return value >= limit if self.at_least else value <= limit


@dataclass(frozen=True)
class Figure:
    """One thing measured. What has a target is named as in `TARGETS`; `naive` is the baseline's
    own in the same run and unit, where it has one."""

    what: str
    value: float
    unit: str
    naive: float | None = None


def both(unit: str, limit: float) -> Target:
    return Target(unit, limit, limit)


# Part → figure → target: everything of the table of speed that the engine answers for.
TARGETS: dict[str, dict[str, Target]] = {
    "step": {
        "complete a task, to naive": Target("×", 0.45, 0.70),
        "start a case, to naive": both("×", 0.40),
        "round 500 to round 20": both("×", 1.2),
        "round 2,000 to round 20": both("×", 1.2),
        "the task that closes a case, to a normal one": both("×", 2.0),
        "the same after 2,000 rounds": both("×", 2.0),
    },
    "stored": {
        "bytes of a case": both("kB", 15.0),
        "log written a completed task": Target("kB", None, 10.0),
    },
    "process": {
        "memory under load, as the command runs it": both("MiB", 100.0),
        "start to first task done": both("s", 0.5),
    },
    "worklist": {
        "a page of 100,000": both("ms", 2.0),
        "100,000 to 1,000": both("×", 1.5),
    },
    "timers": {"1,000 due, one worker": Target("s", 0.35, 1.2)},
    "workers": {"two workers to one": Target("×", None, 1.7, at_least=True)},
    "feel": {
        "a condition, evaluated": both("µs", 3.0),
        "a table of 100 rows, the last one matching": both("µs", 250.0),
    },
}
PARTS = tuple(TARGETS)
