"""How long something takes, in milliseconds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Answer = TypeVar("Answer")


def milliseconds(call: Callable[[], Answer]) -> tuple[Answer, float]:
    """What the call answers, and how long it took."""
    began = time.perf_counter()
    answer = call()
    return answer, (time.perf_counter() - began) * 1000


def median(spent: Sequence[float]) -> float:
    return statistics.median(spent)


def python_loop() -> float:
    """10⁶ additions, to read the figures on another machine: the median of five."""
    return median([milliseconds(_additions)[1] for _ in range(5)])


def _additions() -> None:
    total = 0
    for n in range(1_000_000):
        total += n
