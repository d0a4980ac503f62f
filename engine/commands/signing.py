"""Signing in and out: throttled attempts, equal timing, and sessions kept as rows of ours.

Two writes with the slow check of the password between them, so that no lock is held meanwhile.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update

from engine import audit, clock
from engine.access import SYSTEM
from engine.commands.people import hasher
from engine.errors import NotAllowed
from engine.models import account, login_attempt, login_session

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_ADDRESS = 10, 50
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=10)
KEPT = timedelta(hours=24)  # an ended session is still known for this long, to save a late form


@dataclass(frozen=True)
class Attempt:
    """One try to sign in, already counted. `account_id` is None when there is no such account."""

    id: int
    username: str
    account_id: int | None
    password_hash: str | None


@dataclass(frozen=True)
class Session:
    """`token` is what the browser holds; the database holds its hash only."""

    token: str
    account_id: int
    csrf_secret: str


@dataclass(frozen=True)
class OpenSession:
    account_id: int
    seen_at: datetime
    ends_at: datetime
    csrf_secret: str


def find_session(db: Connection, token: str) -> OpenSession | None:
    """The session of this token, unless it ended, was idle too long or is too old."""
    row = db.execute(
        select(login_session).where(login_session.c.id_hash == _hash(token))
    ).first()  # fmt: skip
    now = clock.now()
    if row is None or row.ended_at is not None:
        return None
    if now - row.created_at > ABSOLUTE or now - row.seen_at > IDLE:
        return None
    return OpenSession(row.account_id, row.seen_at, row.created_at + ABSOLUTE, row.csrf_secret)


def lately_ended(db: Connection, token: str) -> int | None:
    """The account of a session that ran out within the last day: its late form can be kept. One
    that was ended (signed out, password changed, account closed) keeps nothing."""
    row = db.execute(
        select(login_session).where(login_session.c.id_hash == _hash(token))
    ).first()  # fmt: skip
    if row is None or row.ended_at is not None:
        return None
    return None if clock.now() - row.seen_at > KEPT else int(row.account_id)


def begin_sign_in(db: Connection, username: str, address: str) -> Attempt:
    """Count the attempt; NotAllowed when this account or address tried too often lately."""
    username, address = username.strip().lower()[:100], address[:60]
    since = clock.now() - WINDOW
    tries = select(func.count()).select_from(login_attempt).where(login_attempt.c.at > since)
    by_account = db.execute(tries.where(login_attempt.c.username == username)).scalar_one()
    by_address = db.execute(tries.where(login_attempt.c.address == address)).scalar_one()
    if by_account >= PER_ACCOUNT or by_address >= PER_ADDRESS:
        minutes = int(WINDOW.total_seconds() // 60)
        message = f"There were too many attempts to sign in. Try again in {minutes} minutes."
        raise NotAllowed(message, action="sign in", rule="throttle")
    values = {"username": username, "address": address, "at": clock.now()}
    made = db.execute(insert(login_attempt).values(values).returning(login_attempt.c.id))
    attempt_id = made.scalar_one()
    row = db.execute(
        select(account.c.id, account.c.password_hash)
        .where(account.c.username == username, account.c.active.is_(True))
    ).first()  # fmt: skip
    return Attempt(
        attempt_id,
        username,
        row.id if row else None,
        row.password_hash if row else None,
    )


def is_right(attempt: Attempt, password: str) -> bool:
    """Takes as long for an account that does not exist as for one that does."""
    known = attempt.password_hash is not None
    try:
        hasher().verify(attempt.password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return hasher().hash(secrets.token_urlsafe(32))


def finish_sign_in(db: Connection, attempt: Attempt, *, replacing: str | None = None) -> Session:
    """Open a new session after the right password; the browser's older one ends."""
    if attempt.account_id is None:
        raise NotAllowed("The username or password is wrong.", action="sign in", rule="password")
    now = clock.now()
    db.execute(delete(login_attempt).where(login_attempt.c.username == attempt.username))
    db.execute(delete(login_attempt).where(login_attempt.c.at < now - KEPT))
    db.execute(delete(login_session).where(login_session.c.created_at < now - ABSOLUTE - KEPT))
    if replacing:
        _end(db, replacing)
    session = Session(secrets.token_urlsafe(32), attempt.account_id, secrets.token_hex(20))
    db.execute(
        insert(login_session).values(
            id_hash=_hash(session.token),
            account_id=session.account_id,
            created_at=now,
            seen_at=now,
            csrf_secret=session.csrf_secret,
        )
    )
    _record(db, session.account_id, "signed_in")
    return session


def fail_sign_in(db: Connection, attempt: Attempt) -> None:
    """A wrong password for an account that exists is on that account's audit trail."""
    if attempt.account_id is not None:
        _record(db, attempt.account_id, "sign_in_refused")


def sign_out(db: Connection, token: str) -> None:
    ended = _end(db, token)
    if ended is not None:
        _record(db, ended, "signed_out")


def touch(db: Connection, token: str) -> None:
    """A page was opened or typing saved: the idle time starts anew. Polling does not call this."""
    db.execute(
        update(login_session)
        .where(login_session.c.id_hash == _hash(token))
        .values(seen_at=clock.now())
    )


def _end(db: Connection, token: str) -> int | None:
    found = db.execute(
        select(login_session.c.account_id)
        .where(login_session.c.id_hash == _hash(token), login_session.c.ended_at.is_(None))
    ).scalar()  # fmt: skip
    db.execute(
        update(login_session)
        .where(login_session.c.id_hash == _hash(token))
        .values(ended_at=clock.now())
    )
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(db: Connection, account_id: int, action: str) -> None:
    chain = f"account:{account_id}"
    actor = replace(SYSTEM, account_id=account_id)
    audit.record(db, actor=actor, chain=chain, action=action, subject=chain)
