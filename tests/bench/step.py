"""python -m tests.bench step: completing one task, ours beside the naive baseline in the same run.

Then the same at round 20, 500 and 2,000 of one case. Times are medians in milliseconds.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import tempfile
import time
from typing import Any

from sqlalchemy import create_engine, select, text

from engine.database import Database
from engine.migrations import migrate
from engine.models import process_instance
from tests.bench import workload as w
from tests.factories import use_keys

ROUNDS = 8
AGES = (20, 500, 2000)


def run(argv: list[str]) -> None:
    use_keys()
    rounds = 2 if "--short" in argv else ROUNDS
    ages = (20, 100) if "--short" in argv else AGES
    figures: dict[str, Any] = {"python_loop_ms": _python_loop()}
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
        os.environ.setdefault("BENCH_TMP", folder)
        figures["sqlite"] = _measure(f"sqlite:///{folder}/ours.db", "sqlite", rounds, ages)
        with w.postgres() as url:
            os.environ["BENCH_PG"] = _separate(url)
            figures["postgresql"] = _measure(url, "pg", rounds, ages)
    if "--json" in argv:
        print(json.dumps(figures, indent=1))
    else:
        _show(figures)


def _measure(url: str, kind: str, rounds: int, ages: tuple[int, ...]) -> dict[str, Any]:
    naive = w.naive_baseline()
    naive.logging.disable(logging.CRITICAL)
    import workload  # type: ignore[import-not-found]  # the baseline's own

    if kind == "pg":
        workload.PG = os.environ["BENCH_PG"]
    store = workload.store(kind, "naive")
    store.script(naive.SCHEMA)
    database = Database(url)
    migrate(database)
    actor = w.set_up(database)
    ours: dict[str, list[float]] = {"start": [], "complete": []}
    base: dict[str, list[float]] = {"start": [], "complete": []}
    for _ in range(rounds):
        _naive_round(naive, workload, store, base)
        _our_round(database, actor, ours)
    figures = {
        name: {
            "ours": statistics.median(ours[name]),
            "naive": statistics.median(base[name]),
            "ratio": statistics.median(ours[name]) / statistics.median(base[name]),
        }
        for name in ours
    }
    aged = _ages(database, actor, ages)
    database.close()
    return {**figures, "complete_at_round": aged}


def _naive_round(naive: Any, workload: Any, store: Any, into: dict[str, list[float]]) -> None:
    began = time.perf_counter()
    instance = naive.start(store)
    into["start"].append(_since(began))
    for name in workload.ORDER:
        began = time.perf_counter()
        naive.step(store, instance, name, workload.form(name, review_max=12))
        into["complete"].append(_since(began))
    for n in range(1, 13):
        began = time.perf_counter()
        naive.step(store, instance, "review", workload.form("review", n))
        into["complete"].append(_since(began))


def _our_round(database: Database, actor: Any, into: dict[str, list[float]]) -> None:
    began = time.perf_counter()
    instance = w.start(database, actor)
    into["start"].append(_since(began))
    for name in w.ORDER:
        _one(database, actor, instance, (name, 0), into["complete"])
    for n in range(1, 13):
        _one(database, actor, instance, ("review", n), into["complete"])


def _one(
    database: Database, actor: Any, instance: int, step: tuple[str, int], into: list[float]
) -> None:
    name, n = step
    task = w.claim(database, actor, instance, name)
    posted = w.answers(name, n)
    began = time.perf_counter()
    w.complete(database, actor, task, posted)
    into.append(_since(began))


def _ages(database: Database, actor: Any, ages: tuple[int, ...]) -> dict[str, float]:
    """Median of the 15 rounds around each age of one case, which then closes."""
    instance = w.start(database, actor)
    for name in w.ORDER:
        task = w.claim(database, actor, instance, name)
        w.complete(database, actor, task, w.answers(name, review_max=max(ages) + 9))
    spent: list[float] = []
    for n in range(1, max(ages) + 10):
        _one(database, actor, instance, ("review", n), spent)
    around = {str(age): statistics.median(spent[max(0, age - 8) : age + 7]) for age in ages}
    with database.reading() as db:
        status = db.execute(
            select(process_instance.c.status).where(process_instance.c.id == instance)
        ).scalar_one()
    if status != "completed":
        raise SystemExit(f"The case is {status} after its last round.")
    around["rounds"] = float(len(spent))
    around["last_to_first"] = around[str(ages[-1])] / around[str(ages[0])]
    return around


def _separate(url: str) -> str:
    """A database of its own for the baseline, which drops its schema; as libpq names it."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS naive"))
        connection.execute(text("CREATE DATABASE naive"))
    engine.dispose()
    return url.replace("postgresql+psycopg://", "postgresql://").replace("/waymark", "/naive", 1)


def _python_loop() -> float:
    """10⁶ additions, to read the figures on another machine."""
    began, total = time.perf_counter(), 0
    for n in range(1_000_000):
        total += n
    return _since(began)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _show(figures: dict[str, Any]) -> None:
    print(f"plain Python loop of 10^6 additions: {figures['python_loop_ms']:.1f} ms")
    for kind in ("sqlite", "postgresql"):
        for name in ("start", "complete"):
            one = figures[kind][name]
            print(
                f"{kind:10} {name:9} ours {one['ours']:6.2f} ms  naive {one['naive']:6.2f} ms  "
                f"ratio {one['ratio']:.2f}"
            )
        aged = figures[kind]["complete_at_round"]
        words = ", ".join(f"{k}: {v:.2f} ms" for k, v in aged.items() if k.isdigit())
        print(
            f"{kind:10} by age    {words}; last/first {aged['last_to_first']:.2f}; "
            f"closed after {aged['rounds']:.0f} rounds"
        )
