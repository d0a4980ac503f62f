"""A round of work in which one fault keeps nothing else waiting."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from engine.errors import Unavailable


class Faults:
    """What failed in a round, by what it was about: raised together once the rest is done."""

    def __init__(self) -> None:
        self.of: dict[Hashable, Exception] = {}

    @contextmanager
    def apart(self, about: Hashable) -> Iterator[None]:
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
