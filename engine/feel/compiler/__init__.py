"""From tree to closures; importing this makes every kind of node known to `closure`."""

from __future__ import annotations

from engine.feel.compiler import calls, cells, loops
from engine.feel.compiler.nodes import Setting, closure, weight

__all__ = ["Setting", "calls", "cells", "closure", "loops", "weight"]
