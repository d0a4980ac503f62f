"""What time it is, in one place: tests, scenarios and the demo set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_everywhere: list[datetime] = []  # at most one: the time for all threads (`stand_still`)
_set: ContextVar[datetime | None] = ContextVar("waymark_now", default=None)


def now() -> datetime:
    """This instant, in UTC."""
    return _set.get() or (_everywhere[0] if _everywhere else datetime.now(UTC))


def local_now() -> datetime:
    """This instant as the clock on the wall says it."""
    return now().astimezone(LONDON)


def today() -> date:
    return local_now().date()


def stand_still(instant: datetime | None) -> None:
    """From now on it is `instant` in every thread of this process; None: time goes on again."""
    _everywhere[:] = [] if instant is None else [instant.astimezone(UTC)]


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Inside, it is `instant` (aware) for this thread of work."""
    token = _set.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)
