"""Keyed hashes of dates and of how names sound: they find cases about the same person without
reading, or giving away, what a case holds."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

import jellyfish
from sqlalchemy import Connection, delete, func, insert, or_, select

from engine import audit
from engine.models import lookup, process_instance

MOST_CANDIDATES = 200
WORD = re.compile(r"[a-z]{2,}")


def write(db: Connection, instance_id: int, name: str, value: Any) -> None:
    """What this variable of a case is found by from now on; null: by nothing."""
    k = lookup.c
    db.execute(delete(lookup).where(k.instance_id == instance_id, k.name == name))
    rows = [{"instance_id": instance_id, "name": name, "mac": m} for m in sorted(macs(name, value))]
    if rows:
        db.execute(insert(lookup), rows)


def candidates(
    db: Connection, values: Mapping[str, Any], processes: list[str], but: int
) -> list[int]:
    """Cases of these processes that share a key with one of the values: those that share most
    first, then the newest."""
    k, p = lookup.c, process_instance.c
    found = [(k.name == n) & k.mac.in_(m) for n, v in values.items() if (m := macs(n, v))]
    if not found:
        return []
    shared = func.count(k.mac)
    rows = db.execute(
        select(k.instance_id)
        .join(process_instance, p.id == k.instance_id)
        .where(or_(*found), p.key.in_(processes), k.instance_id != but)
        .group_by(k.instance_id)
        .order_by(shared.desc(), k.instance_id.desc())
        .limit(MOST_CANDIDATES)
    )
    return [row.instance_id for row in rows]


def macs(name: str, value: Any) -> set[bytes]:
    """The keyed hashes of a value: of a date, of how each word of a text sounds, of a number in
    it. The variable's name is part of each, so that a hash says nothing beside another."""
    key = audit.derived(b"lookup")
    return {hmac.digest(key, f"{name}\0{text}".encode(), "sha256")[:16] for text in _texts(value)}


def _texts(value: Any) -> set[str]:
    if isinstance(value, date):
        return {value.isoformat()[:10]}
    if not isinstance(value, str):
        return set()
    plain = folded(value)
    sounds = {jellyfish.metaphone(word) for word in WORD.findall(plain)}
    number = "".join(c for c in plain if c.isdigit())
    return {s for s in (*sounds, number) if s}


def folded(text: str) -> str:
    """Lower case, without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c)).lower()
