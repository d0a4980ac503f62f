"""The disk is full: said clearly, nothing broken, and on again without a restart."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from engine.access import SYSTEM
from engine.commands import people
from engine.database import Database
from engine.migrations import migrate
from tests.factories import deploy, form, forms, model, plain_roles, use_keys
from tests.faults import kill
from tests.faults.pages import Answer, Site, Visitor, serving

ROOM = 16  # pages of 4 kB until the disk is full
MOST = 400
UNLIMITED = 1 << 30
TOO_FULL = {503, 507}


def run(*, after: int) -> list[str]:
    """Fill the database of a running site, make room, start so many cases more; faults in words.

    The disk is SQLite's own limit on its pages: the same error as the file system's."""
    with tempfile.TemporaryDirectory(prefix="waymark-disk-") as folder:
        use_keys()
        database = Database(f"sqlite:///{Path(folder)}/waymark.db")
        migrate(database)
        _set_up(database)
        with serving(database) as site:
            found = _filled(database, site, after)
        found += kill.losses(database, [])
        with database.reading() as db:
            whole = db.execute(text("PRAGMA integrity_check")).scalar()
        if whole != "ok":
            found.append(f"the database is damaged: {whole}")
        database.close()
    print(f"sqlite: {len(found)} faults")
    return found


def _set_up(database: Database) -> None:
    with database.transaction() as db:
        plain_roles(db)
        deploy(db, {"sequence": model("sequence", **forms(begin=form(words="text")))})
        people.create_account(
            db, "ann", "Ann Example", "council", password=Site.PASSWORD, roles=["worker"],
            actor=SYSTEM,
        )  # fmt: skip


def _filled(database: Database, site: Site, after: int) -> list[str]:
    visitor = site.sign_in("ann")
    disk = Disk(database)
    disk.leave(database, ROOM)
    answers: Counter[int] = Counter()
    last = None
    while not answers[503] + answers[507] + answers[500] and sum(answers.values()) < MOST:
        last = _start(site, visitor)
        answers[last.status] += 1
    found = _judge(answers, last)
    reading = visitor.get("/start/sequence").status
    if reading != 200:
        found.append(f"reading a page on a full disk: {reading}")
    disk.clear()
    again = Counter(_start(site, visitor).status for _ in range(after))
    if again != {303: after}:
        found.append(f"with room again: {dict(again)}")
    print(f"answers while it filled {dict(answers)}, a page read {reading}, after it {dict(again)}")
    return found


def _judge(answers: Counter[int], last: Answer | None) -> list[str]:
    full = [status for status in answers if status not in (303, *TOO_FULL)]
    if full or last is None or last.status not in TOO_FULL:
        return [f"a full disk was answered with {dict(answers)}"]
    return [] if "Retry-After" in last.headers else ["no Retry-After on a full disk"]


class Disk:
    """A limit that each connection takes over as it is handed out."""

    def __init__(self, database: Database) -> None:
        self.pages = UNLIMITED
        event.listen(database.engine, "checkout", self._take_over)

    def _take_over(self, dbapi: Any, _entry: object, _proxy: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count = {self.pages}")

    def leave(self, database: Database, room: int) -> None:
        """So many pages more, and no further."""
        with database.reading() as db:
            self.pages = room + int(db.execute(text("PRAGMA page_count")).scalar_one())

    def clear(self) -> None:
        self.pages = UNLIMITED


def _start(site: Site, visitor: Visitor) -> Answer:
    page = visitor.get("/start/sequence")
    if page.status != 200:
        return page
    return visitor.post("/start/sequence", {**site.hidden(page.text), "words": "w" * 250})
