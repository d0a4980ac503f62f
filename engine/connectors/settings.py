"""What an installation sets for its connectors: the mail server, and which hosts may be called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """`outbox`: e-mails are kept as rows instead of being sent, to be read on the demo's page. No
    host may be called unless it is named here."""

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: bool = True
    sender: str = "waymark@localhost"
    outbox: bool = False
    allowed_hosts: frozenset[str] = frozenset()


_current = [Settings()]


def configure(settings: Settings) -> None:
    """Once, when a process starts."""
    _current[0] = settings


def current() -> Settings:
    return _current[0]
