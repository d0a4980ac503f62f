"""A round of work in which one fault keeps nothing else waiting."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from engine.errors import Unavailable

One = TypeVar("One", bound=Hashable)


class Faults(Generic[One]):
    """What failed in a round, by what it was about: raised together once the rest is done."""

    def __init__(self) -> None:
        self.of: dict[One, Exception] = {}

    @contextmanager
    def apart(self, about: One) -> Iterator[None]:
        """Keep what fails in here for `tell`. A database that cannot be used ends the round."""
        try:
            yield
        except Unavailable:
            raise
        except Exception as fault:  # noqa: BLE001  # `tell` raises it, whatever it is
            self.of[about] = fault

    def tell(self, words: str) -> None:
        """Raise all of them as one `ExceptionGroup`, if there are any."""
        if self.of:
            raise ExceptionGroup(words, list(self.of.values()))


def in_turn(
    due: Callable[[list[One]], Iterable[One]], act: Callable[[One], int], words: str
) -> int:
    """Act on each of what is due, batch by batch, until a batch brings nothing; what all brought.
    `due` is told what failed, which it leaves out: one fault keeps no other waiting."""
    faults, brought, before = Faults[One](), 0, -1
    while brought + len(faults.of) > before:
        before = brought + len(faults.of)
        for one in due(list(faults.of)):
            with faults.apart(one):
                brought += act(one)
    faults.tell(words)
    return brought
