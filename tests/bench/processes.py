"""Workers in processes of their own: told their keys, asked what they did."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from subprocess import Popen
from typing import Any

from engine.access import Actor
from tests.factories import DATA_KEY, KEY
from tests.faults.processes import line, python


@contextmanager
def worker(url: str, actor: Actor, *what: str, **given: Any) -> Iterator[Popen[str]]:
    """A `tests.bench.worker` that is at it."""
    keys = {"audit_key": KEY.hex(), "data_key": DATA_KEY.hex()}
    with python("tests.bench.worker", url, *what, **_kept()) as process:
        assert process.stdin is not None
        told = {**keys, "account": actor.account_id, **given}
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()
        yield process


def answer(process: Popen[str]) -> dict[str, Any]:
    """What it did, as it says at its end."""
    found: dict[str, Any] = json.loads(line(process))
    return found


@cache
def _kept() -> dict[str, str]:
    """Compiled modules are kept, as an installation keeps them: here in a folder of their own where
    the environment says that none are to be written."""
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return {}
    folder = tempfile.mkdtemp(prefix="waymark-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
