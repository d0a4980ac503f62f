"""Steps of a scenario in fresh processes: forked from a server that has imported the engine and
opened nothing, or truly spawned. What a step needs must come from the database alone."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from engine.database import Database
from engine.testing import Player, Scenario, play
from tests.factories import use_keys


def player(url: str, method: str = "forkserver") -> Player:
    """Plays each step in a process of its own; `method` is forkserver or spawn."""
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["engine.testing", "tests.fresh"])

    def in_fresh_process(scenario: Scenario, step: Mapping[str, Any]) -> Scenario:
        ours, theirs = context.Pipe()
        bare = replace(scenario, database=None)
        child = context.Process(target=_child, args=(theirs, url, bare, dict(step)))
        child.start()
        theirs.close()
        try:
            answer = ours.recv()
        finally:
            child.join()
        if isinstance(answer, BaseException):
            raise answer
        return replace(answer, database=scenario.database)

    return in_fresh_process


def _child(pipe: Connection, url: str, scenario: Scenario, step: dict[str, Any]) -> None:
    use_keys()
    database = Database(url, pool_size=1)
    scenario.database = database
    try:
        play(scenario, step)
        pipe.send(replace(scenario, database=None))
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent raises it
        pipe.send(_plain(error))
    finally:
        database.close()
        pipe.close()


def _plain(error: Exception) -> Exception:
    """An error that travels between processes whatever its constructor asks for."""
    return AssertionError(f"{type(error).__name__}: {error}")
