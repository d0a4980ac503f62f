"""The demo: keys and a database in ./.waymark/, made-up people, and cases at every stage.

What is played stands in `demo.yaml` beside the process folders, in the words of scenario files.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from engine import connectors
from engine.access import SYSTEM
from engine.commands import deployments, people
from engine.database import Database
from engine.migrations import migrate
from engine.queries.people import all_accounts
from web.cli import folders
from web.cli.playing import Playing
from web.config import KEY_BYTES, Config, data_keys, use
from web.demo_accounts import DEMO_PASSWORD

HOME = ".waymark"
SCRIPT = "demo.yaml"
Say = Callable[[str], None]


def prepare(say: Say) -> Config:
    """The demo's settings; makes whatever is missing, and nothing twice."""
    home = Path.cwd() / HOME
    home.mkdir(mode=0o700, exist_ok=True)
    config = Config(
        database_url=f"sqlite:///{home / 'waymark.db'}",
        secret_key=_key(home / "secret.key"),
        audit_key=_key(home / "audit.key").encode(),
        data_keys=data_keys(_key(home / "data.key", KEY_BYTES)),
        council="Northmere City Council (demo)",
        https=False,
        demo=True,
        connectors=connectors.Settings(outbox=True),
    )
    use(config)
    database = Database(config.database_url)
    migrate(database)
    root = folders.own_or_packaged()
    _publish(database, root, say)
    _populate(database, root, home, say)
    database.close()
    return config


def _key(path: Path, length: int = 48) -> str:
    """A key of this demo alone, readable by its owner."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(length)).decode())
    return path.read_text().strip()


def _publish(database: Database, root: Path, say: Say) -> None:
    with database.transaction() as db:
        deployments.set_roles(db, *folders.read_people(root))
        published = deployments.deploy(
            db, folders.read_all(root), actor=SYSTEM, reason="The demo's processes."
        )
    new = sum(one.new for one in published)
    say(f"{len(published)} processes, {new} newly published.")


def _populate(database: Database, root: Path, home: Path, say: Say) -> None:
    """People and cases, once: a mark is left beside the database when all is played."""
    mark = home / "populated"
    script = root / SCRIPT
    if mark.exists() or not script.exists():
        return
    told = yaml.safe_load(script.read_text())
    _make_people(database, told["people"])
    say(f"{len(told['people'])} made-up people.")
    playing = Playing(database, sorted(told["people"]), told.get("steps") or {})
    for number, one in enumerate(told["cases"], 1):
        say(f"Case {number} of {len(told['cases'])}: {one['title']}")
        playing.play(one)
    mark.touch()


def _make_people(database: Database, told: Mapping[str, Mapping[str, Any]]) -> None:
    with database.reading() as db:
        known = {one.username for one in all_accounts(db)}
    for username, details in told.items():
        if username in known:
            continue
        with database.transaction() as db:
            people.create_account(
                db,
                username,
                details["name"],
                details.get("organisation", "council"),
                password=DEMO_PASSWORD,
                roles=details.get("roles", ()),
                actor=SYSTEM,
            )


def people_lines(config: Config) -> Iterator[str]:
    """Who can sign in, a line each."""
    database = Database(config.database_url)
    with database.reading() as db:
        found = all_accounts(db)
    database.close()
    width = max((len(one.username) for one in found), default=0)
    for one in found:
        roles = ", ".join(one.role_titles) or "Member of staff"
        yield f"  {one.username:<{width}}  {one.name}: {roles}"
