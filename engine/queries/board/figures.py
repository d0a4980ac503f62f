"""Figures of a process: how many began, ended and how, where they are, how long a stage takes.

Small counts are hidden, and with each so many others that no subtraction brings it back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, and_, func, select

from engine import access, clock, definitions
from engine.access import Actor
from engine.models import process_instance, user_task, variable
from engine.queries.caselist import LIVE
from engine.queries.variables import from_stored

QUARTERS = 4
MINIMUM = 5
TOTAL = "All"
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Row:
    """`cells` one a column; None: hidden, because it is small or would give a small one away."""

    name: str
    cells: tuple[int | None, ...]


@dataclass(frozen=True)
class Grid:
    """A table of counts whose last column and row are totals."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Durations:
    """Median days in each stage, by the quarter in which the stage was left; None: too few."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]


@dataclass(frozen=True)
class Figures:
    key: str
    title: str
    processes: tuple[tuple[str, str], ...]
    minimum: int
    started: Grid
    ended: Grid
    open: Grid
    stages: Durations


def figures(db: Connection, actor: Actor, key: str | None = None) -> Figures | None:
    """The figures of one process (the first by title when none is named); None without any."""
    access.require(actor, "figures")
    known = [definitions.load(db, i) for i in definitions.newest(db).values()]
    own = sorted((d for d in known if d.manifest.get("reference")), key=lambda d: d.title)
    chosen = next((d for d in own if d.key == key), own[0] if own else None)
    if chosen is None:
        return None
    settings = chosen.manifest.get("figures") or {}
    minimum = int(settings.get("minimum", MINIMUM))
    quarters = last_quarters(clock.local_now())
    labels = {e.id: e.label for e in chosen.elements.values() if e.kind == "endEvent"}
    ends = Ends(labels, settings.get("outcome"))
    return Figures(
        key=chosen.key, title=chosen.title, processes=tuple((d.key, d.title) for d in own),
        minimum=minimum,
        started=_started(db, chosen.key, quarters, minimum),
        ended=_ended(db, chosen.key, quarters, ends, minimum),
        open=_open(db, chosen.key, chosen.manifest.get("stages") or (), minimum),
        stages=_stages(db, chosen.key, chosen.manifest.get("stages") or (), quarters, minimum),
    )  # fmt: skip


def last_quarters(now: datetime) -> tuple[str, ...]:
    """The last four calendar quarters, the present one last: `2026 Q2`."""
    at, found = now.year * 4 + (now.month - 1) // 3, []
    for number in range(at - QUARTERS + 1, at + 1):
        found.append(f"{number // 4} Q{number % 4 + 1}")
    return tuple(found)


def quarter_of(instant: datetime) -> str:
    at = instant.astimezone(clock.LONDON)
    return f"{at.year} Q{(at.month - 1) // 3 + 1}"


def hide_small(counts: list[list[int]], minimum: int) -> list[list[int | None]]:
    """Counts with their totals (last column, last row): those below the minimum are None, and as
    many others as keep each from being worked out by subtraction."""
    hidden = {(y, x) for y, row in enumerate(counts) for x, n in enumerate(row) if 0 < n < minimum}
    lines = [[(y, x) for x in range(len(counts[0]))] for y in range(len(counts))]
    lines += [[(y, x) for y in range(len(counts))] for x in range(len(counts[0]))]
    changed = True
    while changed:
        changed = False
        for line in lines:
            gone = [place for place in line if place in hidden]
            if len(gone) == 1 and len(line) > 1:
                hidden.add(_next_smallest(counts, line, hidden))
                changed = True
    return [
        [None if (y, x) in hidden else n for x, n in enumerate(row)] for y, row in enumerate(counts)
    ]


def _next_smallest(
    counts: list[list[int]], line: list[tuple[int, int]], hidden: set[tuple[int, int]]
) -> tuple[int, int]:
    """The one to hide beside a single hidden count: a small part rather than a total or a zero."""
    last = line[-1]
    visible = [place for place in line if place not in hidden]
    return min(visible, key=lambda p: (p == last, counts[p[0]][p[1]] == 0, counts[p[0]][p[1]]))


def _grid(
    title: str, columns: tuple[str, ...], counted: dict[str, Counter[str]], minimum: int
) -> Grid:
    names = list(counted)
    counts = [[counted[n][c] for c in columns] for n in names]
    several = len(columns) > 1
    counts = [[*row, sum(row)] if several else row for row in counts]
    if len(names) != 1:
        counts.append([sum(column) for column in zip(*counts, strict=True)] or [0] * len(columns))
        names.append(TOTAL)
    shown = hide_small(counts, minimum)
    rows = tuple(Row(name, tuple(cells)) for name, cells in zip(names, shown, strict=True))
    return Grid(title, (*columns, TOTAL) if several else columns, rows)


def _started(db: Connection, key: str, quarters: tuple[str, ...], minimum: int) -> Grid:
    p = process_instance.c
    rows = db.execute(select(p.started_at).where(p.key == key))
    counted = Counter(quarter_of(row.started_at) for row in rows)
    return _grid("Started", quarters, {"Cases": counted}, minimum)


def _ended(db: Connection, key: str, quarters: tuple[str, ...], ends: Ends, minimum: int) -> Grid:
    """By the value of the field that the process names as its outcome (`figures: outcome`), else
    by the end that was reached."""
    p, v = process_instance.c, variable.c
    named = and_(v.instance_id == p.id, v.scope == "root", v.name == (ends.field or ""))
    rows = db.execute(
        select(p.id, p.ended_at, p.end_event, p.status, v.name, v.value)
        .select_from(process_instance.outerjoin(variable, named))
        .where(p.key == key, p.ended_at.is_not(None))
    )
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_hand = row.status == "cancelled"
        name = "Ended by hand" if by_hand else ends.name(row)
        counted[name][quarter_of(row.ended_at)] += 1
    return _grid("Ended", quarters, dict(sorted(counted.items())), minimum)


@dataclass(frozen=True)
class Ends:
    """How the ends of a process are called."""

    labels: Mapping[str, str]
    field: str | None

    def name(self, row: Any) -> str:
        """Of an ended case with the stored value of its outcome, if it has one."""
        value = from_stored(row.value, row.id, "root", row.name) if row.value else None
        if isinstance(value, str) and value:
            return value.replace("_", " ").capitalize()
        return self.labels.get(row.end_event or "", "Closed")


def _open(db: Connection, key: str, stages: Iterable[str], minimum: int) -> Grid:
    p = process_instance.c
    rows = db.execute(
        select(p.stage, func.count().label("number"))
        .where(p.key == key, p.status.in_(LIVE))
        .group_by(p.stage)
    )
    found = {row.stage or "No stage yet": row.number for row in rows}
    names = [*(s for s in stages if s in found), *sorted(set(found) - set(stages))]
    return _grid("Open now", ("Cases",), {n: Counter({"Cases": found[n]}) for n in names}, minimum)


def _stages(
    db: Connection, key: str, stages: Iterable[str], quarters: tuple[str, ...], minimum: int
) -> Durations:
    """A stage lasts from its first task to the first task of the next, or to the end."""
    t, p = user_task.c, process_instance.c
    rows = db.execute(
        select(t.instance_id, t.stage, func.min(t.created_at).label("since"), p.ended_at)
        .join(process_instance, p.id == t.instance_id)
        .where(p.key == key, t.stage.is_not(None))
        .group_by(t.instance_id, t.stage, p.ended_at)
    )
    by_case: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_case[row.instance_id].append(row)
    lasted: dict[tuple[str, str], list[float]] = defaultdict(list)
    for found in by_case.values():
        found.sort(key=lambda r: r.since)
        for row, following in zip(found, [*found[1:], None], strict=True):
            until = following.since if following else row.ended_at
            if until is not None:
                days = (until - row.since).total_seconds() / SECONDS_A_DAY
                lasted[row.stage, quarter_of(until)].append(days)
    table = [
        (name, tuple(_median(lasted.get((name, q), []), minimum) for q in quarters))
        for name in stages
    ]
    return Durations(quarters, tuple(table))


def _median(days: list[float], minimum: int) -> int | None:
    return round(median(days)) if len(days) >= minimum else None
