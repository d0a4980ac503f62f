"""A real browser before the demo: its processes, people and cases, served on loopback."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from engine.timers import Worker
from tests.factories import DATA_KEY, KEY
from web import create_app
from web.cli import demo
from web.demo_accounts import DEMO_PASSWORD

ROOT = Path(__file__).parents[2]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => {
  window.violations.push(`${e.violatedDirective}: ${e.blockedURI} ${e.sourceFile}`);
});
"""


ORDER = (
    "test_markup", "test_pages", "test_ways_of_reading", "test_problem", "test_story",
    "test_visits", "test_more_pages", "test_studio", "test_editors", "test_service_steps",
    "test_supervision", "test_owner_walk",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests share one demo site, which some of them change: they come last, those that only
    read first, in the same order whatever the dice say."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    others = [item for item in items if item.path.parent != Path(__file__).parent]
    here.sort(key=lambda item: (ORDER.index(item.path.stem), item.location[1] or 0, item.name))
    items[:] = others + here


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium, which calls nobody."""
    return {
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The demo, made anew in a folder of its own (WAYMARK_TEST_DEMO names one to use again)."""
    home = Path(os.environ.get("WAYMARK_TEST_DEMO") or tmp_path_factory.mktemp("demo"))
    before = Path.cwd()
    # The keys are the process's: those of the other sites that tests serve.
    (home / ".waymark").mkdir(mode=0o700, exist_ok=True)
    (home / ".waymark" / "data.key").write_text(DATA_KEY.hex())
    (home / ".waymark" / "audit.key").write_text(KEY.decode())
    (home / "processes").exists() or (home / "processes").symlink_to(ROOT / "processes")
    os.chdir(home)
    try:
        config = demo.prepare(lambda _: None)
    finally:
        os.chdir(before)
    return create_app(config)


# Held by a test that plays a case itself, so that the worker beside the site does not take a job
# out of its hands in the middle of a step.
TURN = threading.Lock()


class InTurn(Worker):
    """A worker that waits while a test plays."""

    def round(self) -> None:
        with TURN:
            super().round()

    def work(self) -> None:
        with TURN:
            super().work()


@pytest.fixture(scope="session")
def site(demo_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    beside = InTurn(demo_app.extensions["waymark"])  # as in the demo itself
    threads = [
        threading.Thread(target=run, daemon=True) for run in (server.serve_forever, beside.run)
    ]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    beside.stop()
    server.shutdown()
    for thread in threads:
        thread.join()


@dataclass
class Watched:
    """A page and everything that went wrong on it."""

    page: Page
    site: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)

    def sign_in(self, username: str) -> None:
        self.go("/sign-in")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(DEMO_PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def tab_to(self, words: str) -> None:
        """By the keyboard alone, to the first control whose words begin so."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            label = self.page.evaluate("() => document.activeElement.textContent.trim()")
            if label.startswith(words):
                return
        raise AssertionError(f"the keyboard does not reach “{words}”")

    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("() => window.violations || []")
        return found

    def is_wider_than_the_window(self) -> bool:
        wide: bool = self.page.evaluate(
            "() => document.documentElement.scrollWidth > window.innerWidth"
        )
        return wide


@pytest.fixture
def watched(context: BrowserContext, site: str) -> Iterator[Watched]:
    """A new page; console errors, page errors and requests beyond loopback are faults."""
    context.add_init_script(LISTEN)
    page = context.new_page()
    seen = Watched(page, site)
    page.on("console", lambda m: m.type == "error" and seen.faults.append(m.text))
    page.on("pageerror", lambda e: seen.faults.append(str(e)))
    page.on("request", lambda r: r.url.startswith((site, "data:")) or seen.faults.append(r.url))
    yield seen
    page.close()
