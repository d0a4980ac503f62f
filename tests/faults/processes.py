"""Processes that a fault is made in: started from the root, killed by who started them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.database import Database

ROOT = Path(__file__).parents[2]


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@contextmanager
def python(module: str, *args: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m module args`, which says a first line when it is ready; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *args],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    """Answer one that waits for a line."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def rest(process: subprocess.Popen[str]) -> str:
    """All that it still says until it ends."""
    assert process.stdout is not None
    said = process.stdout.read()
    process.wait()
    return said
