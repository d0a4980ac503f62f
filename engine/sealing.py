"""What is protected, encrypted as it is stored: AES-GCM, bound to its table, column and row, so
that no bytes open anywhere but where they were written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import CannotOpen
from engine.models.base import EPOCH, MICROSECOND

KEY_BYTES = 32
MARK = b"\x02"  # neither JSON nor a packed history row begins with it
_ID, _NONCE = 2, 12
_HEAD = len(MARK) + _ID + _NONCE
_keys: dict[bytes, AESGCM] = {}  # by id, the one that seals first


def configure(keys: Sequence[bytes]) -> None:
    """Set the process-wide keys (32 bytes each): the first seals, all open."""
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"A data key has {KEY_BYTES} bytes, and there must be one.")
    made = {key_id(key): AESGCM(key) for key in keys}
    if len(made) != len(keys):
        raise ValueError("Two data keys are the same, or look the same: make another.")
    _keys.clear()
    _keys.update(made)


def key_id(key: bytes) -> bytes:
    """What is stored beside the ciphertext to say which key opens it."""
    return hashlib.sha256(b"waymark data key" + key).digest()[:_ID]


def is_sealed(stored: bytes) -> bool:
    return stored[:1] == MARK


def is_current(stored: bytes) -> bool:
    """Sealed with the key that seals now."""
    return stored.startswith(MARK + _current())


@dataclass(frozen=True)
class Sealed:
    """A column whose values are sealed. `row` names the columns that say which row it is, in the
    order in which their values are given to the methods."""

    table: str
    column: str
    row: tuple[str, ...]

    def seal(self, plain: bytes, *row: Any) -> bytes:
        current, nonce = _current(), os.urandom(_NONCE)
        return MARK + current + nonce + _keys[current].encrypt(nonce, plain, self._bound(row))

    def open(self, stored: bytes, *row: Any) -> bytes:
        """CannotOpen when it was not sealed for this place, or its key is not set."""
        key = _keys.get(stored[1 : 1 + _ID]) if is_sealed(stored) else None
        if key is None:
            raise CannotOpen
        try:
            return key.decrypt(stored[1 + _ID : _HEAD], stored[_HEAD:], self._bound(row))
        except (InvalidTag, ValueError):  # changed, or cut short
            raise CannotOpen from None

    def opened(self, stored: bytes, *row: Any) -> bytes:
        """As `open`; bytes that were stored plain, where not all of a column is sealed, as they
        are."""
        return self.open(stored, *row) if is_sealed(stored) else stored

    def dump(self, value: Any, *row: Any) -> bytes:
        """A JSON value, sealed."""
        return self.seal(orjson.dumps(value), *row)

    def load(self, stored: bytes, *row: Any) -> Any:
        return orjson.loads(self.open(stored, *row))

    def write(self, text: str, *row: Any) -> bytes:
        """A text, sealed."""
        return self.seal(text.encode(), *row)

    def read(self, stored: bytes, *row: Any) -> str:
        return self.open(stored, *row).decode()

    def _bound(self, row: tuple[Any, ...]) -> bytes:
        if len(row) != len(self.row):
            raise TypeError(f"{self.table} is known by {', '.join(self.row)}.")
        return orjson.dumps([self.table, self.column, *map(_plain, row)])


def _plain(part: Any) -> Any:
    return (part - EPOCH) // MICROSECOND if isinstance(part, datetime) else part


def _current() -> bytes:
    for first in _keys:
        return first
    raise RuntimeError("sealing.configure(keys) has not been called.")


VARIABLE = Sealed("wm_variable", "value", ("instance_id", "scope", "name"))
HISTORY = Sealed("wm_history_event", "details", ("instance_id", "seq"))
DRAFT = Sealed("wm_draft", "values", ("task_id", "account_id"))
SENT = Sealed("wm_sent_text", "values", ("task_id", "account_id", "at"))
MESSAGE = Sealed("wm_message", "payload", ("name", "idempotency"))
PARAMETERS = Sealed("wm_job", "parameters", ("id",))
OUTCOME = Sealed("wm_job", "outcome", ("id",))
_MAIL = ("key",)
RECIPIENT = Sealed("wm_outbox", "recipient", _MAIL)
SUBJECT = Sealed("wm_outbox", "subject", _MAIL)
BODY = Sealed("wm_outbox", "body", _MAIL)
NOTE = Sealed("wm_case_note", "text", ("instance_id", "account_id", "at"))
FILE_NAME = Sealed("wm_case_file", "name", ("instance_id", "account_id", "at"))
FILE = Sealed("wm_file_content", "content", ("file_id",))
_PROPOSED = ("instance_id", "proposed_by", "proposed_at")
OPERATION = Sealed("wm_proposal", "operation", _PROPOSED)
REASON = Sealed("wm_proposal", "reason", _PROPOSED)
EVERY = (
    VARIABLE, HISTORY, DRAFT, SENT, MESSAGE, PARAMETERS, OUTCOME, RECIPIENT, SUBJECT, BODY, NOTE,
    FILE_NAME, FILE, OPERATION, REASON,
)  # fmt: skip
