"""Values as people read them: quoted, cut to length, and durations as “5 working days”."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

LONGEST = 160
UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day", "H": "hour", "m": "minute"}
ISO = re.compile(r'(?:today\(\) ?\+ ?)?(?:duration\(")?P(T?)(\d+)([YMWDH])(?:"\))?\Z')
WORKING = re.compile(r"add working days\((?:today\(\)|now\(\)), ?(\d+)\)\Z")


def quoted(text: str) -> str:
    """“text”, its spaces made single; what is too long ends in “…”."""
    short = " ".join(text.split())
    if not short:
        return "empty"
    return f"“{short if len(short) <= LONGEST else short[: LONGEST - 1].rstrip() + '…'}”"


def begin(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]


def unused(name: str, taken: Container[str]) -> str:
    """The name, or “name 2” … when it is taken."""
    number, wanted = 2, name
    while wanted in taken:
        wanted, number = f"{name} {number}", number + 1
    return wanted


def listed(words: Sequence[str]) -> str:
    """“a”, “b” and “c”."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def span(text: str) -> tuple[int, str] | None:
    """A plain length of time: (5, "working day"); None for any other text."""
    plain = text.strip().removeprefix("=").strip()
    if found := WORKING.match(plain):
        return int(found[1]), "working day"
    if not (found := ISO.match(plain)):
        return None
    unit = "m" if found[1] and found[3] == "M" else found[3]
    return int(found[2]), UNITS[unit]


def duration(text: str) -> str:
    found = span(text)
    return counted(*found) if found else quoted(text)


def moved(old: str, new: str) -> str:
    """“from 5 to 3 working days”, “from 5 days to “next_review””."""
    before, after = span(old), span(new)
    if before and after and before[1] == after[1]:
        return f"from {before[0]} to {counted(*after)}"
    return f"from {duration(old)} to {duration(new)}"


def told(subject: str, old: str | None, new: str | None) -> str:
    """A sentence for any setting: set, removed, changed, or (when it is long) reworded."""
    if old is None:
        return f"{subject} is set to {quoted(new or '')}."
    if new is None:
        return f"{subject} is removed. It was {quoted(old)}."
    before, after = " ".join(old.split()), " ".join(new.split())
    if before == after:
        return f"{subject} has other spaces or lines; its words stay."
    if max(len(before), len(after)) <= LONGEST // 2:
        return f"{subject} changes from {quoted(old)} to {quoted(new)}."
    return _reworded(subject, before.split(" "), after.split(" "))


def _reworded(subject: str, old: list[str], new: list[str]) -> str:
    """Of a long text, what differs with a few words before it."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    begin = max(0, start - 3)
    lead = "… " if begin else ""
    parts = [" ".join(words[begin : len(words) - end]) for words in (old, new)]
    tail = " …" if end else ""
    before, after = (quoted(f"{lead}{part}{tail}") for part in parts)
    return f"{subject} is reworded: {before} becomes {after}."
