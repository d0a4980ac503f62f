"""Jobs that a step opened or ended, as rows of the queue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from engine import connectors, feel, queue, sealing
from engine.advance.step import Step
from engine.errors import ExecutionFailed
from engine.execution import offers, problems, service
from engine.execution.waits import Wait
from engine.history import Event
from engine.models import job


def requests(step: Step) -> bool:
    """Work out what each new job is to do; True when one could not be, and is a problem now."""
    failed = False
    for token, wait in step.after.items():
        if wait.kind != "job" or token in step.requests or _known(step, token):
            continue
        try:
            step.requests[token] = _request(wait)
        except ExecutionFailed as error:
            problems.note(wait.task, error)
            failed = True
    return failed


def _known(step: Step, token: str) -> bool:
    before = step.before.get(token)
    return before is not None and before.kind == "job"


def _request(wait: Wait) -> service.Request:
    made = service.request(wait.task)
    try:
        connectors.check(made.connector, made.values)
    except ExecutionFailed as error:
        error.details["values"] = service.kinds(wait.task)
        raise
    return made


def record_jobs(step: Step, new: list[Wait]) -> None:
    rows = [_row(step, wait, step.requests[wait.token_id]) for wait in new]
    if rows:
        queue.enqueue(step.db, rows)
    for wait in new:
        step.stage = offers.stage_of(wait.task, wait.element) or step.stage


def _row(step: Step, wait: Wait, request: service.Request) -> dict[str, Any]:
    return {
        "id": wait.token_id,
        "instance_id": step.row.id,
        "held": step.suspended,
        **_drawn(wait, request),
    }


def _drawn(wait: Wait, request: service.Request) -> dict[str, Any]:
    return {
        "definition_id": wait.definition_id,
        "element_id": wait.element.id,
        "title": wait.element.label[:300],
        "connector": request.connector,
        "parameters": sealing.PARAMETERS.dump(feel.to_json(request.values), wait.token_id),
        "allowed": request.tries.attempts,
        "back_off": list(request.tries.back_off),
        "time_limit": request.tries.limit,
    }


def end_jobs(step: Step, gone: list[Wait]) -> None:
    """Done with an outcome, failed for good, or cancelled by an event, a person or an end."""
    states: dict[str, list[str]] = {}
    for wait in gone:
        now = step.after.get(wait.token_id)
        if now is not None and now.kind == "problem":
            state = "failed"
        else:
            state = "done" if wait.token_id in step.worked else "cancelled"
        states.setdefault(state, []).append(wait.token_id)
        if state == "cancelled":
            step.events.append(Event("job.cancelled", wait.element.id, wait.token_id))
    for state, tokens in states.items():
        queue.end(step.db, tokens, state)


def rebind(step: Step, wait: Wait) -> None:
    """The new version's settings; what it is called with stays when that cannot be worked out."""
    values: dict[str, Any] = {"definition_id": wait.definition_id, "element_id": wait.element.id}
    try:
        values = _drawn(wait, _request(wait))
    except ExecutionFailed:
        values["title"] = wait.element.label[:300]
    step.db.execute(update(job).where(job.c.id == wait.token_id).values(**values))
