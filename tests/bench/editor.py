"""python -m tests.bench editor: how long a process owner waits for the editors of the studio, in
Chromium and on the demo: from the address to an editor that takes a key. Medians; the first visit
has nothing kept from before, a later one has the files of the site.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.conftest import WIDE, Watched
from tests.factories import ROOT
from web import create_app
from web.cli import demo

READY = "[data-editor][data-ready=true]"
# What is opened, what stands there when it can be used, and the most seconds that it may take.
PAGES = {
    "drawing of Prevent case": ("/studio/prevent_case/draft", READY, 2.0),
    "drawing of Police assessment": ("/studio/gateway/draft", READY, 2.0),
    "form editor": ("/studio/intake/draft/forms/register_referral", "main form", 3.0),
    "decision table": ("/studio/finish_case/draft/tables/retention", "main form", 3.0),
}


def run(argv: list[str]) -> None:
    times = 2 if "--short" in argv else 9
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as home:
        found = _measure(Path(home), times)
    if "--json" in argv:
        print(json.dumps(found, indent=1))
        return
    for name, figures in found.items():
        words = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in figures.items())
        print(f"{name}: {words} (at most {PAGES[name][2]:g})")


def _measure(home: Path, times: int) -> dict[str, dict[str, float]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    before = Path.cwd()
    (home / "processes").symlink_to(ROOT / "processes")
    os.chdir(home)
    try:
        app = create_app(demo.prepare(lambda _: None))
    finally:
        os.chdir(before)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            site = f"http://127.0.0.1:{server.server_port}"
            return {name: _waited(browser, site, name, times) for name in PAGES}
    finally:
        server.shutdown()
        serving.join()


def _waited(browser: Browser, site: str, name: str, times: int) -> dict[str, float]:
    first, later = [], []
    for _ in range(times):
        context = browser.new_context(viewport=WIDE)
        page = context.new_page()
        Watched(page, site).sign_in("owen")
        first.append(_until_ready(page, site, name))
        later.append(_until_ready(page, site, name))
        context.close()
    return {"first visit": statistics.median(first), "later": statistics.median(later)}


def _until_ready(page: Page, site: str, name: str) -> float:
    path, ready, _ = PAGES[name]
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(site + path)
    page.locator(ready).first.wait_for()
    return time.perf_counter() - began
