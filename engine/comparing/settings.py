"""Sentences about what is set on one step: who, when, which words, what its event waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.comparing.changes import Facts, differences
from engine.comparing.things import Drawn, Thing
from engine.comparing.words import begin, duration, moved, quoted, told

PROPERTIES = {
    "title": "title", "stage": "stage", "assignee": "person it is given to",
    "roles": "list of roles",
    "organisation": "organisation", "dueBasis": "reason for the due date", "priority": "priority",
    "notCompletedBy": "rule on who may not do it", "shownAs": "text that others read",
    "formFilename": "form's name",
    "prefill": "list of first answers", "key": "key for its messages", "payload": "content sent",
    "connector": "outside service", "result": "name its answer is kept under",
    "attempts": "number of attempts", "backOff": "list of pauses after failures",
    "timeLimit": "time limit of one attempt", "version": "version called by",
}  # fmt: skip
PARTS = {
    "instructionsForEndUser": "guidance", "script": "script", "calledDecisionId": "decision asked",
    "@calledElement": "process called", "conditionExpression": "condition",
    "documentation": "documentation", "completionCondition": "condition to be done",
    "@scriptFormat": "language of the script", "text": "text",
}  # fmt: skip
REFERENCES = {"@messageRef": "message", "@signalRef": "signal", "@errorRef": "error",
              "@escalationRef": "escalation"}  # fmt: skip
EVENTS = {
    "message": "a message", "timer": "a date", "signal": "a signal", "error": "an error",
    "escalation": "an escalation", "conditional": "a condition", "link": "a link",
    "terminate": "the end of everything", "compensate": "an undoing", "cancel": "a cancellation",
}  # fmt: skip
TIME = "timerEventDefinition/time"
Told = Callable[[str, str | None, str | None], str | None]


def sentences(before: Thing, after: Thing, old: Drawn, new: Drawn) -> Iterator[str]:
    """One for every fact of a step that is not the same in both."""
    left = {path: (b, a) for path, b, a in differences(before.facts, after.facts)}
    yield from _event(before.facts, after, left)
    yield from _timer(before.facts, after, left)
    for path, (was, now) in left.items():
        yield _one(after, path, was, now, (old, new))


def _event(
    before: Facts, after: Thing, left: dict[str, tuple[str | None, str | None]]
) -> Iterator[str]:
    """Another kind of event takes its place: what it needs goes with it."""
    was, now = _kind(before), _kind(after.facts)
    if was == now:
        return
    for path in [p for p in left if "EventDefinition" in p.split("/")[0]]:
        del left[path]
    what = f"{_about(now, after.facts)} instead of {_about(was, before)}"
    yield f"{begin(after.said)} is about {what}."


def _kind(facts: Facts) -> list[str]:
    return [p.split(" ")[0].removesuffix("EventDefinition") for p in facts
            if "/" not in p and p.split(" ")[0].endswith("EventDefinition")]  # fmt: skip


def _about(kinds: list[str], facts: Facts) -> str:
    said = " or ".join(EVENTS.get(kind, kind) for kind in kinds) or "nothing in particular"
    timed = _time(facts)
    return f"{said} ({duration(timed[1])})" if timed else said


def _timer(
    before: Facts, after: Thing, left: dict[str, tuple[str | None, str | None]]
) -> Iterator[str]:
    was, now = _time(before), _time(after.facts)
    if was == now or not any(path.startswith(TIME) for path in left):
        return
    for path in [p for p in left if p.startswith(TIME) and "@" not in p]:
        del left[path]
    if was and now and was[1] != now[1]:
        yield f"{begin(after.said)} moves {moved(was[1], now[1])}."
    elif was and now:
        kinds = f"as {_read_as(now[0])}, not as {_read_as(was[0])}"
        yield f"{begin(after.said)} reads {quoted(now[1])} {kinds}."
    elif now:
        yield f"{begin(after.said)} now has a time: {duration(now[1])}."
    elif was:
        yield f"{begin(after.said)} no longer has a time. It was {duration(was[1])}."


def _time(facts: Facts) -> tuple[str, str] | None:
    found = (
        (path, text) for path, text in facts.items() if path.startswith(TIME) and "@" not in path
    )
    return next(found, None)


def _read_as(path: str) -> str:
    kinds = {"timeDate": "a date", "timeDuration": "a length of time", "timeCycle": "a repeat"}
    return kinds.get(path.rsplit("/", 1)[-1], "something else")


def _one(
    thing: Thing, path: str, was: str | None, now: str | None, files: tuple[Drawn, Drawn]
) -> str:
    last = path.rsplit("/", 1)[-1]
    if path.startswith("property "):
        return _property(thing, path.removeprefix("property "), was, now)
    if path in ("@cancelActivity", "@isInterrupting"):
        stops = "now stops" if (now or "true") == "true" else "no longer stops"
        return f"{begin(thing.said)} {stops} what it stands on."
    if last in REFERENCES:
        old, new = files
        names = (was and _name(old, was), now and _name(new, now))
        return told(f"The {REFERENCES[last]} of {thing.said}", *names)
    if path == "@default":
        return _default(thing, was, now, files)
    if last in PARTS:
        return told(f"The {PARTS[last]} of {thing.said}", was, now)
    if "/" in path and last == "@id":
        return told(f"The inner id “{path.rsplit('/', 1)[0]}” of {thing.said}", was, now)
    if path == "@isSequential" or last == "@isSequential":
        ways = "one after the other" if now == "true" else "at the same time"
        return f"{begin(thing.said)} is done for each {ways}."
    return told(f"The setting “{path}” of {thing.said}", was, now)


def _name(drawn: Drawn, thing_id: str) -> str:
    found = drawn.things.get(thing_id)
    return (found and found.name) or thing_id


def _default(thing: Thing, was: str | None, now: str | None, files: tuple[Drawn, Drawn]) -> str:
    """Which way is taken when no other fits."""
    old, new = (
        drawn.way(flow) if (flow := drawn.things.get(way or "")) else quoted(way or "none")
        for drawn, way in zip(files, (was, now), strict=True)
    )
    if now is None:
        return f"{begin(thing.said)} no longer has a way to go when none fits. It was {old}."
    if was is None:
        return f"When none fits, {thing.said} now goes {new}."
    return f"When none fits, {thing.said} goes {new} instead of {old}."


def _property(thing: Thing, name: str, was: str | None, now: str | None) -> str:
    if name == "protected":
        if (now or "false") == (was or "false"):
            return told(f"The setting “protected” of {thing.said}", was, now)
        return f"{begin(thing.said)} is {'now' if now == 'true' else 'no longer'} protected."
    if name in ("due", "expected"):
        return _when(thing, name, was, now)
    if name.startswith("input."):
        return told(f"What {thing.said} gives as “{name.removeprefix('input.')}”", was, now)
    if name in PROPERTIES:
        return told(f"The {PROPERTIES[name]} of {thing.said}", was, now)
    return told(f"The setting “{name}” of {thing.said}", was, now)


def _when(thing: Thing, name: str, was: str | None, now: str | None) -> str:
    what = "time to do" if name == "due" else "time expected for"
    if was is None:
        return f"The {what} {thing.said} is now {duration(now or '')}. There was none."
    if now is None:
        return f"The {what} {thing.said} is removed. It was {duration(was)}."
    return f"The {what} {thing.said} moves {moved(was, now)}."
