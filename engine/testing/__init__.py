"""Drive a process in BPMN words, jump time, assert where it waits: for tests and scenario files.

A scenario file is data (see processes/README.md); each step is one command of the engine, in a
transaction of its own, on a case that was stored and is restored.
"""

from engine.testing.failing import ScenarioFailed
from engine.testing.files import Player, local_instant, play, run_file
from engine.testing.scenario import Scenario

__all__ = ["Player", "Scenario", "ScenarioFailed", "local_instant", "play", "run_file"]
