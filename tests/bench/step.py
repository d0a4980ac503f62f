"""Completing a task and starting a case, ours and the naive baseline's in turn; the same as a case
grows old; the task that closes it. Every figure is a median.

Whole cases of both, task by task in turn, and starts in turn besides, after a case of each that
does not count: a site meets a version for the first time once. Cases of three ages go on in turn as
well, and then close. Claims are not measured, for the baseline has none.
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
AROUND = 31  # rounds whose median stands for an age, the age in the middle


@dataclass(frozen=True)
class Extent:
    """How much is measured: cases of both, starts besides, cases of each age, the ages."""

    cases: int = 20
    starts: int = 30
    of_each_age: int = 2
    ages: tuple[int, int, int] = (20, 500, 2000)


SHORT = Extent(cases=1, starts=2, of_each_age=1, ages=(16, 17, 18))


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
        old = [Spent() for _ in extent.ages]
        for _ in range(extent.of_each_age):
            _grow_old(database, actor, extent.ages, old)
    return [*_beside(ours, theirs), *_aged(old)]


def _in_turn(
    database: Database, actor: Actor, naive: Baseline, extent: Extent
) -> tuple[Spent, Spent]:
    _pair(database, actor, naive, (Spent(), Spent()))
    ours, theirs = Spent(), Spent()
    for _ in range(extent.starts):
        theirs.start.append(naive.start()[1])
        ours.start.append(milliseconds(lambda: w.start(database, actor))[1])
    for _ in range(extent.cases):
        _pair(database, actor, naive, (ours, theirs))
    return ours, theirs


def _pair(database: Database, actor: Actor, naive: Baseline, into: tuple[Spent, Spent]) -> None:
    """A whole case of ours and one of the baseline's."""
    ours, theirs = into
    other, spent = naive.start()
    theirs.start.append(spent)
    case, spent = milliseconds(lambda: w.start(database, actor))
    ours.start.append(spent)
    for name, n in w.steps(REVIEWS):
        for each, took in (
            (theirs, naive.step(other, name, n)),
            (ours, _task(database, actor, case, name, n)),
        ):
            (each.last if n == REVIEWS else each.task).append(took)


def _task(
    database: Database, actor: Actor, case: int, name: str, n: int, reviews: int = REVIEWS
) -> float:
    task, posted = w.claim(database, actor, case, name), w.answers(name, n, reviews)
    return milliseconds(lambda: w.complete(database, actor, task, posted))[1]


def _grow_old(database: Database, actor: Actor, ages: tuple[int, ...], into: list[Spent]) -> None:
    """A case of each age: up to it one by one, near it in turn, and a last round that closes it."""
    half = AROUND // 2
    cases = [_aged_case(database, actor, age - half - 1, age + half + 1) for age in ages]
    for place in range(AROUND + 1):
        for case, age, spent in zip(cases, ages, into, strict=True):
            n, reviews = age - half + place, age + half + 1
            of = spent.last if n == reviews else spent.task
            of.append(_task(database, actor, case, "review", n, reviews))
    with database.reading() as db:
        c = process_instance.c
        found = set(db.execute(select(c.status).where(c.id.in_(cases))).scalars())
    if found != {"completed"}:
        raise SystemExit(f"After their last round the cases are {', '.join(found)}.")


def _aged_case(database: Database, actor: Actor, age: int, reviews: int) -> int:
    """A case that has had so many of its reviews."""
    case = w.start(database, actor)
    for name, n in w.steps(age):
        _task(database, actor, case, name, n, reviews)
    return case


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


def _aged(old: list[Spent]) -> list[Figure]:
    young, middle, oldest = (median(spent.task) for spent in old)
    closing = median(old[-1].last)
    return [
        Figure("round 500 to round 20", middle / young, "×"),
        Figure("round 2,000 to round 20", oldest / young, "×"),
        Figure("round 20", young, "ms"),
        Figure("round 500", middle, "ms"),
        Figure("round 2,000", oldest, "ms"),
        Figure("the same after 2,000 rounds", closing / oldest, "×"),
        Figure("the task that closes it after 2,000 rounds", closing, "ms"),
    ]
