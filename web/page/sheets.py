"""Rows as a file for a spreadsheet. No cell is a formula, whatever was typed into it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from io import StringIO
from typing import Any

from flask import Response

from engine import clock

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def download(name: str, shape: type[Any], rows: Iterable[Any]) -> Response:
    """An attachment with a heading line and one line a dataclass."""
    names = [one.name for one in fields(shape)]
    text = StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow([one.replace("_", " ").capitalize() for one in names])
    sheet.writerows([[cell(getattr(row, one)) for one in names] for row in rows])
    return Response(
        "\ufeff" + text.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def cell(value: Any) -> str:
    """A value as text that a spreadsheet shows and never runs (OWASP, CSV injection)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(clock.LONDON):%Y-%m-%d %H:%M}"
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
