"""Which answers an actor reads masked."""

from __future__ import annotations

from engine.access.actor import TEXT, Actor
from engine.forms import Field
from engine.forms.model import class_of

TYPED = ("textfield", "textarea")


def is_masked(question: Field | None, actor: Actor) -> bool:
    """By the class of its question; what no form asks for has none."""
    if question is None:
        return False
    unclassed = TEXT if question.kind in TYPED else None
    return (class_of(question) or unclassed) in actor.masks
