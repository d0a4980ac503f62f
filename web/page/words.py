"""Dates, times and safe Markdown as pages say them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from engine import clock
from engine.workdays import LAST_YEAR, working_days_between

DEFAULT = "product default"  # how a diagram says that nobody else set a date
_markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).disable("image")


def a_date(value: date | datetime) -> str:
    """3 March 2026, on the wall's calendar."""
    on = value.astimezone(clock.LONDON).date() if isinstance(value, datetime) else value
    return f"{on.day} {on:%B %Y}"


def a_time(value: datetime) -> str:
    """2:02pm."""
    local = value.astimezone(clock.LONDON)
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def a_moment(value: datetime) -> str:
    """2:02pm today; 2:02pm yesterday; 2:02pm on 3 March 2026."""
    on, today = value.astimezone(clock.LONDON).date(), clock.today()
    if on == today:
        return f"{a_time(value)} today"
    if on == today - timedelta(days=1):
        return f"{a_time(value)} yesterday"
    return f"{a_time(value)} on {a_date(value)}"


def due_words(due: datetime) -> str:
    """“today”, “in 3 working days”, “2 working days late”: never instead of the date."""
    on, today = due.astimezone(clock.LONDON).date(), clock.today()
    if due < clock.now():
        days = working_days_between(on, today)
        return f"{_days(days)} late" if days else "late"
    if on == today:
        return "today"
    if on.year > LAST_YEAR:
        return f"in {on.year - today.year} years"
    days = working_days_between(today, on)
    return f"in {_days(days)}" if days else "on the next days off"


def basis_words(basis: str) -> str:
    """Where a date comes from, for who is to keep it; sources are told as they stand."""
    return "a default of this service, for the council to set" if basis == DEFAULT else basis


def lasted(since: datetime) -> str:
    """“8 days”, “3 hours”: how long something has been going on."""
    span = clock.now() - since
    if span.days >= 1:
        return "1 day" if span.days == 1 else f"{span.days:,} days"
    hours = int(span.total_seconds() // 3600)
    if hours >= 1:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return "less than an hour"


def _days(count: int) -> str:
    return "1 working day" if count == 1 else f"{count:,} working days"


def value_words(value: Any) -> str:
    """A FEEL value as a person reads it; a list of contexts is drawn by its own macro."""
    if value is None or value in ("", []):
        return "Not answered"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, datetime | date):
        return a_date(value)
    if isinstance(value, list):
        return ", ".join(value_words(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {value_words(item)}" for name, item in value.items())
    return str(value)


def markdown(text: str) -> Markup:
    """Markdown without HTML and images; links to other schemes than http and mailto stay text."""
    html = _markdown.render(text)
    for plain, styled in _STYLED:
        html = html.replace(plain, styled)
    return Markup(html)  # noqa: S704 — rendered by markdown-it with HTML switched off


_STYLED = (
    ("<p>", '<p class="govuk-body">'),
    ("<ul>", '<ul class="govuk-list govuk-list--bullet">'),
    ("<ol>", '<ol class="govuk-list govuk-list--number">'),
    ("<a href=", '<a class="govuk-link" href='),
    ("<h1>", '<h3 class="govuk-heading-s">'),
    ("</h1>", "</h3>"),
    ("<h2>", '<h3 class="govuk-heading-s">'),
    ("</h2>", "</h3>"),
    ("<h3>", '<h3 class="govuk-heading-s">'),
)
