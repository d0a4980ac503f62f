"""In the demo alone, the sign-in page lists the made-up people and their password."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from engine.queries.people import all_accounts
from web.auth import database

DEMO_PASSWORD = "waymark-demo"  # noqa: S105 — shown on the page; demo mode stays on loopback


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    roles: str


def demo_accounts() -> tuple[DemoAccount, ...]:
    if not current_app.config["WAYMARK"].demo:
        return ()
    with database().reading() as db:
        found = all_accounts(db)
    return tuple(
        DemoAccount(a.username, a.name, ", ".join(a.role_titles) or "Member of staff")
        for a in found
        if a.active
    )
