"""What supervisors do to running cases: previewed in memory, done with a reason, told in the story.

A protected wait is ended by two people together (proposals.py).
"""

from engine.commands.operations.bringing import Brought, Way, bring, ways
from engine.commands.operations.kinds import (
    Deliver,
    End,
    Fire,
    Move,
    Operation,
    Redate,
    Resume,
    Retry,
    Skip,
    Suspend,
)
from engine.commands.operations.migrating import CannotMove, Migrate, newest_for, try_draft
from engine.commands.operations.performing import NeedsSecondPerson, perform, preview
from engine.commands.operations.problems import (
    Retried,
    correct_and_retry,
    retry_group,
    retry_incident,
)
from engine.commands.operations.proposals import confirm, decline, propose
from engine.commands.reasons import SHORTEST as REASON_LENGTH

__all__ = [
    "REASON_LENGTH",
    "Brought",
    "CannotMove",
    "Deliver",
    "End",
    "Fire",
    "Migrate",
    "Move",
    "NeedsSecondPerson",
    "Operation",
    "Redate",
    "Resume",
    "Retried",
    "Retry",
    "Skip",
    "Suspend",
    "Way",
    "bring",
    "confirm",
    "correct_and_retry",
    "decline",
    "newest_for",
    "perform",
    "preview",
    "propose",
    "retry_group",
    "retry_incident",
    "try_draft",
    "ways",
]  # fmt: skip
