"""What owners have not yet published: saved, checked, and tested with scenarios."""

from engine.commands.drafts.saving import (
    DefinitionDraft,
    Texts,
    discard,
    draft_of,
    looked_at,
    problems,
    save,
    saved_draft,
    withdraw_request,
)

__all__ = [
    "DefinitionDraft",
    "Texts",
    "discard",
    "draft_of",
    "looked_at",
    "problems",
    "save",
    "saved_draft",
    "withdraw_request",
]
