"""Sentences about a diagram: steps, ways, lanes, messages and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterator

from engine.comparing import settings
from engine.comparing.changes import ADDED, CHANGED, REMOVED, Change, in_another_order
from engine.comparing.things import Drawn, Thing, is_marked, read
from engine.comparing.words import begin, counted, listed, quoted, told

ENDS = {"@sourceRef", "@targetRef"}
BAND = {"lane", "participant", "process"}


def changes(old_source: bytes, new_source: bytes) -> Iterator[Change]:
    old, new = read(old_source), read(new_source)
    yield from _added_and_removed(old, new)
    for thing_id, after in new.things.items():
        before = old.things.get(thing_id)
        if before is None:
            continue
        for words in _thing(before, after, old, new):
            yield Change(words, CHANGED, thing_id if is_marked(after.kind) else "")
    yield from _drawing(old, new)
    if old.comments != new.comments:
        yield Change(told("The list of comments in the diagram's file", old.comments, new.comments))


def _added_and_removed(old: Drawn, new: Drawn) -> Iterator[Change]:
    for thing_id, thing in old.things.items():
        if thing_id not in new.things:
            yield Change(f"{begin(_whole(thing, old))} is removed.", REMOVED, thing_id)
    for thing_id, thing in new.things.items():
        if thing_id not in old.things:
            yield Change(
                f"{begin(_whole(thing, new))} is added{_place(thing, new)}.", ADDED, thing_id
            )


def _whole(thing: Thing, drawn: Drawn) -> str:
    return drawn.way(thing) if thing.kind == "sequenceFlow" else thing.said


def _place(thing: Thing, drawn: Drawn) -> str:
    """Where an added step stands and who does it."""
    place = ""
    if on := thing.facts.get("@attachedToRef"):
        place += f" on {drawn.label(on)}"
    if lane := drawn.things.get(drawn.lane_of.get(thing.id, "")):
        place += f", in the lane {lane.label}"
    return place


def _thing(before: Thing, after: Thing, old: Drawn, new: Drawn) -> Iterator[str]:
    if before.kind != after.kind:
        yield f"{begin(before.said)} becomes {_article(after.noun)}."
    if before.name != after.name:
        yield _renamed(before, after, new)
    if before.parent != after.parent:
        yield f"{begin(after.said)} moves into {new.label(after.parent)}."
    if after.kind == "sequenceFlow":
        yield from _way(before, after, old, new)
        return
    if after.is_step:
        yield from _lane(after, old, new)
        yield from _ways_in_order(after, old, new)
    if before.facts.get("@attachedToRef") != after.facts.get("@attachedToRef"):
        on = [d.label(t.facts.get("@attachedToRef")) for d, t in ((old, before), (new, after))]
        yield f"{begin(after.said)} stands on {on[1]} instead of {on[0]}."
        before, after = _without(before, {"@attachedToRef"}), _without(after, {"@attachedToRef"})
    yield from settings.sentences(before, after, old, new)


def _renamed(before: Thing, after: Thing, new: Drawn) -> str:
    if after.kind == "lane":
        steps = counted(sum(lane == after.id for lane in new.lane_of.values()), "step")
        names = (before.label, after.label)
        if names[0] == names[1]:  # only the key tells them apart
            names = (quoted(before.name), quoted(after.name))
        return f"The role of {steps} changes: the lane {names[0]} becomes {names[1]}."
    if after.kind == "sequenceFlow":
        ends = after.facts.get("@sourceRef"), after.facts.get("@targetRef")
        way = f"The way from {new.label(ends[0])} to {new.label(ends[1])}"
        return f"{way} is named {quoted(after.name)} instead of {quoted(before.name)}."
    return f"{begin(before.said)} is renamed {after.label}."


def _way(before: Thing, after: Thing, old: Drawn, new: Drawn) -> Iterator[str]:
    for end, verb in (("@sourceRef", "begins at"), ("@targetRef", "leads to")):
        was, now = before.facts.get(end), after.facts.get(end)
        if was != now:
            other = ", another of that name," if new.label(now) == old.label(was) else ""
            there = f"{new.label(now)}{other} instead of {old.label(was)}"
            yield f"{begin(old.way(before))} {verb} {there}."
    bare = (_without(before, ENDS), _without(after, ENDS))
    said = new.way(after)
    was, now = (thing.facts.get("conditionExpression") for thing in bare)
    if was is not None and now is not None and was != now:
        yield f"{begin(said)} is taken when {quoted(now)}, not when {quoted(was)}."
        bare = tuple(_without(thing, {"conditionExpression"}) for thing in bare)  # type: ignore[assignment]  # a pair stays one
    for sentence in settings.sentences(*bare, old, new):
        yield sentence.replace(after.said, said)


def _lane(after: Thing, old: Drawn, new: Drawn) -> Iterator[str]:
    was, now = old.lane_of.get(after.id), new.lane_of.get(after.id)
    if was == now:
        return
    if now is None:
        yield f"{begin(after.said)} is in no lane any more. It was in {old.label(was)}."
    elif was is None:
        yield f"{begin(after.said)} is now in the lane {new.label(now)}."
    else:
        yield f"{begin(after.said)} moves from the lane {old.label(was)} to {new.label(now)}."


def _ways_in_order(after: Thing, old: Drawn, new: Drawn) -> Iterator[str]:
    was, now = old.ways_out.get(after.id, []), new.ways_out.get(after.id, [])
    if in_another_order(was, now):
        names = [new.things[way] for way in now]
        order = listed([new.way(way) for way in names])
        yield f"{begin(after.said)} tries its ways in another order: {order}."


def _without(thing: Thing, paths: set[str]) -> Thing:
    kept = {path: text for path, text in thing.facts.items() if path not in paths}
    return Thing(thing.id, thing.kind, thing.name, thing.parent, kept)


def _drawing(old: Drawn, new: Drawn) -> Iterator[Change]:
    """What is drawn elsewhere: no other way of working, and said in one sentence."""
    both = [i for i in new.shapes if i in old.shapes]
    elsewhere = [new.label(i) if i in new.things and new.things[i].kind != "sequenceFlow" else ""
                 for i in both if old.shapes[i] != new.shapes[i]]  # fmt: skip
    if elsewhere:
        verb = "lies" if len(elsewhere) == 1 else "lie"
        named = [label for label in elsewhere if label][:3]
        more = len(elsewhere) - len(named)
        named += (
            [counted(more, "line or shape" if more == 1 else "lines and shape")] if more else []
        )
        yield Change(f"Only the drawing: {listed(named)} {verb} elsewhere.")
    if any(old.inner[where] != new.inner[where] for where in old.inner if where in new.inner):
        yield Change("Only the drawing: inner ids of its data change.")
    for gone, there, words in ((old, new, "is no longer drawn"), (new, old, "is now drawn")):
        for i in gone.shapes:
            if i not in there.shapes and i in old.things and i in new.things:
                yield Change(f"Only the drawing: {gone.label(i)} {words}.")


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
