"""Regular expressions as XPath has them, run with a time limit so that none can run away."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from engine.errors import ExpressionLimit
from engine.feel.runtime import PATIENCE, Run

MAX_PATTERN: Final = 1000
MATCH: Final = 4  # steps a match costs
_REFERENCE: Final = r"\\([\\$])|\$(\d)|([\\$])"
_FLAGS: Final = "smixq"


class PatternError(Exception):
    """The pattern, its flags or the replacement cannot be read."""


class Pattern:
    """A pattern ready to run, on the patience of a run."""

    def __init__(self, found: Any, literal: bool) -> None:
        self._found, self._literal = found, literal

    def search(self, text: str, run: Run) -> bool:
        return timed(run, lambda left: self._found.search(text, timeout=left)) is not None

    def split(self, text: str, run: Run) -> list[str]:
        """What lies between the matches, each charged as steps."""

        def cut(left: float) -> list[str]:
            parts: list[str] = []
            at = 0
            for match in self._found.finditer(text, timeout=left):
                run.charge(MATCH)
                parts.append(text[at : match.start()])
                at = match.end()
            return [*parts, text[at:]]

        found: list[str] = timed(run, cut)
        return found

    def replace(self, text: str, replacement: str, run: Run) -> str:
        """Every match replaced, `$1` … meaning its groups."""
        if timed(run, lambda left: self._found.search("", timeout=left)) is not None:
            raise PatternError("The pattern of “replace” also matches an empty text.")
        template = None if self._literal else _template(replacement)

        def one(match: Any) -> str:
            made = replacement if template is None else template(match)
            run.charge(MATCH)
            run.charge_text(len(made))
            return made

        found: str = timed(run, lambda left: self._found.sub(one, text, timeout=left))
        return found


def timed(run: Run, work: Callable[[float], Any]) -> Any:
    """What the work gives, with the time it takes from the run's patience."""
    started = time.thread_time()
    try:
        if run.patience > 0:
            return work(run.patience)
        raise TimeoutError
    except TimeoutError as error:
        raise ExpressionLimit(
            f"The patterns take longer than {PATIENCE} s on these texts: make them simpler, "
            "without a repetition inside another."
        ) from error
    finally:
        run.patience -= time.thread_time() - started


def _template(replacement: str) -> Callable[[Any], str]:
    """The replacement's parts: texts, and groups by number (one beyond the last is empty)."""
    parts: list[str | int] = []
    at = 0
    for match in re.finditer(_REFERENCE, replacement):
        parts.append(replacement[at : match.start()])
        if match[3]:
            raise PatternError("In a replacement write \\\\ for a backslash and \\$ for a dollar.")
        parts.append(match[1] if match[1] else int(match[2]))
        at = match.end()
    parts.append(replacement[at:])

    def build(found: Any) -> str:
        last = found.re.groups
        return "".join(
            part if isinstance(part, str) else (found[part] or "") if part <= last else ""
            for part in parts
        )

    return build


@lru_cache(maxsize=256)
def compiled(pattern: str, flags: str) -> Pattern:
    """The pattern, kept for the next time; PatternError when it cannot be read."""
    import regex

    from .xpath import translate

    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"A pattern may have {MAX_PATTERN} characters at most.")
    if set(flags) - set(_FLAGS):
        raise PatternError(f"The flags of a pattern are {', '.join(_FLAGS)}.")
    bits = regex.VERSION0
    for sign, bit in (("s", regex.DOTALL), ("m", regex.MULTILINE), ("i", regex.IGNORECASE)):
        if sign in flags:
            bits |= bit
    try:
        text = regex.escape(pattern) if "q" in flags else translate(pattern, flags)
        return Pattern(regex.compile(text, bits), "q" in flags)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise PatternError(f"The pattern cannot be read: {error}.") from error
