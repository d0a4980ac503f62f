"""python -m tests.faults.upgrade_worker URL: migrates, and stops before anything is committed."""

from __future__ import annotations

import sys
import time
from typing import Any

from alembic import command

from engine.database import Database
from engine.migrations import migrate
from tests.factories import use_keys

upgrade = command.upgrade


def half(*args: Any, **more: Any) -> None:
    upgrade(*args, **more)
    print("half-way", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    use_keys()
    command.upgrade = half
    migrate(Database(sys.argv[1]))
