"""The tables, by noun. Statements are SQLAlchemy Core: no lazy loading anywhere."""

from engine.models.base import metadata
from engine.models.definition import (
    approval,
    definition_draft,
    definition_file,
    deployment,
    process_definition,
    scenario_play,
    start_stop,
    start_timer,
)
from engine.models.file import case_file, file_content
from engine.models.instance import history_event, process_instance, reference_counter, variable
from engine.models.job import job, outbox
from engine.models.lookup import lookup
from engine.models.note import case_note
from engine.models.operation import opening, proposal
from engine.models.people import (
    account,
    account_role,
    audit_entry,
    idempotency,
    login_attempt,
    login_session,
    organisation,
    role,
    worker,
)
from engine.models.sent import sent_text
from engine.models.waiting import (
    draft,
    incident,
    message,
    message_subscription,
    task_role,
    timer,
    user_task,
)

__all__ = [
    "account", "account_role", "approval", "audit_entry", "case_file", "case_note",
    "definition_draft", "definition_file", "deployment", "draft", "file_content",
    "history_event", "idempotency", "incident", "job", "login_attempt", "login_session",
    "lookup", "message", "message_subscription", "metadata", "opening", "organisation",
    "outbox", "process_definition", "process_instance", "proposal", "reference_counter",
    "role", "scenario_play", "sent_text", "start_stop", "start_timer", "task_role", "timer",
    "user_task", "variable", "worker",
]  # fmt: skip
