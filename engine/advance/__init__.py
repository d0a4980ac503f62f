"""The one way a case moves: restore, let the caller act on it, record what changed, store.

`advancing` locks the case's row; whatever is done inside is one step, stored in the caller's
transaction together with its rows, its history and its new version number.
"""

from engine.advance.effect import Change, Effect, effect_of
from engine.advance.moving import Beginning, advancing, begin, preview, rebuild, restore
from engine.advance.step import ENDED, Step

__all__ = [
    "ENDED", "Beginning", "Change", "Effect", "Step", "advancing", "begin", "effect_of", "preview",
    "rebuild", "restore",
]  # fmt: skip
