"""Completing a task and starting a case, ours and the naive baseline's in turn; the same as a case
grows old; the task that closes it. Every figure is a median.

Whole cases of both in turn, and starts in turn besides, after a case of each that does not count:
a site meets a version for the first time once. Claims are not measured, for the baseline has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from engine.access import Actor
from engine.database import Database
from engine.models import process_instance
from tests.bench import workload as w
from tests.bench.baseline import Baseline, baseline
from tests.bench.databases import Place, opened
from tests.bench.targets import Figure
from tests.bench.timing import median, milliseconds

REVIEWS = 12
AROUND = 15  # rounds whose median stands for an age


@dataclass(frozen=True)
class Extent:
    """How much is measured: cases of both, starts besides, cases that grow old, and their ages."""

    cases: int = 12
    starts: int = 30
    old_cases: int = 3
    ages: tuple[int, int, int] = (20, 500, 2000)


SHORT = Extent(cases=1, starts=2, old_cases=1, ages=(8, 10, 12))


@dataclass
class Spent:
    """Milliseconds of each start, each task that is not the last, and each last one."""

    start: list[float] = field(default_factory=list)
    task: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)


def measure(place: Place, *, short: bool) -> list[Figure]:
    extent = SHORT if short else Extent()
    with opened(place.url) as database, baseline(place) as naive:
        actor = w.set_up(database)
        ours, theirs = _in_turn(database, actor, naive, extent)
        old = [_old_case(database, actor, extent.ages) for _ in range(extent.old_cases)]
    return [*_beside(ours, theirs), *_aged(old, extent.ages, ours)]


def _in_turn(
    database: Database, actor: Actor, naive: Baseline, extent: Extent
) -> tuple[Spent, Spent]:
    _our_case(database, actor, Spent())
    _naive_case(naive, Spent())
    ours, theirs = Spent(), Spent()
    for _ in range(extent.starts):
        theirs.start.append(naive.start()[1])
        ours.start.append(milliseconds(lambda: w.start(database, actor))[1])
    for _ in range(extent.cases):
        _naive_case(naive, theirs)
        _our_case(database, actor, ours)
    return ours, theirs


def _our_case(database: Database, actor: Actor, into: Spent) -> None:
    case, spent = milliseconds(lambda: w.start(database, actor))
    into.start.append(spent)
    tasks = [_task(database, actor, case, name, n) for name, n in w.steps(REVIEWS)]
    into.task += tasks[:-1]
    into.last.append(tasks[-1])


def _naive_case(naive: Baseline, into: Spent) -> None:
    case, spent = naive.start()
    into.start.append(spent)
    tasks = [naive.step(case, name, n) for name, n in w.steps(REVIEWS)]
    into.task += tasks[:-1]
    into.last.append(tasks[-1])


def _task(
    database: Database, actor: Actor, case: int, name: str, n: int, reviews: int = REVIEWS
) -> float:
    task, posted = w.claim(database, actor, case, name), w.answers(name, n, reviews)
    return milliseconds(lambda: w.complete(database, actor, task, posted))[1]


def _old_case(database: Database, actor: Actor, ages: tuple[int, ...]) -> list[float]:
    """Each round of a case that closes some rounds after the greatest age."""
    reviews = max(ages) + AROUND // 2
    case = w.start(database, actor)
    tasks = [_task(database, actor, case, name, n, reviews) for name, n in w.steps(reviews)]
    with database.reading() as db:
        c = process_instance.c
        status = db.execute(select(c.status).where(c.id == case)).scalar_one()
    if status != "completed":
        raise SystemExit(f"The case is {status} after its last round.")
    return tasks[len(w.ORDER) :]


def _beside(ours: Spent, theirs: Spent) -> list[Figure]:
    complete, start, last = median(ours.task), median(ours.start), median(ours.last)
    naive_complete, naive_start = median(theirs.task), median(theirs.start)
    naive_last = median(theirs.last)
    return [
        Figure("complete a task, to naive", complete / naive_complete, "×"),
        Figure("complete a task", complete, "ms", naive_complete),
        Figure("start a case, to naive", start / naive_start, "×"),
        Figure("start a case", start, "ms", naive_start),
        Figure(
            "the task that closes a case, to a normal one", last / complete, "×",
            naive_last / naive_complete,
        ),
        Figure("the task that closes a case", last, "ms", naive_last),
    ]  # fmt: skip


def _aged(old: list[list[float]], ages: tuple[int, int, int], ours: Spent) -> list[Figure]:
    young, middle, oldest = (_around(old, age) for age in ages)
    closing = median([spent[-1] for spent in old])
    return [
        Figure("round 500 to round 20", middle / young, "×"),
        Figure("round 2,000 to round 20", oldest / young, "×"),
        Figure("round 20", young, "ms"),
        Figure("round 500", middle, "ms"),
        Figure("round 2,000", oldest, "ms"),
        Figure("the same after 2,000 rounds", closing / median(ours.task), "×"),
        Figure("the task that closes it after 2,000 rounds", closing, "ms"),
    ]


def _around(old: list[list[float]], age: int) -> float:
    """Of all the rounds near this age, of all the cases; the last round closes and is none."""
    half = AROUND // 2
    return median([one for spent in old for one in spent[:-1][max(0, age - half) : age + half]])
