"""Commands that stay running: the demo, the web, the worker."""

from __future__ import annotations

import signal
import threading
from ipaddress import ip_address
from types import FrameType

import click

from web.config import Config, from_environment, use

THREADS = 8


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--no-serve", is_flag=True, help="Make the demo's database and stop.")
def demo(port: int, host: str, no_serve: bool) -> None:
    """Try Waymark with made-up people and cases, on this machine alone."""
    from web.cli import demo as making
    from web.demo_accounts import DEMO_PASSWORD

    if not _is_loopback(host):
        raise click.ClickException("The demo listens on this machine alone: use 127.0.0.1.")
    config = making.prepare(click.echo)
    for line in making.people_lines(config):
        click.echo(line)
    click.echo(f"Everybody's password is {DEMO_PASSWORD}")
    if not no_serve:
        run(config, host, port, with_worker=True)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--worker/--no-worker", "with_worker", default=None, help="Default: with SQLite.")
def serve(port: int, host: str, with_worker: bool | None) -> None:
    """Serve the pages; with SQLite the worker runs beside them."""
    config = from_environment()
    if with_worker is None:
        with_worker = config.database_url.startswith("sqlite")
    run(config, host, port, with_worker=with_worker)


@click.command()
def worker() -> None:
    """Fire dates, deliver messages and do service steps until stopped."""
    from engine.database import Database
    from engine.timers import Worker

    config = from_environment()
    use(config)
    beside = Worker(Database(config.database_url))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        beside.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo("The worker runs.")
    beside.run()


def run(config: Config, host: str, port: int, *, with_worker: bool) -> None:
    """Listen, and keep the worker's loop beside the web when asked to."""
    from waitress.server import create_server  # type: ignore[import-untyped]  # no types

    from engine.timers import Worker
    from web import create_app

    app = create_app(config)
    server = create_server(app, host=host, port=port, threads=THREADS, ident=None)
    beside = Worker(app.extensions["waymark"])
    if with_worker:
        threading.Thread(target=beside.run, name="worker", daemon=True).start()
    click.echo(f"Waymark is at http://{'localhost' if _is_loopback(host) else host}:{port}/")

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        server.run()
    finally:
        beside.stop()
        server.close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
