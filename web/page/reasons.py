"""A reason as pages ask for it: one from the process's list, and words."""

from __future__ import annotations

from flask import request


def given_reason() -> str:
    """“Absence: until Monday”, or whichever of the two was given."""
    chosen = request.form.get("wm-chosen", "").strip()
    words = request.form.get("wm-reason", "").strip()
    return f"{chosen}: {words}" if chosen and words else chosen or words
