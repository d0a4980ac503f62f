"""Every page of the product by the way to it, and what is asked of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Watched

# The plug-in `base_url` has a fixture of a kind that pytest will drop; nothing else is let pass.
KNOWN = (
    r"ignore:\s*Session-scoped fixtures defined as instance methods:pytest.PytestRemovedIn10Warning"
)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
# Who, then a path, or a path and the links to follow from it (by their address).
CASE = "/cases/[A-Z]+-[0-9-]+"
Way = tuple[str | None, str, tuple[str, ...]]
PAGES: list[Way] = [
    ("casey", "/tasks", ()), ("casey", "/tasks?tab=unclaimed", ()),
    ("casey", "/tasks?tab=team", ()),
    ("casey", "/tasks?tab=done", ()), ("casey", "/tasks", ("/tasks/[0-9a-f]{32}",)),
    ("yusuf", "/tasks?tab=unclaimed", ("/tasks/[0-9a-f]{32}",)),
    ("omar", "/tasks?tab=unclaimed", ("/tasks/[0-9a-f]{32}",)),
    ("casey", "/cases", ()), ("casey", "/cases", ("/cases/PR-[0-9-]+",)),
    ("casey", "/cases", ("/cases/PR-[0-9-]+", "/cases/PR-[0-9-]+/answers")),
    ("casey", "/cases", ("/cases/PR-[0-9-]+", "/cases/PR-[0-9-]+/diagram")),
    ("casey", "/cases", ("/cases/PR-[0-9-]+", "/cases/PR-[0-9-]+/files")),
    ("casey", "/cases", ("/cases/PR-[0-9-]+", "/cases/PR-[0-9-]+/notes")),
    ("casey", "/tasks?tab=done", ("/tasks/[0-9a-f]{32}",)),
    ("robin", "/start", ()), ("robin", "/start/raise_concern", ()),
    ("vera", "/board", ()), ("vera", "/board?part=problems", ()),
    ("vera", "/board?part=workload", ()), ("vera", "/board?part=diagram", ()),
    ("vera", "/board?part=problems", ("/board/problems/[0-9]+",)),
    ("vera", "/tasks?tab=team", ("/tasks/[0-9a-f]{32}", "/tasks/[0-9a-f]{32}/hand-over")),
    ("vera", "/board?part=dates", ()), ("vera", "/figures", ()),
    ("vera", "/board", (f"{CASE}/intervene",)),
    ("vera", "/board", (f"{CASE}/intervene", f"{CASE}/intervene/move")),
    ("vera", "/board", (f"{CASE}/intervene", f"{CASE}/intervene/skip")),
    ("vera", "/board", (f"{CASE}/intervene", f"{CASE}/intervene/end")),
    ("vera", "/board?part=dates", (f"{CASE}/intervene", f"{CASE}/intervene/redate")),
    ("vera", "/board?part=workload", ("/board/leavers/[0-9]+",)),
    ("vera", "/board", (CASE, f"{CASE}/answers", f"{CASE}/open")),
    ("adam", "/outbox", ()), ("adam", "/status", ()), ("robin", "/accessibility", ()),
    ("robin", "/privacy", ()),
    ("robin", "/glossary", ()), ("robin", "/licences", ()), ("robin", "/nothing-here", ()),
    ("owen", "/studio", ()), ("owen", "/studio/gateway", ()),
    ("owen", "/studio/gateway/migrate", ()), ("owen", "/studio/gateway/publish", ()),
    ("owen", "/studio/gateway/compare", ()), ("anna", "/studio/gateway/publish", ()),
    ("owen", "/studio/gateway/versions/1", ()), ("owen", "/studio/gateway/starts", ()),
    (None, "/sign-in", ()),
    ("owen", "/studio/finish_case/draft/tables/retention", ()),
    ("owen", "/studio/prevent_case/draft/texts", ()),
    ("owen", "/studio/raise_concern/draft/forms/record_concern", ()),
    ("owen", "/studio/raise_concern/draft/forms/share_decision/questions/1", ()),
    ("owen", "/studio/raise_concern/draft/scenarios/nobody_checks", ()),
    ("owen", "/studio/raise_concern/draft/test", ()),
]  # fmt: skip
# With the diagram's editor, which takes the keyboard itself (walked in test_owner_walk).
EDITORS: list[Way] = [
    ("owen", "/studio/gateway/draft", ()),
    ("owen", "/studio/prevent_case/draft", ()),
]
# Pages that somebody comes to by doing something first, or in few cases, and the tests that do so.
AFTER_AN_ACT = {
    "cases.action": "test_more_pages: something that happened is recorded on the case",
    "tasks.done": "test_more_pages: after a task the page says what happens next",
    "start.received": "test_more_pages: a concern is acknowledged",
    "interventions.proposal": "test_supervision: a protected review is not moved by one person",
}
# Answers that are no page: files, parts of pages, and ways on to a page.
NO_PAGES = {
    "static", "brand", "health.alive", "files.read", "cases.find", "signing.home",
    "studio.draft_file", "studio.draft_folder", "studio.download", "studio.version_folder",
}  # fmt: skip


def follow(watched: Watched, address: str) -> None:
    """The first link of the page whose address is of this form."""
    hrefs = watched.page.eval_on_selector_all(
        "main a[href]", "links => links.map(a => a.getAttribute('href'))"
    )
    found = [href for href in hrefs if re.fullmatch(address, href.split("?")[0])]
    assert found, f"no link to {address} on {watched.page.url}"
    watched.go(found[0])


def come_to(watched: Watched, way: Way) -> None:
    """To the page at the end of this way, as the person whose page it is."""
    who, path, links = way
    if who:
        watched.sign_in(who)
    go(watched, path, links)


def go(watched: Watched, path: str, links: tuple[str, ...]) -> None:
    watched.go(path)
    for link in links:
        follow(watched, link)


def each_of(watched: Watched, ways: list[Way]) -> Iterator[Way]:
    """To the page of each way in turn, a person's pages one after the other."""
    signed_in = None
    for way in sorted(ways, key=lambda way: way[0] or ""):
        who, path, links = way
        if who and who != signed_in:
            watched.page.context.clear_cookies()
            watched.sign_in(who)
            signed_in = who
        go(watched, path, links)
        yield way


def axe_faults(page: Any) -> list[Any]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found]
