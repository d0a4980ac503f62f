"""Tasks of W completed a second by one worker process and by two, on PostgreSQL: each works whole
cases of its own (start, claim, complete), and completions are counted. One and two in turn;
medians. The server shares the machine's cores with the workers, and so takes part of what a
second worker could have.
"""

from __future__ import annotations

from contextlib import ExitStack
from subprocess import Popen

from engine.access import Actor
from tests.bench import workload as w
from tests.bench.databases import Place, opened
from tests.bench.processes import answer, worker
from tests.bench.targets import POSTGRESQL, Figure
from tests.bench.timing import median
from tests.faults.processes import go_on, line

KINDS = (POSTGRESQL,)
SECONDS, TURNS = 6.0, 3


def measure(place: Place, *, short: bool) -> list[Figure]:
    seconds = 0.2 if short else SECONDS
    with opened(place.url) as database:
        actor = w.set_up(database)
        turns = [
            (_together(place.url, actor, 1, seconds), _together(place.url, actor, 2, seconds))
            for _ in range(1 if short else TURNS)
        ]
    one, two = median([a for a, _ in turns]), median([b for _, b in turns])
    return [
        Figure("two workers to one", two / one, "×"),
        Figure("one worker, tasks", one, "/s"),
        Figure("two workers, tasks", two, "/s"),
    ]


def _together(url: str, actor: Actor, number: int, seconds: float) -> float:
    """Tasks a second of so many at once, all begun at the same moment."""
    with ExitStack() as stack:
        all_of_them: list[Popen[str]] = [
            stack.enter_context(worker(url, actor, "seconds", str(seconds))) for _ in range(number)
        ]
        for process in all_of_them:
            assert line(process) == "ready"
        for process in all_of_them:
            go_on(process)
        return sum(answer(process)["a_second"] for process in all_of_them)
