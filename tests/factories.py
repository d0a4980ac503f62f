"""Made-up people, folders and cases for tests: functions, no fixture chains."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import Connection, insert

from engine import audit, clock, sealing
from engine.access import SYSTEM, Actor, load_actor
from engine.commands import deployments
from engine.database import Database
from engine.models import account, account_role
from engine.testing import Scenario

ROOT = Path(__file__).parents[1]
PROCESSES = ROOT / "processes"
MODELS = ROOT / "tests" / "models"
SHARED = ROOT.parent / "shared"
MORNING = datetime(2026, 4, 1, 9, 0, tzinfo=clock.LONDON)  # the Wednesday before Easter
KEY = b"a key for tests and nothing else"
DATA_KEY = b"sealed with it: tests, no others"

ROLES = {
    "worker": {"title": "Worker", "organisation": "any", "rights": ["start", "work"]},
    "boss": {"title": "Boss", "organisation": "any", "rights": ["work", "see_all", "operate"]},
    "owner": {"title": "Owner", "organisation": "any", "rights": ["model"]},
}


def use_keys() -> None:
    """The keys of tests, for this process."""
    audit.configure(KEY)
    sealing.configure([DATA_KEY])


def person(db: Connection, username: str, *roles: str, organisation: str = "council") -> Actor:
    """An account with these roles, and its actor."""
    made = db.execute(
        insert(account).values(
            username=username,
            name=f"{username.title()} Example",
            organisation=organisation,
            active=True,
            created_at=clock.now(),
        )
    )
    account_id = int(made.inserted_primary_key[0])
    if roles:
        db.execute(
            insert(account_role), [{"account_id": account_id, "role": role} for role in roles]
        )
    return load_actor(db, account_id)


def plain_roles(db: Connection) -> None:
    """The roles that the tiny test models use."""
    deployments.set_roles(db, yaml.safe_dump(ROLES).encode(), b"{}")


def folder(path: Path) -> dict[str, bytes]:
    """A process folder's files."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


def model(name: str, **more: str) -> dict[str, bytes]:
    """A tiny model of tests/models as a folder: its diagram and a manifest that lets all start."""
    files = {
        "process.bpmn": (MODELS / f"{name}.bpmn").read_bytes(),
        "process.yaml": yaml.safe_dump(
            {"title": name, "reference": "T", "start": ["anyone"], "role": "worker"}
        ).encode(),
    }
    return {**files, **{path: text.encode() for path, text in more.items()}}


def deploy(db: Connection, folders: Mapping[str, Mapping[str, bytes]]) -> None:
    deployments.deploy(db, folders, actor=SYSTEM, reason="for a test")


def form(**fields: str) -> str:
    """A form file that asks these: `number`, `text`, `yes_no`, or `list` (rows with a `name`)."""
    kinds = {
        "number": {"type": "number"},
        "text": {"type": "textfield"},
        "yes_no": {
            "type": "radio",
            "values": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}],
            "properties": {"yesNo": "true"},
        },
        "list": {
            "type": "dynamiclist",
            "components": [{"type": "textfield", "id": "name", "key": "name", "label": "Name"}],
        },
    }
    components = []
    for key, kind in fields.items():
        one = {"id": key, "key": key, "label": key.capitalize(), **kinds[kind]}
        if kind == "list":
            one["path"] = one.pop("key")
        components.append(one)
    return json.dumps(
        {"schemaVersion": 18, "type": "default", "id": "form", "components": components}
    )


def forms(**by_element: str) -> dict[str, str]:
    """Form files by element id, as `model` takes them."""
    return {f"forms/{element}.form": text for element, text in by_element.items()}


def ready(database: Database, *folders: dict[str, bytes]) -> Scenario:
    """Roles, two workers and a boss, the folders published by the name of their process: a run."""
    with database.transaction() as db:
        plain_roles(db)
        deploy(db, {key_of(files): files for files in folders})
    run = Scenario(database, title="test", now=MORNING)
    run.person("ann", ["worker"])
    run.person("bob", ["worker"])
    run.person("cat", ["boss"])
    return run


def key_of(files: Mapping[str, bytes]) -> str:
    """The id of the process in a folder's diagram."""
    found = re.search(rb'<bpmn:process id="([^"]+)"', files["process.bpmn"])
    assert found is not None
    return found[1].decode()
