"""What happened in a case, in words, and what was answered at each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine import feel, history
from engine.access import Actor, is_masked
from engine.bpmn.elements import Element
from engine.definitions import Definition, shown
from engine.forms import Field
from engine.models import account, history_event
from engine.queries.variables import Answer, Chosen, answer, in_words, vocabulary

QUIET = frozenset({"task.created", "task.claimed", "task.released", "case.moved", "message.sent"})
ANSWERING = frozenset({"case.started", "task.completed", "action.performed"})


@dataclass(frozen=True)
class StoryLine:
    seq: int
    at: datetime
    title: str
    by: str | None
    words: tuple[str, ...]
    has_answers: bool


@dataclass(frozen=True)
class AnsweredStep:
    """One form that was sent in: when, by whom, and its answers."""

    seq: int
    at: datetime
    title: str
    by: str | None
    answers: tuple[Answer, ...]


class Telling:
    """Turns rows of the history into words, with the elements and forms the case runs on."""

    def __init__(
        self, db: Connection, known: Iterable[Definition], actor: Actor, instance_id: int
    ) -> None:
        self.known, self.actor, self.chosen = tuple(known), actor, Chosen(db)
        self.elements: dict[str, Element] = {}
        self.questions: dict[str, dict[str, Field]] = {}
        for definition in self.known:
            self.elements |= definition.elements
            for element_id, form in definition.forms.items():
                self.questions[element_id] = {q.key: q for q in form.questions()}
        self.words = vocabulary(self.known)
        self.veiled = shown.in_case(db, actor, self.known, instance_id)

    def label(self, element_id: str | None) -> str:
        if instead := self.veiled.get(element_id or ""):
            return instead
        element = self.elements.get(element_id or "")
        return element.label if element else element_id or ""

    def line(self, row: Row[Any]) -> StoryLine:
        details = history.unpack(row)
        title, words = _TITLES.get(row.kind, _other)(self, row, details)
        answers = row.kind in ANSWERING and row.element_id in self.questions
        return StoryLine(row.seq, row.at, title, row.name or "Waymark", words, answers)

    def answered(self, row: Row[Any]) -> AnsweredStep | None:
        """The answers of the form at this event's element; None when it had none."""
        asked = self.questions.get(row.element_id or "")
        if row.kind not in ANSWERING or not asked:
            return None
        given: dict[str, Any] = {}
        for _scope, name, value, element_id in history.writes(history.unpack(row)):
            if name in asked and element_id in (None, row.element_id):
                given.setdefault(name, feel.from_json(value))
        answers = tuple(
            answer(name, given[name], question, self.chosen, actor=self.actor)
            for name, question in asked.items()
            if name in given
        )
        return AnsweredStep(row.seq, row.at, self.label(row.element_id), row.name, answers)


def rows(db: Connection, instance_id: int) -> list[Row[Any]]:
    """The case's history, oldest first, with the names of who did it."""
    h = history_event.c
    found = db.execute(
        select(history_event, account.c.name)
        .select_from(history_event.outerjoin(account, account.c.id == h.account_id))
        .where(h.instance_id == instance_id)
        .order_by(h.seq)
    )
    return list(found)


def passed_elements(found: Iterable[Row[Any]]) -> frozenset[str]:
    """Every element that this case has left behind."""
    return frozenset(
        str(element) for row in found for element in history.unpack(row).get("passed", ())
    )


Words = tuple[str, tuple[str, ...]]
_Teller = Callable[[Telling, Row[Any], Mapping[str, Any]], Words]


def _other(_: Telling, row: Row[Any], _details: Mapping[str, Any]) -> Words:
    return row.kind.replace(".", " ").replace("_", " ").capitalize(), ()


def _plain(words: str) -> _Teller:
    return lambda telling, row, details: (f"{words}: {telling.label(row.element_id)}", ())


