"""The naive baseline on a database of its own, driven through the steps of W."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from tests.bench.databases import Place
from tests.bench.targets import SQLITE
from tests.bench.timing import milliseconds
from tests.factories import SHARED


class Baseline:
    """Each method that measures answers in milliseconds of the call alone."""

    def __init__(self, naive: ModuleType, store: Any) -> None:
        self.naive, self.store = naive, store
        store.script(naive.SCHEMA)

    def start(self) -> tuple[int, float]:
        return milliseconds(lambda: self.naive.start(self.store))

    def step(self, case: int, name: str, n: int = 0) -> float:
        given = self.naive.form(name, n, review_max=12)
        return milliseconds(lambda: self.naive.step(self.store, case, name, given))[1]

    def dates(self, number: int) -> float:
        """So many cases whose date is a second away; then all are due and fire, as its own command
        fires them."""
        cases = [self.naive.start(self.store, "t.bpmn", "T") for _ in range(number)]
        time.sleep(1.1)  # its library looks at the machine's clock
        return sum(milliseconds(lambda case=case: self._fire(case))[1] for case in cases)

    def _fire(self, case: int) -> None:
        read = self.store.x("select state from wf where id=?", (case,)).fetchone()[0]
        workflow = self.naive.serializer.deserialize_json(read)
        workflow.refresh_timers()
        workflow.do_engine_steps()
        written = self.naive.serializer.serialize_json(workflow)
        self.store.begin()
        values = (written, time.time(), case)
        self.store.x("update wf set state=?, updated=? where id=?", values)
        self.store.commit()

    def size(self, case: int) -> int:
        """Bytes of its one text."""
        return int(self.naive.size(self.store, case))


@contextmanager
def baseline(place: Place) -> Iterator[Baseline]:
    naive, silent = _imported(place), logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # as it runs by itself: its library tells each move
    store = naive.store("sqlite" if place.kind == SQLITE else "pg", "naive")
    try:
        yield Baseline(naive, store)
    finally:
        store.c.close()
        logging.disable(silent)


def _imported(place: Place) -> ModuleType:
    """From where it lies beside this checkout; it reads where its data goes from its own module."""
    folder = SHARED / "bench"
    if not folder.is_dir():
        raise SystemExit("The naive baseline is missing: it should lie in ../shared/bench.")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    if place.kind == SQLITE:
        os.environ.setdefault("BENCH_TMP", place.naive)
    import naive  # type: ignore[import-not-found]
    import workload  # type: ignore[import-not-found]  # the baseline's own

    if place.kind == SQLITE:
        workload.TMP = place.naive
    else:
        workload.PG = place.naive.replace("postgresql+psycopg://", "postgresql://", 1)
    module: ModuleType = naive
    return module
