"""python -m tests.faults.migration_worker URL PAUSE REFERENCE…: brings these cases up to date.

It waits for a line when so many have moved (0: never)."""

from __future__ import annotations

import sys

from sqlalchemy import select

from engine import access
from engine.commands import operations
from engine.commands.operations import bringing
from engine.database import Database
from engine.models import account
from tests.factories import use_keys

REASON = "The new version is the better one."
one = bringing._one
moved: list[str] = []


def say(*told: object, **more: object) -> object:
    """Say which case has moved as soon as it is kept."""
    brought = one(*told, **more)  # type: ignore[arg-type]  # passed on as it came
    print(brought.reference, flush=True)
    moved.append(brought.reference)
    if len(moved) == int(sys.argv[2]):
        sys.stdin.readline()
    return brought


def main(url: str, _pause: str, *references: str) -> None:
    use_keys()
    database = Database(url)
    with database.reading() as db:
        boss = db.execute(select(account.c.id).where(account.c.username == "cat")).scalar_one()
        actor = access.load_actor(db, boss)
        ways = operations.ways(db, references, {}, redate=False)
    bringing._one = say  # type: ignore[assignment]  # the same, and it speaks
    print("ready", flush=True)
    operations.bring(database, ways, actor=actor, reason=REASON)


if __name__ == "__main__":
    main(*sys.argv[1:])
