"""The pages' HTML is valid, by html-validate where the asset build has put it."""

from __future__ import annotations

import gzip
import html
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.browser.pages import EDITORS, KNOWN, PAGES
from web.demo_accounts import DEMO_PASSWORD

pytestmark = pytest.mark.filterwarnings(KNOWN)
ASSETS = Path(__file__).parents[2] / "web" / "assets"
VALIDATOR = ASSETS / "node_modules" / ".bin" / "html-validate"
MOST_BYTES = 60_000  # of a case page on a first visit, without the editor
RULES = {
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {"no-trailing-whitespace": "off", "void-style": "off", "no-redundant-role": "off"},
}


def page(app, who, path, links):
    """The text of a page as this person reads it."""
    client = app.test_client()
    if who:
        token = re.search(r'name="wm-csrf" value="([^"]+)"', client.get("/sign-in").text)[1]
        fields = {"wm-csrf": token, "username": who, "password": DEMO_PASSWORD}
        assert client.post("/sign-in", data=fields).status_code == 303
    answer = client.get(path)
    for address in links:
        main = answer.text.split("<main", 1)[1]
        found = re.search(f'href="({address}(?:[?][^"]*)?)"', main)
        assert found, f"no link to {address} on {path}"
        answer = client.get(html.unescape(found[1]))
    assert answer.status_code == (404 if path == "/nothing-here" else 200), (path, links)
    return answer.text


@pytest.mark.skipif(not VALIDATOR.exists(), reason="the asset build's tools are not installed")
def test_every_page_is_valid_html(demo_app, tmp_path):
    (tmp_path / "rules.json").write_text(json.dumps(RULES))
    for number, (who, path, links) in enumerate(PAGES + EDITORS):
        name = f"{number:02}-{who}{re.sub(r'[^a-z]+', '-', path)}.html"
        (tmp_path / name).write_text(page(demo_app, who, path, links))
    command = [str(VALIDATOR), "--config", str(tmp_path / "rules.json"), str(tmp_path / "*.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_case_page_weighs_little_on_a_first_visit(demo_app):
    """The page and all that it loads, as what stands before the site compresses it."""
    case = ("/cases/PR-[0-9-]+",)
    text = page(demo_app, "casey", "/cases", case)
    loaded = re.findall(r'<(?:link|script)[^>]+(?:href|src)="(/[^"]+)"', text)
    assert any(".css" in path for path in loaded)
    assert any(".js" in path for path in loaded)
    client = demo_app.test_client()
    bodies = [text.encode(), *(client.get(path).data for path in dict.fromkeys(loaded))]
    assert sum(len(gzip.compress(body)) for body in bodies) <= MOST_BYTES
