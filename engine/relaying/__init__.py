"""A stored case laid on other versions of its diagrams: each token keeps its id, so that what hangs
on it (due date, draft, holder, subscription) stays. Variables do not lie in tokens.

A token whose element is gone, and which the mapping does not place, is a reason why the case cannot
move; nothing is guessed. Foretold tasks are dropped: they are foretold again as the case goes on.
"""

from engine.relaying.levels import Laid, relay

__all__ = ["Laid", "relay"]
