"""Commands that do one thing: migrate, deploy, lint, play scenarios, accounts, the audit trail."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from yaml import YAMLError

from engine import audit
from engine.access import SYSTEM
from engine.commands import deployments, people
from engine.database import Database
from engine.errors import EngineError, InvalidDefinition, Problem
from web.cli import folders, linting
from web.config import from_environment, use, use_throwaway_keys

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ANY_PATH = click.Path(exists=True, path_type=Path)


def _database() -> Database:
    config = from_environment()
    use(config)
    return Database(config.database_url)


@click.command("migrate")
def migrate_now() -> None:
    """Bring the database's tables up to date."""
    from engine.migrations import migrate

    click.echo(f"The database is at revision {migrate(_database())}.")


@click.command("reseal")
def reseal_now() -> None:
    """Seal with the newest data key what an older one sealed, so that the older one may go."""
    from engine.migrations.resealing import reseal

    click.echo(f"{reseal(_database())} values were sealed anew.")


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--reason", default="Deployed from the command line.", show_default=True)
def deploy(folder: Path, reason: str) -> None:
    """Publish a process folder, or every process folder inside FOLDER."""
    roles, organisations = folders.read_people(folder)
    with _database().transaction() as db:
        if roles:
            deployments.set_roles(db, roles, organisations)
        try:
            published = deployments.deploy(
                db, folders.read_all(folder), actor=SYSTEM, reason=reason
            )
        except InvalidDefinition as error:
            _say(error.problems)
            raise click.ClickException("Nothing was published.") from error
    for one in published:
        state = "published" if one.new else "unchanged"
        click.echo(f"{one.key} version {one.version}: {state}")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=ANY_PATH)
@click.option("--format", "as_", type=click.Choice(["text", "json"]), default="text")
def lint(paths: tuple[Path, ...], as_: str) -> None:
    """Check process folders, diagrams, forms or decision tables; exit status 1 on errors."""
    problems = [problem for path in paths for problem in linting.check(path)]
    if as_ == "json":
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=1))
    else:
        _say(problems)
    sys.exit(1 if any(problem.severity == "error" for problem in problems) else 0)


def _say(problems: list[Problem]) -> None:
    for one in problems:
        where = ":".join(str(part) for part in (one.file, one.line) if part is not None)
        element = f" [{one.element_id}]" if one.element_id else ""
        click.echo(f"{where or '-'}: {one.severity} {one.code}{element} {one.message}")
        if one.repair:
            click.echo(f"    {one.repair}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=ANY_PATH)
@click.option("--format", "as_", type=click.Choice(["text", "json", "lines"]), default="text")
def scenario(files: tuple[Path, ...], as_: str) -> None:
    """Play scenario files against the process folders they lie in; exit status 1 when one fails.
    `lines` is the JSON of one file a line, as soon as it is played."""
    played = []
    for file in files:
        one = _played(file)
        played.append(one)
        if as_ == "text":
            click.echo(f"{file}")
            for line in one["said"] if one["failed"] is None else ():
                click.echo(f"  {line}")
            click.echo("  passed" if one["failed"] is None else f"  FAILED {one['failed']}")
        elif as_ == "lines":
            click.echo(json.dumps(one))
            sys.stdout.flush()
    if as_ == "json":
        click.echo(json.dumps(played))
    sys.exit(1 if any(one["failed"] is not None for one in played) else 0)


def _played(file: Path) -> dict[str, Any]:
    """`said`: a line for each step that went as the file says; `failed`: why it stopped;
    `reached`: process key → elements and ways, when it went to its end."""
    from engine.testing import ScenarioFailed, run_file

    failed: str | None = None
    said: tuple[str, ...] = ()
    reached: dict[str, list[str]] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            run = run_file(_throwaway(Path(folder), file), file)
            said, reached = tuple(run.said), run.reached
    except ScenarioFailed as error:
        said, failed = error.said, error.why
    except (EngineError, YAMLError) as error:
        failed = str(error)
    except (KeyError, TypeError, ValueError) as error:  # the file is not written as one
        failed = f"The file cannot be played: {error!r}"
    return {"file": str(file), "said": said, "failed": failed, "reached": reached}


def _throwaway(folder: Path, scenario_file: Path) -> Database:
    """A database of its own with the processes round the scenario file."""
    from engine.migrations import migrate

    root = scenario_file.resolve().parent.parent.parent
    use_throwaway_keys()
    database = Database(f"sqlite:///{folder / 'scenario.db'}")
    migrate(database)
    with database.transaction() as db:
        deployments.set_roles(db, *folders.read_people(root))
        deployments.deploy(db, folders.read_all(root), actor=SYSTEM, reason="To play a scenario.")
    return database


@click.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--organisation", default="council", show_default=True)
@click.option("--role", "roles", multiple=True, help="A role's key; may be given several times.")
@click.password_option()
def add_user(
    username: str, name: str, organisation: str, roles: tuple[str, ...], password: str
) -> None:
    """Make an account."""
    with _database().transaction() as db:
        people.create_account(
            db, username, name, organisation, password=password, roles=roles, actor=SYSTEM
        )
    click.echo(f"{username} can sign in.")


@click.group("audit")
def audit_trail() -> None:
    """The audit trail."""


@audit_trail.command("verify")
def verify() -> None:
    """Check every chain; name each entry that was altered or is missing."""
    with _database().reading() as db:
        faults = audit.verify(db)
    for fault in faults:
        click.echo(fault)
    click.echo("The audit trail is whole." if not faults else f"{len(faults)} faults.")
    sys.exit(1 if faults else 0)
