"""Two versions of a process folder compared: in sentences, on the drawing, and in lines."""

from engine.comparing.changes import ADDED, CHANGED, REMOVED, Change
from engine.comparing.folders import Comparison, compare
from engine.comparing.texts import FileChange, Line

__all__ = ["ADDED", "CHANGED", "REMOVED", "Change", "Comparison", "FileChange", "Line", "compare"]
