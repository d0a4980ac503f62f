"""What is logged of a fault: its kind and where it was. A message or value may be a case's."""

from __future__ import annotations

import sys
import traceback

import structlog

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.PrintLoggerFactory(sys.stderr),
)
_log = structlog.get_logger()
DEEPEST = 25


def log_fault(error: BaseException, **ids: object) -> None:
    """The kinds of the error and of what caused it, and the places it passed, newest last."""
    kinds: list[str] = []
    at: BaseException | None = error
    while at is not None and len(kinds) < 5:
        kinds.append(type(at).__name__)
        at = at.__cause__ or at.__context__
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    _log.error("unexpected", kinds=kinds, places=places, **ids)
