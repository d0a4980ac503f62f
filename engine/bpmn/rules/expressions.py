"""Every expression of a diagram is read before it is published: syntax, functions, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from engine import clock, feel
from engine.bpmn import services
from engine.bpmn.elements import ACTIVITIES, Element, Repeat
from engine.bpmn.rules.subject import Subject
from engine.bpmn.triggers import is_duration
from engine.errors import ExpressionError, Problem

FEEL_PROPERTIES = (
    "roles", "assignee", "organisation", "due", "expected", "prefill", "key", "payload",
)  # fmt: skip
MAYBE_FEEL = ("title", "priority")
MAX_ITEMS = 1000
FURTHEST_YEARS = 50
CRON = re.compile(r"[\d*?/,-]+(\s+[\w*?/,#-]+){4,6}")
NEGATIVE = re.compile(r"-\s*P[\dT]")
CYCLE = re.compile(r"R(\d{0,4})/(\S+)")


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        for where, text in expressions_of(element):
            yield from _syntax(subject, element, where, text)
        yield from _script(subject, element)
        for part in element.each:
            yield from _timer(subject, part)
        yield from _repeat(subject, element)
    for flow in subject.diagram.flows.values():
        if flow.condition:
            for problem in parse(flow.condition):
                yield subject.of_flow(
                    flow,
                    problem[0],
                    f"The condition of “{flow.name or flow.id}” (id {flow.id}): {problem[1]}",
                )


def expressions_of(element: Element) -> Iterator[tuple[str, str]]:
    """(where, text) of each FEEL expression of an element, scripts and dates apart."""
    for name in FEEL_PROPERTIES:
        if text := element.properties.get(name):
            yield name, text
    for name in MAYBE_FEEL:
        if (text := element.properties.get(name, "")).startswith("="):
            yield name, text
    for name, text in services.inputs_of(element).items():
        yield f"{services.INPUT}{name}", text
    repeat = element.repeat or Repeat("")
    for where, wanted in (
        *(("the condition", part.condition) for part in element.each),
        ("the list", repeat.collection),
        ("the number of times", repeat.cardinality),
        ("the condition", repeat.until),
    ):
        if wanted:
            yield where, wanted


def parse(text: str) -> list[tuple[str, str]]:
    """[] when the text is FEEL, else one (code, words)."""
    try:
        feel.compile(text)
    except ExpressionError as error:
        return [(error.code, str(error))]
    return []


def _syntax(subject: Subject, element: Element, where: str, text: str) -> Iterator[Problem]:
    for code, words in parse(text):
        yield subject.of(element, code, f"“{element.label}” (id {element.id}), {where}: {words}")


def _script(subject: Subject, element: Element) -> Iterator[Problem]:
    if element.kind != "scriptTask":
        return
    if not (element.script or "").strip():
        yield subject.of(element, "script.missing", f"“{element.label}” has no script.")
        return
    for code, words in parse(element.script or ""):
        yield subject.of(
            element,
            code,
            f"The script of “{element.label}” (id {element.id}): {words}",
            repair="Scripts are written in FEEL: {name: value}.",
        )


def _timer(subject: Subject, element: Element) -> Iterator[Problem]:
    if element.event != "timer":
        return
    kind, text = element.timer or ("", "")
    name = f"“{element.label}” (id {element.id})"
    if not text:
        yield subject.of(element, "timer.missing", f"{name} has no date or duration.")
    elif kind == "timeCycle":
        yield from _cycle(subject, element, text)
    elif NEGATIVE.match(text):
        yield subject.of(element, "timer.bad_expression", f"{name} is a negative time from now.")
    elif is_duration(text):
        yield from _range(subject, element, f'now() + duration("{text.upper()}")')
    elif parse(text):
        yield subject.of(
            element,
            "timer.bad_expression",
            f"{name} has a date that cannot be read: “{text[:100]}”. {parse(text)[0][1]}",
            repair="Write a duration such as P5D, or a FEEL date.",
        )
    else:
        yield from _constant(subject, element, text)


def _cycle(subject: Subject, element: Element, text: str) -> Iterator[Problem]:
    name = f"“{element.label}” (id {element.id})"
    repair = "Write how often and how far apart: R/P1D, or R3/PT1H for three times."
    begins = element.kind == "startEvent" and element.parent in subject.diagram.processes
    beside = not element.interrupting and element.kind in ("boundaryEvent", "startEvent")
    if not begins and not beside:
        yield subject.of(
            element,
            "timer.cycle",
            f"{name} repeats, but can happen only once here. Use a duration, or let it not "
            "interrupt.",
        )
    elif CRON.fullmatch(text):
        yield subject.of(
            element,
            "timer.cron",
            f"{name}: cron is not read. Use a FEEL date or R/…",
            repair=repair,
        )
    elif text[:1] == "R":
        found = CYCLE.fullmatch(text)
        if found is None or not is_duration(found[2]):
            words = f"{name} repeats in a way that cannot be read: “{text[:100]}”."
            yield subject.of(element, "timer.bad_expression", words, repair=repair)
        elif not _at_least_a_minute(found[2]):
            words = f"{name} would repeat more often than every minute."
            yield subject.of(element, "timer.bad_expression", words, repair=repair)
        else:
            yield from _range(subject, element, f'now() + duration("{found[2].upper()}")')
    else:
        yield from _syntax(subject, element, "the repeat", text)


def _at_least_a_minute(period: str) -> bool:
    text = f'now() + duration("{period.upper()}") >= now() + duration("PT1M")'
    return feel.compile(text).evaluate({}, clock=clock.local_now) is True


def _constant(subject: Subject, element: Element, text: str) -> Iterator[Problem]:
    """A date that reads nothing of the case can be looked at now."""
    if feel.compile(text).names:
        return
    name = f"“{element.label}” (id {element.id})"
    try:
        value = feel.compile(text).evaluate({}, clock=clock.local_now)
    except ExpressionError as error:
        yield subject.of(element, error.code, f"The date of {name}: {error}")
        return
    if not isinstance(value, (date, datetime, timedelta, feel.YearsMonths)):
        yield subject.of(
            element,
            "timer.bad_expression",
            f"{name} should give a date or a duration; “{text[:100]}” gives {feel.kind(value)}.",
        )
    elif feel.compile("now() + d < now()").evaluate({"d": value}, clock=clock.local_now) is True:
        yield subject.of(element, "timer.bad_expression", f"{name} is a negative time from now.")
    elif isinstance(value, (timedelta, feel.YearsMonths)):
        yield from _range(subject, element, f"now() + ({text})")
    else:
        yield from _range(subject, element, text)


def _range(subject: Subject, element: Element, text: str) -> Iterator[Problem]:
    value = feel.compile(text).evaluate({}, clock=clock.local_now)
    year = getattr(value, "year", None)
    if year is None or abs(year - clock.today().year) > FURTHEST_YEARS:
        yield subject.of(
            element,
            "timer.out_of_range",
            f"“{element.label}” (id {element.id}) is more than {FURTHEST_YEARS} years away.",
        )


def _repeat(subject: Subject, element: Element) -> Iterator[Problem]:
    repeat = element.repeat
    if repeat is None:
        return
    name = f"“{element.label}” (id {element.id})"
    if element.kind not in ACTIVITIES:
        words = f"{name} cannot be done several times: only a task or a subprocess can."
        yield subject.of(element, "bpmn.unsupported_element", words)
    if repeat.kind == "loop":
        if repeat.maximum is None and not repeat.until:
            yield subject.of(element, "bpmn.loop_no_end", f"{name} repeats without an end.")
        elif repeat.maximum == 0:
            words = f"{name}: the most times it repeats must be a positive whole number."
            yield subject.of(element, "bpmn.loop_maximum", words)
    elif not repeat.collection and not repeat.cardinality:
        yield subject.of(
            element, "bpmn.repeat_no_list", f"{name} is done for each of a list: choose the list."
        )
    constant = (repeat.cardinality or "").strip()
    if constant.isdigit() and int(constant) > MAX_ITEMS:
        yield subject.of(
            element,
            "bpmn.multi_instance_limit",
            f"{name} would be done {int(constant):,} times; {MAX_ITEMS:,} is the most.",
        )
