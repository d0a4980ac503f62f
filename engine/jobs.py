"""What workers do with jobs: one attempt outside any transaction, its outcome into the case."""

from __future__ import annotations

import contextvars
import logging
import threading
from typing import Any

from engine import connectors, feel, queue
from engine.access import SYSTEM
from engine.advance import Step, advancing
from engine.bpmn.services import Tries
from engine.commands import messages
from engine.connectors import Call, ConnectorFailed
from engine.database import Database
from engine.errors import BpmnError, Conflict, ExecutionFailed
from engine.execution import run
from engine.execution.activities import write_all
from engine.feel.cleaning import clean
from engine.history import Event
from engine.queue import Claimed

log = logging.getLogger("waymark.jobs")
LOST = "The worker stopped during the last attempt: whether it happened is not known."


def run_due(
    database: Database,
    worker: str = "worker",
    *,
    only: str | None = None,
    until: threading.Event | None = None,
) -> int:
    """Make every attempt that is due, one after the other, `until` it is time to stop: how many."""
    made = 0
    while until is None or not until.is_set():
        claimed = queue.claim(database, worker, only=only)
        if claimed is None:
            break
        settle(database, claimed, claimed.outcome or attempt(database, claimed))
        made += 1
    return made


def attempt(database: Database, claimed: Claimed) -> dict[str, Any]:
    """What one call of the connector gave: `result`, `error` with a code, or `failure` in words.
    A call that takes longer than it may counts as a failure."""
    if claimed.lost:
        return {"failure": LOST}
    done: list[dict[str, Any]] = []
    here = contextvars.copy_context()  # the clock of a test goes along
    caller = threading.Thread(
        target=lambda: done.append(here.run(_call, database, claimed)), daemon=True
    )
    caller.start()
    caller.join(claimed.time_limit)
    return done[0] if done else {"failure": f"No answer within {claimed.time_limit} seconds."}


def _call(database: Database, claimed: Claimed) -> dict[str, Any]:
    call = Call(claimed.id, claimed.instance_id, claimed.values, claimed.time_limit, database)
    try:
        result = connectors.find(claimed.connector).run(call)
        return {"result": feel.to_json(clean(result))}
    except BpmnError as error:
        return {"error": error.code, "message": str(error)}
    except (ConnectorFailed, ExecutionFailed) as error:
        return {"failure": str(error)}
    except Exception as error:  # a connector's own fault is a failed attempt, never a lost job
        log.exception("job %s: its connector broke", claimed.id)
        return {"failure": f"The connector broke: {type(error).__name__}."}


def settle(database: Database, claimed: Claimed, outcome: dict[str, Any]) -> None:
    """Write what an attempt gave. A case that cannot take it now gets it later."""
    last = claimed.attempt >= claimed.allowed
    if "failure" in outcome and not last:
        tries = Tries(claimed.allowed, claimed.back_off, claimed.time_limit)
        with database.transaction() as db:
            queue.put_off(db, claimed, outcome["failure"], tries.pause(claimed.attempt))
        return
    try:
        with database.transaction() as db:
            with advancing(db, claimed.instance_id, actor=SYSTEM) as step:
                _take(step, claimed, outcome)
            messages.deliver_soon(step)
    except Conflict:
        with database.transaction() as db:
            kept = queue.keep(db, claimed, outcome)
        log.info("job %s: its case takes the result later" if kept else
                 "job %s: its case was closed, the result is ignored", claimed.id)  # fmt: skip


def _take(step: Step, claimed: Claimed, outcome: dict[str, Any]) -> None:
    wait = step.before.get(claimed.id)
    if wait is None or wait.kind != "job":
        step.events.append(Event("job.ignored", claimed.element_id, claimed.id))
        return
    step.worked.add(claimed.id)
    if "failure" in outcome:
        words = f"“{wait.element.label}” did not work: {outcome['failure']}"
        details = {"connector": claimed.connector, "attempts": claimed.attempt}
        step.events.append(Event("job.failed", wait.element.id, claimed.id, details))
        run.hold(wait.task, ExecutionFailed(words, code="job.failed", **details))
    elif "error" in outcome:
        details = {"code": outcome["error"]}
        step.events.append(Event("job.error", wait.element.id, claimed.id, details))
        run.raise_error(step.case, wait.task, outcome["error"])
    else:
        details = {"attempts": claimed.attempt}
        step.events.append(Event("job.done", wait.element.id, claimed.id, details))
        if name := wait.element.properties.get("result"):
            write_all(wait.task, {name: feel.from_json(outcome["result"])})
        run.finish(step.case, wait.task)
