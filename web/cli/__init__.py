"""`waymark`: demo, serve, worker, deploy, lint, scenario, migrate, reseal, user, audit."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from web.cli import data, run


@click.group()
@click.version_option(package_name="waymark")
def waymark() -> None:
    """Casework that runs on its own diagrams."""


for command in (
    run.demo,
    run.serve,
    run.worker,
    data.migrate_now,
    data.reseal_now,
    data.deploy,
    data.lint,
    data.scenario,
    data.user,
    data.audit_trail,
):
    waymark.add_command(command)


def main() -> None:
    """The entry point: an error we foresaw is one sentence, not a trace."""
    from engine.errors import EngineError
    from web.config import ConfigError

    try:
        waymark(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (EngineError, ConfigError) as error:
        click.echo(f"{Path(sys.argv[0]).name}: {error}", err=True)
        sys.exit(1)
