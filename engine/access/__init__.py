"""Who acts, and who may see, claim, complete and operate."""

from engine.access.actor import (
    FIELD_CLASSES,
    RIGHTS,
    SYSTEM,
    Actor,
    load_actor,
    shared_roles,
)
from engine.access.rules import (
    ANYONE,
    TaskRow,
    case_seen_by,
    claimable_by,
    completable_by,
    is_offered,
    may_claim,
    may_complete,
    may_operate,
    may_see_case,
    may_see_task,
    may_start,
    reads_whole_case,
    require,
    require_case,
    require_operate,
    require_task,
    sees_task,
    task_seen_by,
    worked_on,
)

__all__ = [
    "ANYONE", "FIELD_CLASSES", "RIGHTS", "SYSTEM", "Actor", "TaskRow", "case_seen_by",
    "claimable_by", "completable_by", "is_offered", "load_actor", "may_claim", "may_complete",
    "may_operate", "may_see_case", "may_see_task", "may_start", "reads_whole_case", "require",
    "require_case", "require_operate", "require_task", "sees_task", "shared_roles", "task_seen_by",
    "worked_on",
]  # fmt: skip