def _started(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    return f"Case started: {telling.label(row.element_id)}", ()


def _cancelled(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    why = details.get("why")
    words = (f"Because of: {why}",) if why else ()
    return f"No longer needed: {telling.label(row.element_id)}", words


def _reassigned(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    to = details.get("to") or "the queue"
    before = f" from {details['from']}" if details.get("from") else ""
    words = (f"Given{before} to {to}.", f"Reason: {details.get('reason', '')}")
    return f"Handed over: {telling.label(row.element_id)}", words


def _problem(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    where = f" at {telling.label(row.element_id)}" if row.element_id else ""
    return f"Held by a problem{where}", (str(details.get("message", "")),)


def _retried(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    return f"Tried again: {telling.label(row.element_id)}", (
        f"Reason: {details.get('reason', '')}",
    )


def _corrected(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    name = str(details.get("name"))
    question = telling.words.get(name)
    label = question.label if question else name
    reason = f"Reason: {details.get('reason', '')}"
    if is_masked(question, telling.actor):
        return f"Corrected: {label}", ("The values are masked.", reason)
    old = in_words(feel.from_json(details.get("old")), question)
    new = in_words(feel.from_json(details.get("new")), question)
    return f"Corrected: {label}", (f"From “{old}” to “{new}”.", reason)


def _completed(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    end = telling.label(row.element_id) if row.element_id else ""
    return f"Case closed: {end}" if end else "Case closed", ()


def _by_hand(words: str) -> _Teller:
    """What a supervisor did, why, and who proposed it when it took two."""

    def teller(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
        where = telling.label(row.element_id)
        told = [f"Reason: {details.get('reason', '')}"]
        if details.get("proposed_by"):
            told.append(f"Proposed by {details['proposed_by']}: {details['proposal_reason']}")
        if details.get("cause"):
            told.insert(0, f"Because: {details['cause']}")
        return f"{words}: {where}" if where else words, tuple(told)

    return teller


def _placed(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    before = telling.label(details.get("from")) or "nowhere"
    _, told = _by_hand("")(telling, row, details)
    return f"Moved from {before} to {telling.label(details.get('to'))}", told


def _redated(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    _, told = _by_hand("")(telling, row, details)
    to = datetime.fromisoformat(str(details.get("to")))
    return f"Date changed: {telling.label(row.element_id)}, to {to:%-d %B %Y}", told


def _proposed(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    waits = ", ".join(details.get("waits") or ())
    said = "declined" if row.kind == "operation.declined" else "proposed"
    return f"Ending a protected wait was {said}: {waits}", (f"Reason: {details.get('reason', '')}",)


def _migrated(telling: Telling, row: Row[Any], details: Mapping[str, Any]) -> Words:
    names = {d.key: d.title for d in telling.known}
    told = [
        f"{names.get(key, key)}: from version {before} to {after}."
        if before
        else f"{names.get(key, key)}: version {after}."
        for key, (before, after) in (details.get("versions") or {}).items()
    ]
    return "Moved to a new version", (*told, f"Reason: {details.get('reason', '')}")


_TITLES: dict[str, _Teller] = {
    "case.suspended": _by_hand("Suspended"),
    "case.resumed": _by_hand("Resumed"),
    "case.ended": _by_hand("Ended"),
    "case.placed": _placed,
    "case.migrated": _migrated,
    "step.skipped": _by_hand("Skipped"),
    "timer.fired_by_hand": _by_hand("Date counted as reached"),
    "timer.redated": _redated,
    "message.delivered_by_hand": _by_hand("Message recorded by hand"),
    "masked.opened": _by_hand("Masked values opened"),
    "signal.sent": _plain("Signal sent"),
    "escalation.unheard": _plain("Nobody was told, as the diagram asks nobody"),
    "operation.proposed": _proposed,
    "operation.declined": _proposed,
    "case.started": _started,
    "case.moved": lambda *_: ("The case moved on", ()),
    "case.completed": _completed,
    "task.created": _plain("Task opened"),
    "task.claimed": _plain("Taken"),
    "task.released": _plain("Put back"),
    "task.completed": _plain("Completed"),
    "task.cancelled": _cancelled,
    "task.reassigned": _reassigned,
    "action.performed": _plain("Recorded"),
    "timer.fired": _plain("Date reached"),
    "message.sent": _plain("Message sent"),
    "message.received": _plain("Message received"),
    "job.done": _plain("Done by another system"),
    "job.error": _plain("Answered with an error that the diagram expects"),
    "job.failed": _plain("Could not be done by another system"),
    "job.cancelled": _plain("Another system’s work is no longer needed"),
    "job.ignored": _plain("An answer came too late and is ignored"),
    "problem.opened": _problem,
    "problem.retried": _retried,
    "value.corrected": _corrected,
}
